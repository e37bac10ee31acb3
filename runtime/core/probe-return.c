/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Returns of kernel functions. All of a session share one ftrace_ops, which hooks the return address at the
 * entry; where a session has returns, its entries go this way, too: a function with both is looked at once,
 * and ftrace has no second ops to call there. Probes of the same function share one node: each return probe
 * has a word in it that says whether its entry handler ran, and behind it its saved slots.
 */
#include <linux/slab.h>
#include "entries.h"
#include "hit.h"
#include "rethook.h"
#include "symbol.h"

#define MAX_INSTANCES 65536u

struct returns {
	struct stp_entries entries;
	struct rethook *rethook;
	atomic64_t missed;
};

/* One call that has not returned. The kernel's; it outlives us when the call does. */
struct call {
	struct rethook_node node;
	const struct stp_hook *first; /* of what is at the function */
	u64 slots[];
};

/* ------------------------------------------------------------------ hits */

static struct call *call_new(struct returns *f, const struct stp_hook *first)
{
	struct rethook_node *node = static_call(stp_rethook_get)(f->rethook);
	struct call *call = container_of(node, struct call, node);

	if (unlikely(!node)) {
		atomic64_inc(&f->missed);
		return NULL;
	}
	call->first = first;
	return call;
}

/* The return probe's part at the entry. Whether it wants the return. */
static __always_inline bool entered(struct stp_cpu *k, const struct stp_hook *h, struct call *call)
{
	u64 *slot = call->slots + h->slot;

	k->c.saved = slot + 1;
	*slot = !h->probe->entry || stp_hit_entry(k, h->probe);
	return *slot;
}

static __always_inline void run_entry(struct stp_cpu *k, const struct stp_hook *h, struct pt_regs *regs)
{
	if (stp_hook_idle(h))
		return;
	/* A system call's function gets the caller's registers as its argument. */
	if (h->probe->kind == STP_SYSCALL)
		k->c.regs = (const struct pt_regs *)regs_get_kernel_argument(regs, 0);
	stp_hit_run(k, h->probe);
	k->c.regs = regs;
	stp_hit_next(k);
}

/* All that is here, in the script's order. The call that is to be hooked, if any. */
static __always_inline struct call *run_all(struct returns *f, struct stp_cpu *k,
					    const struct stp_hook *first, struct pt_regs *regs)
{
	const struct stp_hook *h;
	struct call *call = NULL;
	bool any = false, missed = false;

	for (h = first; h; h = h->more) {
		if (h->probe->kind != STP_FUNCTION_RETURN) {
			run_entry(k, h, regs);
			continue;
		}
		if (!call && !missed) {
			call = call_new(f, first);
			missed = !call;
		}
		if (call)
			any |= entered(k, h, call);
	}
	if (!call || any)
		return call;
	static_call(stp_rethook_recycle)(&call->node);
	return NULL;
}

static void entry_hit(unsigned long ip, unsigned long parent_ip, struct ftrace_ops *ops,
		      struct ftrace_regs *fregs)
{
	struct returns *f = container_of(ops, struct returns, entries.ops);
	struct pt_regs *regs = stp_ftrace_regs(fregs);
	const struct stp_hook *h;
	struct stp_cpu *k;
	struct call *call;

	if (!stp_gate_open(f->entries.session))
		return;
	h = stp_hooks_find(&f->entries.hooks, ip);
	if (!h || !stp_hit_enter(f->entries.session, &k))
		return;
	k->c.regs = regs;
	k->c.address = ip;
	k->c.caller = parent_ip;
	call = run_all(f, k, h, regs);
	if (call)
		static_call(stp_rethook_hook)(&call->node, regs, true);
	stp_hit_leave(k);
}

STP_RETHOOK_HANDLER(return_hit, node, data, regs)
{
	struct returns *f = data;
	struct call *call = container_of(node, struct call, node);
	const struct stp_hook *h;
	struct stp_cpu *k;

	if (!stp_live(f->entries.session))
		return;
	if (!stp_hit_enter(f->entries.session, &k))
		return;
	k->c.regs = regs;
	k->c.address = call->first->ip;
	k->c.caller = node->ret_addr;
	k->c.result = regs_return_value(regs);
	for (h = call->first; h; h = h->more) {
		u64 *slot = call->slots + h->slot;

		if (h->probe->kind != STP_FUNCTION_RETURN || !*slot)
			continue;
		k->c.saved = slot + 1;
		stp_hit_run(k, h->probe);
		stp_hit_next(k);
	}
	stp_hit_leave(k);
}

/* ------------------------------------------------------------------ arming */

static bool mine(const struct stp_probe *p)
{
	return stp_is_return(p) || p->kind == STP_FUNCTION || p->kind == STP_SYSCALL;
}

/* Gives each return probe its slots; the most that any function needs. */
static u32 slots_assign(struct stp_hooks *h)
{
	u32 i, most = 0;

	for (i = 0; i < h->n; i++) {
		struct stp_hook *k = &h->hook[i], *other;

		if (!stp_is_return(k->probe))
			continue;
		for (other = stp_hooks_find(h, k->ip); other != k; other = other->more)
			k->slot += stp_is_return(other->probe) ? 1 + other->probe->saved : 0;
		most = max(most, k->slot + 1 + k->probe->saved);
	}
	return most;
}

static u32 instances(const struct stp_hooks *h)
{
	u32 i, n = 0;

	for (i = 0; i < h->n && n < MAX_INSTANCES; i++)
		n += stp_is_return(h->hook[i].probe) ? stp_return_instances(h->hook[i].probe) : 0;
	return min(n, MAX_INSTANCES);
}

/* Calls that have not returned yet do so as if nothing had been. */
static void disarm(void *state)
{
	struct returns *f = state;

	stp_entries_unregister(&f->entries);
	static_call(stp_rethook_free)(f->rethook);
}

static void returns_free(void *state)
{
	struct returns *f = state;

	stp_entries_done(&f->entries);
	kfree(f);
}

static int refresh(struct stp_session *s, void *state)
{
	return stp_entries_refresh(&((struct returns *)state)->entries);
}

static int arm_all(struct returns *f)
{
	u32 slots = slots_assign(&f->entries.hooks);

	f->entries.ops.func = entry_hit;
	f->rethook = stp_rethook_new(f, return_hit, struct_size((struct call *)NULL, slots, slots),
				     instances(&f->entries.hooks));
	return IS_ERR(f->rethook) ? PTR_ERR(f->rethook) : stp_entries_refresh(&f->entries);
}

static int arm(struct stp_session *s, void **ret_state)
{
	struct returns *f;
	int r;

	if (!stp_count_probes(s, stp_is_return))
		return 0;
	f = kzalloc(sizeof(*f), GFP_KERNEL);
	if (!f)
		return -ENOMEM;
	r = stp_entries_init(&f->entries, s, mine);
	if (!r && f->entries.hooks.n)
		r = arm_all(f);
	if (!r && f->entries.hooks.n) {
		*ret_state = f;
		return 0;
	}
	if (!IS_ERR_OR_NULL(f->rethook))
		disarm(f);
	returns_free(f);
	return r;
}

static u64 missed(const void *state)
{
	return (u64)atomic64_read(&((const struct returns *)state)->missed);
}

int stp_returns_init(void)
{
	return stp_rethook_init(stp_symbol_lookup) ? 0 : -ENOENT;
}

const struct stp_family stp_family_return = {
	.name = "return",
	.arm = arm,
	.refresh = refresh,
	.disarm = disarm,
	.free = returns_free,
	.missed = missed,
};
