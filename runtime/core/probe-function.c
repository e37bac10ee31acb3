/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Entries of kernel functions and of system calls: all of a session share one ftrace_ops. ftrace calls us
 * with preemption on and no guard against recursion; claiming the context is both (hit.h).
 */
#include <linux/slab.h>
#include "entries.h"
#include "hit.h"

struct functions {
	struct stp_entries entries;
	const struct stp_probe *only; /* there is one, and no more */
	s32 tgid;                     /* its hook's */
};

static __always_inline void run(struct stp_cpu *k, const struct stp_probe *p, struct pt_regs *regs,
				bool syscalls)
{
	/* A system call's function gets the caller's registers as its argument. */
	if (syscalls && p->kind == STP_SYSCALL)
		k->c.regs = (const struct pt_regs *)regs_get_kernel_argument(regs, 0);
	else
		k->c.regs = regs;
	stp_hit_run(k, p);
}

static __always_inline bool enter(struct stp_session *s, unsigned long ip, unsigned long parent_ip,
				  struct stp_cpu **ret)
{
	if (!stp_hit_enter(s, ret))
		return false;
	(*ret)->c.address = ip;
	(*ret)->c.caller = parent_ip;
	return true;
}

/* All cases. */
static noinline void hit_any(unsigned long ip, unsigned long parent_ip, struct ftrace_ops *ops,
			     struct ftrace_regs *fregs)
{
	struct functions *f = container_of(ops, struct functions, entries.ops);
	const struct stp_hook *h;
	struct stp_cpu *k;

	if (!stp_gate_open(f->entries.session))
		return;
	h = stp_hooks_find(&f->entries.hooks, ip);
	if (!h || !enter(f->entries.session, ip, parent_ip, &k))
		return;
	for (; h; h = h->more) {
		if (stp_hook_idle(h))
			continue;
		run(k, h->probe, stp_ftrace_regs(fregs), true);
		stp_hit_next(k);
	}
	stp_hit_leave(k);
}

/* The common case: one probe here, nobody is excluded. It calls nothing but the handler. */
static __always_inline void hit(unsigned long ip, unsigned long parent_ip, struct ftrace_ops *ops,
				struct ftrace_regs *fregs, bool one, bool syscalls)
{
	struct functions *f = container_of(ops, struct functions, entries.ops);
	struct stp_session *s = f->entries.session;
	const struct stp_hook *h = one ? NULL : stp_hooks_find(&f->entries.hooks, ip);
	struct stp_cpu *k;

	if (unlikely(stp_gate_doubtful(s) || (!one && (!h || h->more)))) {
		hit_any(ip, parent_ip, ops, fregs);
		return;
	}
	if (!one && stp_hook_idle(h))
		return;
	if (!enter(s, ip, parent_ip, &k))
		return;
	run(k, one ? f->only : h->probe, stp_ftrace_regs(fregs), syscalls);
	stp_hit_leave(k);
}

static void one_hit(unsigned long ip, unsigned long parent_ip, struct ftrace_ops *ops,
		    struct ftrace_regs *fregs)
{
	hit(ip, parent_ip, ops, fregs, true, false);
}

static void one_syscall_hit(unsigned long ip, unsigned long parent_ip, struct ftrace_ops *ops,
			    struct ftrace_regs *fregs)
{
	hit(ip, parent_ip, ops, fregs, true, true);
}

/* The handler has nothing to do in other processes. */
static void one_target_hit(unsigned long ip, unsigned long parent_ip, struct ftrace_ops *ops,
			   struct ftrace_regs *fregs)
{
	if (container_of(ops, struct functions, entries.ops)->tgid == current->tgid)
		one_hit(ip, parent_ip, ops, fregs);
}

static void one_target_syscall_hit(unsigned long ip, unsigned long parent_ip, struct ftrace_ops *ops,
				   struct ftrace_regs *fregs)
{
	if (container_of(ops, struct functions, entries.ops)->tgid == current->tgid)
		one_syscall_hit(ip, parent_ip, ops, fregs);
}

static void function_hit(unsigned long ip, unsigned long parent_ip, struct ftrace_ops *ops,
			 struct ftrace_regs *fregs)
{
	hit(ip, parent_ip, ops, fregs, false, false);
}

static void syscall_hit(unsigned long ip, unsigned long parent_ip, struct ftrace_ops *ops,
			struct ftrace_regs *fregs)
{
	hit(ip, parent_ip, ops, fregs, false, true);
}

/* For several probes, for one, for one that is about target(); by whether there are system calls. */
static const ftrace_func_t functions_of[3][2] = {
	{ function_hit, syscall_hit },
	{ one_hit, one_syscall_hit },
	{ one_target_hit, one_target_syscall_hit },
};

static bool mine(const struct stp_probe *p)
{
	return p->kind == STP_FUNCTION || p->kind == STP_SYSCALL;
}

static bool is_syscall(const struct stp_probe *p)
{
	return p->kind == STP_SYSCALL;
}

static void functions_free(void *state)
{
	struct functions *f = state;

	stp_entries_done(&f->entries);
	kfree(f);
}

static void disarm(void *state)
{
	stp_entries_unregister(&((struct functions *)state)->entries);
}

static int refresh(struct stp_session *s, void *state)
{
	return stp_entries_refresh(&((struct functions *)state)->entries);
}

static int arm(struct stp_session *s, void **ret_state)
{
	struct functions *f;
	int r;

	if (stp_count_probes(s, stp_is_return)) /* probe-return.c takes them along */
		return 0;
	f = kzalloc(sizeof(*f), GFP_KERNEL);
	if (!f)
		return -ENOMEM;
	r = stp_entries_init(&f->entries, s, mine);
	if (r || !f->entries.hooks.n)
		goto out;
	f->only = f->entries.hooks.hook[0].probe;
	f->tgid = f->entries.hooks.hook[0].tgid;
	f->entries.ops.func =
		functions_of[f->entries.hooks.n > 1 ? 0 : f->tgid ? 2 : 1][stp_count_probes(s, is_syscall) > 0];
	r = stp_entries_refresh(&f->entries);
	if (r)
		goto out;
	*ret_state = f;
	return 0;

out:
	functions_free(f);
	return r;
}

const struct stp_family stp_family_function = {
	.name = "function",
	.arm = arm,
	.refresh = refresh,
	.disarm = disarm,
	.free = functions_free,
};
