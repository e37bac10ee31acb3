/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Returns of kernel functions. All of a session share one ftrace_ops, which hooks the return address at the
 * entry; where a session has returns, its entries go this way, too: a function with both is looked at once,
 * and ftrace has no second ops to call there. Probes of the same function share one node: each return probe
 * has a word in it that says whether its entry handler ran, and behind it its saved slots.
 */
#include <linux/slab.h>
#include "ftrace.h"
#include "hit.h"
#include "probe.h"
#include "rethook.h"
#include "symbol.h"

#define MAX_INSTANCES 65536u

struct returns {
	struct ftrace_ops ops;
	struct rethook *rethook;
	struct stp_session *session;
	struct stp_hooks hooks;
	bool registered;
	u32 n_armed, slots;
	atomic64_t missed;
};

/* One call that has not returned. The kernel's; it outlives us when the call does. */
struct call {
	struct rethook_node node;
	unsigned long ip;
	u64 slots[];
};

/* ------------------------------------------------------------------ hits */

static struct call *call_new(struct returns *f, unsigned long ip)
{
	struct rethook_node *node = static_call(stp_rethook_get)(f->rethook);
	struct call *call = container_of(node, struct call, node);

	if (unlikely(!node)) {
		atomic64_inc(&f->missed);
		return NULL;
	}
	call->ip = ip;
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
static __always_inline struct call *run_all(struct returns *f, struct stp_cpu *k, const struct stp_hook *h,
					    unsigned long ip, struct pt_regs *regs)
{
	struct call *call = NULL;
	bool any = false, missed = false;

	for (; h; h = h->more) {
		if (h->probe->kind != STP_FUNCTION_RETURN) {
			run_entry(k, h, regs);
			continue;
		}
		if (!call && !missed) {
			call = call_new(f, ip);
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
	struct returns *f = container_of(ops, struct returns, ops);
	struct pt_regs *regs = stp_ftrace_regs(fregs);
	const struct stp_hook *h;
	struct stp_cpu *k;
	struct call *call;

	if (!stp_gate_open(f->session))
		return;
	h = stp_hooks_find(&f->hooks, ip);
	if (!h || !stp_hit_enter(f->session, &k))
		return;
	k->c.regs = regs;
	k->c.address = ip;
	k->c.caller = parent_ip;
	call = run_all(f, k, h, ip, regs);
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

	if (!stp_live(f->session))
		return;
	if (!stp_hit_enter(f->session, &k))
		return;
	k->c.regs = regs;
	k->c.address = call->ip;
	k->c.caller = node->ret_addr;
	k->c.result = regs_return_value(regs);
	for (h = stp_hooks_find(&f->hooks, call->ip); h; h = h->more) {
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

static bool wants_regs(const struct stp_probe *p)
{
	return p->kind == STP_FUNCTION && p->flags & STP_PROBE_REGS;
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

static void unregister(struct returns *f)
{
	if (f->registered)
		unregister_ftrace_function(&f->ops);
	f->registered = false;
}

/* Calls that have not returned yet do so as if nothing had been. */
static void disarm(void *state)
{
	struct returns *f = state;

	unregister(f);
	static_call(stp_rethook_free)(f->rethook);
}

static void returns_free(void *state)
{
	struct returns *f = state;

	ftrace_free_filter(&f->ops); /* once: it leaves pointers to what it has freed */
	stp_hooks_done(&f->hooks);
	kfree(f);
}

/* ftrace takes an empty filter for one that lets everything through: without probes the ops must go. */
static int refresh(struct stp_session *s, void *state)
{
	struct returns *f = state;
	u32 n_probes, n_ips = stp_hooks_wanted(&f->hooks, &n_probes);
	int r;

	s->n_armed += n_probes - f->n_armed;
	f->n_armed = n_probes;
	if (!n_ips) {
		unregister(f);
		return 0;
	}
	r = ftrace_set_filter_ips(&f->ops, f->hooks.ips, n_ips, 0, 1);
	if (!r && !f->registered) {
		r = register_ftrace_function(&f->ops);
		f->registered = !r;
	}
	if (r)
		s->failed_probe = f->hooks.hook[0].probe->id;
	return r;
}

static int arm_all(struct returns *f)
{
	f->ops.func = entry_hit;
	f->ops.flags = stp_count_probes(f->session, wants_regs) ? FTRACE_OPS_FL_SAVE_REGS : 0;
	f->slots = slots_assign(&f->hooks);
	f->rethook = stp_rethook_new(f, return_hit, struct_size((struct call *)NULL, slots, f->slots),
				     instances(&f->hooks));
	if (IS_ERR(f->rethook))
		return PTR_ERR(f->rethook);
	return refresh(f->session, f);
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
	f->session = s;
	r = stp_hooks_init(&f->hooks, s, mine);
	if (!r && f->hooks.n)
		r = arm_all(f);
	if (!r && f->hooks.n) {
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
