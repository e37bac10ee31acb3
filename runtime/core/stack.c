/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Stacks of the kernel. Its unwinder cannot pass a script's module, whose functions are in no unwind table: the
 * runner of a probe that asks for its stack notes where it stood itself, and the walk begins there. What
 * belongs to the tracing, up to the place that was hit, is left out.
 */
#include <linux/module.h>
#include <linux/sched/task_stack.h>
#include "arch.h"
#include "cpu.h"
#include "stack.h"

/* From the address of the hit to what the probe's call returns to: ftrace's call and what stands before it. */
#define AT_THE_HIT 32

void stp_stack_runner(struct stp_ctx *c)
{
	struct stp_cpu *k = stp_cpu_of(c);

	stp_stand_here(&k->stack.from);
	k->stack.known = 0;
	stp_probe_runner(c->probe)(c);
	k->stack.from.ip = 0;
}

/* How many of the addresses are the tracing's own. */
static u32 count_ours(const struct stp_ctx *c, const struct stp_stack *s)
{
	bool interrupt = c->probe->kind == STP_TIMER && c->regs;
	u64 hit = interrupt ? c->regs->ip : c->address;
	u32 i;

	if (interrupt && user_mode((struct pt_regs *)c->regs))
		return s->n;
	if (c->probe->kind == STP_FUNCTION_RETURN || c->probe->kind == STP_SYSCALL_RETURN)
		hit = c->caller;
	for (i = 0; hit && i < s->n; i++)
		if (s->address[i] - hit < AT_THE_HIT)
			return i;
	for (i = 0; i < s->n && within_module(s->address[i], THIS_MODULE); i++)
		;
	return i;
}

static const struct stp_stack *walked(struct stp_ctx *c)
{
	struct stp_stack *s = &stp_cpu_of(c)->stack;
	u32 ours;

	if (s->known)
		return s;
	s->n = 0;
	if (s->from.ip)
		s->n = stp_unwind(s->from.ip, s->from.sp, s->from.bp, s->address, ARRAY_SIZE(s->address));
	ours = count_ours(c, s);
	s->n -= ours;
	memmove(s->address, s->address + ours, s->n * sizeof(*s->address));
	if (s->n && c->address && s->address[0] - c->address < AT_THE_HIT)
		s->address[0] = c->address;
	s->known = 1;
	return s;
}

u64 stp_stack_at(struct stp_ctx *c, s64 n)
{
	const struct stp_stack *s = walked(c);

	return n >= 0 && n < s->n ? s->address[n] : 0;
}
EXPORT_SYMBOL_GPL(stp_stack_at);

void stp_stack_text(struct stp_ctx *c, char *dst, u32 size, s64 first, s64 n)
{
	const struct stp_stack *s = walked(c);
	s64 i, end = n < 0 || n > s->n - first ? s->n : first + n;
	u32 at = 0;

	*dst = 0;
	for (i = first; i < end && at < size; i++)
		at += scnprintf(dst + at, size - at, "%s0x%llx", i > first ? " " : "", s->address[i]);
}
EXPORT_SYMBOL_GPL(stp_stack_text);
