/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Returns of system calls: one sys_exit tracepoint for all of a session, dispatched by number. */
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/tracepoint.h>
#include "arch.h"
#include "hit.h"
#include "probe.h"

struct syscall_probe {
	const struct stp_probe *probe;
	struct syscall_probe *next;
};

struct syscalls {
	struct stp_session *session;
	struct tracepoint *tp;
	struct module *module;
	u32 n, n_armed;
	bool registered;
	struct syscall_probe *probe;
	struct syscall_probe *by_number[STP_MAX_SYSCALL];
};

static void exit_hit(void *data, struct pt_regs *regs, long result)
{
	struct syscalls *all = data;
	struct stp_session *s = all->session;
	const struct syscall_probe *p;
	int number = stp_syscall_number(regs);
	struct stp_cpu *k;

	if ((u32)number >= STP_MAX_SYSCALL || !all->by_number[number])
		return;
	if (!stp_gate_open(s))
		return;
	if (!stp_hit_enter(s, &k))
		return;
	k->c.regs = regs;
	k->c.address = 0;
	k->c.caller = 0;
	k->c.result = (u64)result;
	for (p = all->by_number[number]; p; p = p->next) {
		stp_hit_run(k, p->probe);
		stp_hit_next(k);
	}
	stp_hit_leave(k);
}

static bool mine(const struct stp_probe *p)
{
	return p->kind == STP_SYSCALL_RETURN;
}

static void syscalls_free(void *state)
{
	struct syscalls *all = state;

	kvfree(all->probe);
	kvfree(all);
}

static int probe_add(struct syscalls *all, struct stp_session *s, const struct stp_probe *p)
{
	struct syscall_probe *q = &all->probe[all->n], **at;

	if (p->number < 0 || p->number >= STP_MAX_SYSCALL)
		return stp_arm_failed(s, p, -EINVAL);
	q->probe = p;
	for (at = &all->by_number[p->number]; *at; at = &(*at)->next)
		;
	*at = q;
	all->n++;
	return 0;
}

static void disarm(void *state)
{
	struct syscalls *all = state;

	if (all->registered)
		tracepoint_probe_unregister(all->tp, (void *)exit_hit, all);
	all->registered = false;
}

/* One tracepoint for all: it goes when none is wanted; which ones are, their handlers see. */
static int refresh(struct stp_session *s, void *state)
{
	struct syscalls *all = state;
	u32 i, n = 0;
	int r = 0;

	for (i = 0; i < all->n; i++)
		n += stp_probe_is_wanted(all->probe[i].probe);
	s->n_armed += n - all->n_armed;
	all->n_armed = n;
	if (!n) {
		disarm(all);
	} else if (!all->registered) {
		s->failed_probe = all->probe[0].probe->id;
		r = tracepoint_probe_register(all->tp, (void *)exit_hit, all);
		all->registered = !r;
	}
	return r;
}

static int tracepoint_arm(struct syscalls *all, struct stp_session *s)
{
	s->failed_probe = all->probe[0].probe->id;
	all->tp = stp_tracepoint_find("sys_exit", &all->module);
	if (!all->tp)
		return -ENOENT;
	return refresh(s, all);
}

static int arm(struct stp_session *s, void **ret_state)
{
	u32 i, n = stp_count_probes(s, mine);
	struct syscalls *all;
	int r = 0;

	if (!n)
		return 0;
	all = kvzalloc(sizeof(*all), GFP_KERNEL);
	if (!all)
		return -ENOMEM;
	all->session = s;
	all->probe = kvcalloc(n, sizeof(*all->probe), GFP_KERNEL);
	if (!all->probe)
		r = -ENOMEM;
	for (i = 0; !r && i < s->script->n_probes; i++)
		if (mine(&s->script->probes[i]))
			r = probe_add(all, s, &s->script->probes[i]);
	if (!r && all->n)
		r = tracepoint_arm(all, s);
	if (r || !all->n) {
		syscalls_free(all);
		return r;
	}
	*ret_state = all;
	return 0;
}

const struct stp_family stp_family_syscall_return = {
	.name = "syscall return",
	.arm = arm,
	.refresh = refresh,
	.disarm = disarm,
	.free = syscalls_free,
};
