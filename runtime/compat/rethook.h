/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Return hooks (linux/rethook.h, since 5.18): what kretprobes and fprobes are made of, exported to nobody.
 * An fprobe needs CONFIG_FPROBE, and a kretprobe costs a kprobe beside it and is armed one at a time. Static
 * calls, as in core/symbol.c. 6.6 gave handlers the return address, 6.7 makes the nodes itself; Kbuild looks
 * for both. For one file: the calls are defined here.
 */
#ifndef STP_COMPAT_RETHOOK_H
#define STP_COMPAT_RETHOOK_H

#include <linux/err.h>
#include <linux/rethook.h>
#include <linux/slab.h>
#include <linux/static_call.h>

DEFINE_STATIC_CALL_NULL(stp_rethook_alloc, rethook_alloc);
DEFINE_STATIC_CALL_NULL(stp_rethook_free, rethook_free);
DEFINE_STATIC_CALL_NULL(stp_rethook_get, rethook_try_get);
DEFINE_STATIC_CALL_NULL(stp_rethook_hook, rethook_hook);
DEFINE_STATIC_CALL_NULL(stp_rethook_recycle, rethook_recycle);

#define STP_RETHOOK_FIND(call, function)                                                           \
	({                                                                                         \
		unsigned long address = lookup(#function);                                         \
												   \
		if (address)                                                                       \
			static_call_update(call, (typeof(&function))address);                      \
		!!address;                                                                         \
	})

#ifdef STP_HAVE_RETHOOK_ADDRESS
#define STP_RETHOOK_HANDLER(name, node, data, regs)                                                \
	static void name(struct rethook_node *node, void *data, unsigned long address, struct pt_regs *regs)
#else
#define STP_RETHOOK_HANDLER(name, node, data, regs)                                                \
	static void name(struct rethook_node *node, void *data, struct pt_regs *regs)
#endif

#ifdef STP_HAVE_RETHOOK_ADD_NODE
DEFINE_STATIC_CALL_NULL(stp_rethook_add, rethook_add_node);

static bool stp_rethook_init(unsigned long (*lookup)(const char *name))
{
	return STP_RETHOOK_FIND(stp_rethook_alloc, rethook_alloc) &&
	       STP_RETHOOK_FIND(stp_rethook_free, rethook_free) &&
	       STP_RETHOOK_FIND(stp_rethook_get, rethook_try_get) &&
	       STP_RETHOOK_FIND(stp_rethook_hook, rethook_hook) &&
	       STP_RETHOOK_FIND(stp_rethook_recycle, rethook_recycle) &&
	       STP_RETHOOK_FIND(stp_rethook_add, rethook_add_node);
}

static struct rethook *stp_rethook_new(void *data, rethook_handler_t handler, size_t size, u32 n)
{
	struct rethook *hook = static_call(stp_rethook_alloc)(data, handler);
	struct rethook_node *node;

	if (!hook)
		return ERR_PTR(-ENOMEM);
	for (; n; n--) {
		node = kzalloc(size, GFP_KERNEL);
		if (!node) {
			static_call(stp_rethook_free)(hook);
			return ERR_PTR(-ENOMEM);
		}
		static_call(stp_rethook_add)(hook, node);
	}
	return hook;
}
#else
static bool stp_rethook_init(unsigned long (*lookup)(const char *name))
{
	return STP_RETHOOK_FIND(stp_rethook_alloc, rethook_alloc) &&
	       STP_RETHOOK_FIND(stp_rethook_free, rethook_free) &&
	       STP_RETHOOK_FIND(stp_rethook_get, rethook_try_get) &&
	       STP_RETHOOK_FIND(stp_rethook_hook, rethook_hook) &&
	       STP_RETHOOK_FIND(stp_rethook_recycle, rethook_recycle);
}

/* An ERR_PTR when it fails. `size`: of a node, which begins with a struct rethook_node. */
static struct rethook *stp_rethook_new(void *data, rethook_handler_t handler, size_t size, u32 n)
{
	return static_call(stp_rethook_alloc)(data, handler, (int)size, (int)n);
}
#endif

#endif
