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
	u32 n;
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
	for (p = all->by_number[number]; p; p = p->next)
		stp_hit_run(k, p->probe);
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

static int tracepoint_arm(struct syscalls *all, struct stp_session *s)
{
	s->failed_probe = all->probe[0].probe->id;
	all->tp = stp_tracepoint_find("sys_exit", &all->module);
	if (!all->tp)
		return -ENOENT;
	return tracepoint_probe_register(all->tp, (void *)exit_hit, all);
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
	s->n_armed += all->n;
	*ret_state = all;
	return 0;
}

static void disarm(void *state)
{
	struct syscalls *all = state;

	tracepoint_probe_unregister(all->tp, (void *)exit_hit, all);
}

const struct stp_family stp_family_syscall_return = {
	.name = "syscall return",
	.arm = arm,
	.disarm = disarm,
	.free = syscalls_free,
};
