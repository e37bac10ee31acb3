/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Returns of kernel functions through fprobe: all of a session in one. Probes of the same function share one
 * instance: each has a word that says whether its entry handler ran, and behind it its saved slots.
 */
#include <linux/slab.h>
#include "ftrace.h"
#include "hit.h"
#include "probe.h"

#define MAX_INSTANCES 65536u

struct fprobes {
	struct fprobe fprobe;
	struct stp_session *session;
	struct stp_hooks hooks;
	bool registered;
	u32 n_armed, slots;
	u64 missed;             /* by those that were unregistered */
};

static __always_inline void context_fill(struct stp_cpu *k, unsigned long ip, unsigned long caller,
					 struct pt_regs *regs)
{
	k->c.regs = regs;
	k->c.address = ip;
	k->c.caller = caller;
}

static __always_inline bool entered(struct stp_cpu *k, const struct stp_probe *p)
{
	return !p->entry || stp_hit_entry(k, p);
}

/* Not 0: this call's return is not hooked. */
static int entry_hit(struct fprobe *fp, unsigned long ip, unsigned long caller, struct pt_regs *regs, void *data)
{
	struct fprobes *f = container_of(fp, struct fprobes, fprobe);
	const struct stp_hook *h;
	bool any = false;
	struct stp_cpu *k;

	if (!stp_gate_open(f->session))
		return 1;
	if (!stp_hit_enter(f->session, &k))
		return 1;
	context_fill(k, ip, caller, regs);
	for (h = stp_hooks_find(&f->hooks, ip); h; h = h->more) {
		u64 *slot = (u64 *)data + h->slot;

		k->c.saved = slot + 1;
		*slot = entered(k, h->probe);
		any |= *slot;
	}
	stp_hit_leave(k);
	return !any;
}

static void return_hit(struct fprobe *fp, unsigned long ip, unsigned long caller, struct pt_regs *regs, void *data)
{
	struct fprobes *f = container_of(fp, struct fprobes, fprobe);
	const struct stp_hook *h;
	struct stp_cpu *k;

	if (!stp_live(f->session))
		return;
	if (!stp_hit_enter(f->session, &k))
		return;
	context_fill(k, ip, caller, regs);
	k->c.result = regs_return_value(regs);
	for (h = stp_hooks_find(&f->hooks, ip); h; h = h->more) {
		u64 *slot = (u64 *)data + h->slot;

		if (!*slot)
			continue;
		k->c.saved = slot + 1;
		stp_hit_run(k, h->probe);
		stp_hit_next(k);
	}
	stp_hit_leave(k);
}

static bool mine(const struct stp_probe *p)
{
	return STP_HAS_FPROBE && p->kind == STP_FUNCTION_RETURN;
}

/* Gives each probe its slots; the most that any function needs. */
static u32 slots_assign(struct stp_hooks *h)
{
	u32 i, most = 0;

	for (i = 0; i < h->n; i++) {
		struct stp_hook *k = &h->hook[i], *other;

		for (other = stp_hooks_find(h, k->ip); other != k; other = other->more)
			k->slot += 1 + other->probe->saved;
		most = max(most, k->slot + 1 + k->probe->saved);
	}
	return most;
}

static u32 instances(const struct stp_hooks *h)
{
	u32 i, n = 0;

	for (i = 0; i < h->n && n < MAX_INSTANCES; i++)
		n += stp_return_instances(h->hook[i].probe);
	return min(n, MAX_INSTANCES);
}

static void fprobes_free(void *state)
{
	struct fprobes *f = state;

	stp_hooks_done(&f->hooks);
	kfree(f);
}

static void disarm(void *state)
{
	struct fprobes *f = state;

	if (!f->registered)
		return;
	unregister_fprobe(&f->fprobe);
	stp_fprobe_forget(&f->fprobe);
	WRITE_ONCE(f->missed, f->missed + f->fprobe.nmissed);
	WRITE_ONCE(f->fprobe.nmissed, 0);
	f->registered = false;
}

static int enroll(struct fprobes *f, u32 n_ips)
{
	int r;

	f->fprobe.entry_handler = (void *)entry_hit;
	f->fprobe.exit_handler = (void *)return_hit;
	f->fprobe.entry_data_size = f->slots * sizeof(u64);
	f->fprobe.nr_maxactive = (int)instances(&f->hooks);
	r = register_fprobe_ips(&f->fprobe, f->hooks.ips, (int)n_ips);
	f->registered = !r;
	return r;
}

static int refresh(struct stp_session *s, void *state)
{
	struct fprobes *f = state;
	u32 n_probes, n_ips = stp_hooks_wanted(&f->hooks, &n_probes);
	int r = 0;

	s->n_armed += n_probes - f->n_armed;
	f->n_armed = n_probes;
	if (!n_ips)
		disarm(f);
	else if (f->registered)
		r = stp_fprobe_set_ips(&f->fprobe, f->hooks.ips, n_ips);
	else
		r = enroll(f, n_ips);
	if (r)
		s->failed_probe = f->hooks.hook[0].probe->id;
	return r;
}

static int arm(struct stp_session *s, void **ret_state)
{
	struct fprobes *f = kzalloc(sizeof(*f), GFP_KERNEL);
	int r;

	if (!f)
		return -ENOMEM;
	f->session = s;
	r = stp_hooks_init(&f->hooks, s, mine);
	if (r || !f->hooks.n)
		goto out;
	f->slots = slots_assign(&f->hooks);
	r = refresh(s, f);
	if (r)
		goto out;
	*ret_state = f;
	return 0;

out:
	fprobes_free(f);
	return r;
}

static u64 missed(const void *state)
{
	const struct fprobes *f = state;

	return READ_ONCE(f->missed) + READ_ONCE(f->fprobe.nmissed);
}

const struct stp_family stp_family_fprobe = {
	.name = "fprobe",
	.arm = arm,
	.refresh = refresh,
	.disarm = disarm,
	.free = fprobes_free,
	.missed = missed,
};
