/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Timers: handlers run in the timer's hard interrupt. */
#include <linux/random.h>
#include <linux/slab.h>
#include <asm/irq_regs.h>
#include "ftrace.h"
#include "hit.h"
#include "probe.h"

/* Below this, the interrupts alone would take the machine. */
#define MIN_INTERVAL_NS 10000
#define MAX_INTERVAL_NS (S64_MAX / 4)

struct timer {
	struct hrtimer timer;
	struct stp_session *session;
	const struct stp_probe *probe;
	bool armed;
};

struct timers {
	u32 n;
	struct timer *timer;
};

/* randomize(m): anything from interval - m to interval + m. */
static u64 interval(const struct stp_probe *p)
{
	u64 ns = (u64)p->number;

	if (p->randomize > 0)
		ns = ns - (u64)p->randomize + stp_random(2 * (u64)p->randomize + 1);
	return max_t(u64, ns, MIN_INTERVAL_NS);
}

static enum hrtimer_restart timer_hit(struct hrtimer *h)
{
	struct timer *t = container_of(h, struct timer, timer);
	struct stp_cpu *k;

	if (stp_live(t->session) && stp_hit_enter(t->session, &k)) {
		k->c.regs = get_irq_regs();
		k->c.address = 0;
		k->c.caller = 0;
		stp_hit_run(k, t->probe);
		stp_hit_leave(k);
	}
	hrtimer_forward_now(h, ns_to_ktime(interval(t->probe)));
	return HRTIMER_RESTART;
}

static bool mine(const struct stp_probe *p)
{
	return p->kind == STP_TIMER;
}

static void timers_free(void *state)
{
	struct timers *all = state;

	kvfree(all->timer);
	kfree(all);
}

static void disarm(void *state)
{
	struct timers *all = state;
	u32 i;

	for (i = 0; i < all->n; i++)
		hrtimer_cancel(&all->timer[i].timer);
}

static int refresh(struct stp_session *s, void *state)
{
	struct timers *all = state;
	u32 i;

	for (i = 0; i < all->n; i++) {
		struct timer *t = &all->timer[i];
		bool wanted = stp_probe_is_wanted(t->probe);

		if (wanted && !t->armed)
			hrtimer_start(&t->timer, ns_to_ktime(interval(t->probe)), HRTIMER_MODE_REL_HARD);
		else if (!wanted && t->armed)
			hrtimer_cancel(&t->timer);
		s->n_armed += wanted - t->armed;
		t->armed = wanted;
	}
	return 0;
}

static int probe_arm(struct timers *all, struct stp_session *s, const struct stp_probe *p)
{
	struct timer *t = &all->timer[all->n];

	if (p->number < MIN_INTERVAL_NS || p->number > MAX_INTERVAL_NS || p->randomize < 0 ||
	    p->randomize > p->number)
		return stp_arm_failed(s, p, -EINVAL);
	t->session = s;
	t->probe = p;
	stp_hrtimer_setup(&t->timer, timer_hit);
	all->n++;
	return 0;
}

static int arm(struct stp_session *s, void **ret_state)
{
	u32 i, n = stp_count_probes(s, mine);
	struct timers *all;
	int r = 0;

	if (!n)
		return 0;
	all = kzalloc(sizeof(*all), GFP_KERNEL);
	if (!all)
		return -ENOMEM;
	all->timer = kvcalloc(n, sizeof(*all->timer), GFP_KERNEL);
	if (!all->timer)
		r = -ENOMEM;
	for (i = 0; !r && i < s->script->n_probes; i++)
		if (mine(&s->script->probes[i]))
			r = probe_arm(all, s, &s->script->probes[i]);
	if (r) {
		timers_free(all);
		return r;
	}
	*ret_state = all;
	return refresh(s, all);
}

const struct stp_family stp_family_timer = {
	.name = "timer",
	.arm = arm,
	.refresh = refresh,
	.disarm = disarm,
	.free = timers_free,
};
