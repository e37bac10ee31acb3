/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where the hit is: registers, the caller, the function. */
#include <linux/ptrace.h>
#include <linux/sched.h>
#include <linux/sched/task_stack.h>
#include <linux/string.h>
#include "arch.h"
#include "cpu.h"

/* Only an interrupt (a timer's) can come from user mode; system calls' registers are not where we were
 * hit. */
bool stp_user_mode(struct stp_ctx *c)
{
	return c->regs && c->probe->kind == STP_TIMER && user_mode((struct pt_regs *)c->regs);
}
EXPORT_SYMBOL_GPL(stp_user_mode);

static const struct stp_register registers[] = { STP_REGISTERS };

static u64 register_of(struct stp_ctx *c, const struct pt_regs *regs, const char *name)
{
	u32 i;

	if (!regs) {
		stp_error(c, "there are no registers at this probe point");
		return 0;
	}
	for (i = 0; i < ARRAY_SIZE(registers); i++) {
		u64 v = 0;

		if (strcmp(registers[i].name, name))
			continue;
		memcpy(&v, (const char *)regs + registers[i].offset, registers[i].bytes);
		return v;
	}
	stp_errorf(c, "unknown register %s", name);
	return 0;
}

u64 stp_register(struct stp_ctx *c, const char *name)
{
	return register_of(c, c->regs, name);
}
EXPORT_SYMBOL_GPL(stp_register);

/* A kernel thread has none. */
u64 stp_user_register(struct stp_ctx *c, const char *name)
{
	return register_of(c, current->mm ? task_pt_regs(current) : NULL, name);
}
EXPORT_SYMBOL_GPL(stp_user_register);

/* Those who gave us the registers load them again when we return. */
static void set(struct stp_ctx *c, unsigned long *at, u64 value)
{
	if (at)
		*at = (unsigned long)value;
	else
		stp_error(c, "what is not in a register cannot be written");
}

void stp_set_function_arg(struct stp_ctx *c, u32 n, u64 value)
{
	set(c, c->regs ? stp_argument_register((struct pt_regs *)c->regs, n, false) : NULL, value);
}
EXPORT_SYMBOL_GPL(stp_set_function_arg);

void stp_set_syscall_arg(struct stp_ctx *c, u32 n, u64 value)
{
	set(c, c->regs ? stp_argument_register((struct pt_regs *)c->regs, n, true) : NULL, value);
}
EXPORT_SYMBOL_GPL(stp_set_syscall_arg);

void stp_set_result(struct stp_ctx *c, u32 n, u64 value)
{
	set(c, c->regs ? stp_result_register((struct pt_regs *)c->regs) : NULL, value);
	c->result = value;
}
EXPORT_SYMBOL_GPL(stp_set_result);

u64 stp_caller(struct stp_ctx *c)
{
	return c->caller;
}
EXPORT_SYMBOL_GPL(stp_caller);

u64 stp_address(struct stp_ctx *c)
{
	return c->address;
}
EXPORT_SYMBOL_GPL(stp_address);

/* Arguments of a function beyond the registers: behind the return address. */
u64 stp_stack_arg(struct stp_ctx *c, u32 n)
{
	u64 v = 0;

	if (!c->regs || stp_copy_kernel(&v, c->regs->sp + 8 * ((u64)n + 1), sizeof(v)))
		stp_error(c, "cannot read an argument on the stack");
	return v;
}
EXPORT_SYMBOL_GPL(stp_stack_arg);
