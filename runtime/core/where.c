/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where the hit is: registers, the caller, the function. */
#include <linux/ptrace.h>
#include <linux/string.h>
#include "arch.h"
#include "cpu.h"

/* Only an interrupt (a timer's) can come from user mode; system calls' registers are not where we were hit. */
bool stp_user_mode(struct stp_ctx *c)
{
	return c->regs && c->probe->kind == STP_TIMER && user_mode((struct pt_regs *)c->regs);
}
EXPORT_SYMBOL_GPL(stp_user_mode);

static const struct stp_register registers[] = { STP_REGISTERS };

u64 stp_register(struct stp_ctx *c, const char *name)
{
	u32 i;

	if (!c->regs) {
		stp_error(c, "there are no registers at this probe point");
		return 0;
	}
	for (i = 0; i < ARRAY_SIZE(registers); i++) {
		u64 v = 0;

		if (strcmp(registers[i].name, name))
			continue;
		memcpy(&v, (const char *)c->regs + registers[i].offset, registers[i].bytes);
		return v;
	}
	stp_errorf(c, "unknown register %s", name);
	return 0;
}
EXPORT_SYMBOL_GPL(stp_register);

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
