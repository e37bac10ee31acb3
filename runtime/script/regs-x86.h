/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where x86-64 keeps the arguments of functions, system calls and tracepoints. Included by stp.h only.
 * A script sees pt_regs as declared here; its layout is that of ptrace(2), which does not change.
 */
#ifndef STP_REGS_X86_H
#define STP_REGS_X86_H

#ifdef __KERNEL__
#include <linux/ptrace.h>
#else
struct pt_regs {
	unsigned long r15, r14, r13, r12, bp, bx, r11, r10, r9, r8, ax, cx, dx, si, di, orig_ax, ip, cs,
		flags, sp, ss;
};
#endif

/* rdi is the tracepoint's data pointer: five registers are left. */
#define STP_REGISTER_ARGS 5

u64 stp_stack_arg(struct stp_ctx *c, u32 n);

/* At the entry of a function. */
static inline u64 stp_function_arg(struct stp_ctx *c, u32 n)
{
	switch (n) {
	case 0: return c->regs->di;
	case 1: return c->regs->si;
	case 2: return c->regs->dx;
	case 3: return c->regs->cx;
	case 4: return c->regs->r8;
	case 5: return c->regs->r9;
	default: return stp_stack_arg(c, n - 6);
	}
}

/* At entry and return of a system call. */
static inline u64 stp_syscall_arg(struct stp_ctx *c, u32 n)
{
	switch (n) {
	case 0: return c->regs->di;
	case 1: return c->regs->si;
	case 2: return c->regs->dx;
	case 3: return c->regs->r10;
	case 4: return c->regs->r8;
	case 5: return c->regs->r9;
	default: return 0;
	}
}

static inline u64 stp_trace_arg(struct stp_ctx *c, u32 n)
{
	return n < STP_REGISTER_ARGS ? c->args[n] : c->stack_args[n - STP_REGISTER_ARGS];
}

#endif
