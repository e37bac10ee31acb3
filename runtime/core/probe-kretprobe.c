/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Returns of kernel functions where there is no fprobe: a kretprobe each. Arming takes its time: they do not batch. */
#include <linux/kprobes.h>
#include <linux/slab.h>
#include "ftrace.h"
#include "hit.h"
#include "probe.h"

struct return_probe {
	struct kretprobe rp;
	struct stp_session *session;
	const struct stp_probe *probe;
	bool armed;
};

struct returns {
	u32 n;
	struct kretprobe **list; /* as unregister_kretprobes() wants them */
	struct return_probe *probe;
};

static __always_inline void context_fill(struct stp_cpu *k, struct kretprobe_instance *i,
					 const struct return_probe *r, struct pt_regs *regs)
{
	k->c.regs = regs;
	k->c.address = (unsigned long)r->rp.kp.addr;
	k->c.caller = get_kretprobe_retaddr(i);
	k->c.saved = (u64 *)i->data;
}

/* Not 0: this call's return is not hooked. So what was not entered is never returned from. */
static int entry_hit(struct kretprobe_instance *i, struct pt_regs *regs)
{
	struct kretprobe *rp = get_kretprobe(i);
	struct return_probe *r;
	struct stp_cpu *k;
	bool ok;

	if (!rp)
		return 1;
	r = container_of(rp, struct return_probe, rp);
	if (!stp_gate_open(r->session))
		return 1;
	if (!r->probe->entry)
		return 0;
	if (!stp_hit_enter(r->session, &k))
		return 1;
	context_fill(k, i, r, regs);
	ok = stp_hit_entry(k, r->probe);
	stp_hit_leave(k);
	return !ok;
}
NOKPROBE_SYMBOL(entry_hit);

static int return_hit(struct kretprobe_instance *i, struct pt_regs *regs)
{
	struct kretprobe *rp = get_kretprobe(i);
	struct return_probe *r;
	struct stp_cpu *k;

	if (!rp)
		return 0;
	r = container_of(rp, struct return_probe, rp);
	if (!stp_live(r->session))
		return 0;
	if (!stp_hit_enter(r->session, &k))
		return 0;
	context_fill(k, i, r, regs);
	k->c.result = regs_return_value(regs);
	stp_hit_run(k, r->probe);
	stp_hit_leave(k);
	return 0;
}
NOKPROBE_SYMBOL(return_hit);

static bool mine(const struct stp_probe *p)
{
	return !STP_HAS_FPROBE && p->kind == STP_FUNCTION_RETURN;
}

static void returns_free(void *state)
{
	struct returns *r = state;

	kvfree(r->list);
	kvfree(r->probe);
	kfree(r);
}

static void disarm(void *state)
{
	struct returns *r = state;

	if (r->n)
		unregister_kretprobes(r->list, r->n);
}

/* What was entered before returns as usual: its handler looks at the condition itself. */
static int refresh(struct stp_session *s, void *state)
{
	struct returns *all = state;
	u32 i;
	int e;

	for (i = 0; i < all->n; i++) {
		struct return_probe *r = container_of(all->list[i], struct return_probe, rp);
		bool wanted = stp_probe_is_wanted(r->probe);

		if (wanted == r->armed)
			continue;
		e = wanted ? enable_kretprobe(&r->rp) : disable_kretprobe(&r->rp);
		if (e) {
			s->failed_probe = r->probe->id;
			return e;
		}
		s->n_armed += wanted - r->armed;
		r->armed = wanted;
	}
	return 0;
}

static int place_arm(struct returns *all, struct stp_session *s, const struct stp_place *at)
{
	struct return_probe *r = &all->probe[all->n];
	const struct stp_probe *p = at->probe;
	int e;

	memset(r, 0, sizeof(*r));
	r->session = s;
	r->probe = p;
	r->rp.kp.addr = (kprobe_opcode_t *)at->address;
	r->rp.handler = return_hit;
	r->rp.entry_handler = entry_hit;
	r->rp.maxactive = stp_return_instances(p);
	r->rp.data_size = p->saved * sizeof(u64);
	r->armed = stp_probe_is_wanted(p);
	r->rp.kp.flags = r->armed ? 0 : KPROBE_FLAG_DISABLED;
	e = register_kretprobe(&r->rp);
	if (e)
		return stp_arm_failed(s, p, e);
	all->list[all->n++] = &r->rp;
	s->n_armed += r->armed;
	return 0;
}

static int arm_all(struct returns *all, struct stp_session *s, const struct stp_places *l)
{
	int r = 0;
	u32 i;

	all->list = kvcalloc(l->n, sizeof(*all->list), GFP_KERNEL);
	all->probe = kvcalloc(l->n, sizeof(*all->probe), GFP_KERNEL);
	if (!all->list || !all->probe)
		return -ENOMEM;
	for (i = 0; !r && i < l->n && READ_ONCE(s->result) == STP_RESULT_NONE; i++)
		r = place_arm(all, s, &l->place[i]);
	return r;
}

static int arm(struct stp_session *s, void **ret_state)
{
	struct stp_places l;
	struct returns *all;
	int r;

	r = stp_places_find(&l, s, mine, NULL);
	if (r || !l.n)
		return r;
	all = kzalloc(sizeof(*all), GFP_KERNEL);
	r = all ? arm_all(all, s, &l) : -ENOMEM;
	stp_places_done(&l);
	if (r && all) {
		disarm(all);
		returns_free(all);
	}
	if (r)
		return r;
	*ret_state = all;
	return 0;
}

static u64 missed(const void *state)
{
	const struct returns *r = state;
	u64 n = 0;
	u32 i;

	for (i = 0; i < r->n; i++)
		n += (u32)READ_ONCE(r->list[i]->nmissed) + READ_ONCE(r->list[i]->kp.nmissed);
	return n;
}

const struct stp_family stp_family_kretprobe = {
	.name = "kretprobe",
	.arm = arm,
	.refresh = refresh,
	.disarm = disarm,
	.free = returns_free,
	.missed = missed,
};
