/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Entries of kernel functions and of system calls: all of a session share one ftrace_ops. ftrace calls us with
 * preemption on and no guard against recursion; claiming the context is both (hit.h).
 */
#include <linux/slab.h>
#include "ftrace.h"
#include "hit.h"
#include "probe.h"

struct functions {
	struct ftrace_ops ops;
	struct stp_session *session;
	struct stp_hooks hooks;
};

static __always_inline void hit(struct stp_cpu *k, const struct stp_hook *h, struct pt_regs *regs)
{
	/* A system call's function gets the caller's registers as its argument. */
	if (h->probe->kind == STP_SYSCALL)
		k->c.regs = (const struct pt_regs *)regs_get_kernel_argument(regs, 0);
	else
		k->c.regs = regs;
	stp_hit_run(k, h->probe);
}

static void notrace function_hit(unsigned long ip, unsigned long parent_ip, struct ftrace_ops *ops,
				 struct ftrace_regs *fregs)
{
	struct functions *f = container_of(ops, struct functions, ops);
	struct stp_session *s = f->session;
	const struct stp_hook *h;
	struct stp_cpu *k;

	if (!stp_live(s) || stp_excluded(s))
		return;
	k = stp_hit_enter(s);
	if (!k)
		return;
	k->c.address = ip;
	k->c.caller = parent_ip;
	for (h = stp_hooks_first(&f->hooks, ip); h; h = h->next)
		if (h->ip == ip)
			hit(k, h, stp_ftrace_regs(fregs));
	stp_hit_leave(k);
}

static bool mine(const struct stp_probe *p)
{
	return p->kind == STP_FUNCTION || p->kind == STP_SYSCALL;
}

static bool wants_regs(const struct stp_probe *p)
{
	return p->kind == STP_FUNCTION && p->flags & STP_PROBE_REGS;
}

static void functions_free(void *state)
{
	struct functions *f = state;

	stp_hooks_done(&f->hooks);
	kfree(f);
}

static int arm(struct stp_session *s, void **ret_state)
{
	struct functions *f = kzalloc(sizeof(*f), GFP_KERNEL);
	int r;

	if (!f)
		return -ENOMEM;
	f->session = s;
	r = stp_hooks_init(&f->hooks, s, mine);
	if (r || !f->hooks.n)
		goto out;
	f->ops.func = function_hit;
	f->ops.flags = stp_count_probes(s, wants_regs) ? FTRACE_OPS_FL_SAVE_REGS : 0;
	r = ftrace_set_filter_ips(&f->ops, f->hooks.ips, f->hooks.n_ips, 0, 1);
	if (!r)
		r = register_ftrace_function(&f->ops);
	if (r) {
		s->failed_probe = f->hooks.hook[0].probe->id;
		ftrace_free_filter(&f->ops);
		goto out;
	}
	s->n_armed += f->hooks.n;
	*ret_state = f;
	return 0;

out:
	functions_free(f);
	return r;
}

/* Waits until no CPU is in the trampoline or in function_hit(). */
static void disarm(void *state)
{
	struct functions *f = state;

	unregister_ftrace_function(&f->ops);
	ftrace_free_filter(&f->ops);
}

const struct stp_family stp_family_function = {
	.name = "function",
	.arm = arm,
	.disarm = disarm,
	.free = functions_free,
};
