/* SPDX-License-Identifier: GPL-2.0-or-later */
/* x86-64: calling conventions, system calls of other ABIs, names of registers. */
#ifndef STP_ARCH_X86_H
#define STP_ARCH_X86_H

#include <linux/ptrace.h>
#include <asm/syscall.h>
#include <asm/unwind.h>
#include <asm/unistd.h>

/*
 * A tracepoint calls us as void f(void *data, its arguments...), of which we know neither number nor types.
 * The System V ABI passes the first five after `data` in registers, the others on the stack behind the
 * return address; integers of any width and pointers take eight bytes each. No argument of a tracepoint is
 * floating point.
 */
#define STP_DEFINE_TRACE_ENTRY(name, hit)                                                          \
	static STP_HOT void name(void *data, u64 a, u64 b, u64 c, u64 d, u64 e)                     \
	{                                                                                          \
		const u64 args[] = { a, b, c, d, e };                                              \
												   \
		BUILD_BUG_ON(ARRAY_SIZE(args) != STP_REGISTER_ARGS);                               \
		hit(data, args, (const u64 *)__builtin_frame_address(0) + 2);                      \
	}

/* The system call's number, or -1 when it was made in another ABI than the native one. */
static __always_inline int stp_syscall_number(const struct pt_regs *regs)
{
	if (in_ia32_syscall())
		return -1;
	return (int)regs->orig_ax;
}

/* Where the arguments stand, and the result; NULL: on the stack. */
static inline unsigned long *stp_argument_register(struct pt_regs *regs, u32 n, bool syscall)
{
	switch (n) {
	case 0: return &regs->di;
	case 1: return &regs->si;
	case 2: return &regs->dx;
	case 3: return syscall ? &regs->r10 : &regs->cx;
	case 4: return &regs->r8;
	case 5: return &regs->r9;
	default: return NULL;
	}
}

static inline unsigned long *stp_result_register(struct pt_regs *regs)
{
	return &regs->ax;
}

/* Where we stand: instruction and stack pointer as the tables have them for that instruction. */
#define stp_stand_here(s)                                                                          \
	asm volatile("lea (%%rip), %0; mov %%rsp, %1; mov %%rbp, %2"                               \
		     : "=&r"((s)->ip), "=&r"((s)->sp), "=&r"((s)->bp))

/* The return addresses above that, the nearest first; how many. */
static inline u32 stp_unwind(unsigned long ip, unsigned long sp, unsigned long bp, u64 *addresses, u32 max)
{
	struct pt_regs at = { .ip = ip, .sp = sp, .bp = bp, .cs = __KERNEL_CS };
	struct unwind_state state;
	u32 n = 0;

	for (unwind_start(&state, current, &at, NULL); !unwind_done(&state) && n < max; unwind_next_frame(&state)) {
		u64 address = unwind_get_return_address(&state);

		if (!address)
			break;
		addresses[n++] = address;
	}
	return n;
}

#define STP_MAX_SYSCALL 1024

/* Offsets of registers in pt_regs, by the names that register() takes. */
struct stp_register {
	char name[8];
	u16 offset, bytes;
};
#define STP_REG(name, field, bytes) { name, offsetof(struct pt_regs, field), bytes }
#define STP_REGISTERS                                                                              \
	STP_REG("rax", ax, 8), STP_REG("rbx", bx, 8), STP_REG("rcx", cx, 8), STP_REG("rdx", dx, 8),     \
	STP_REG("rsi", si, 8), STP_REG("rdi", di, 8), STP_REG("rbp", bp, 8), STP_REG("rsp", sp, 8),     \
	STP_REG("r8", r8, 8), STP_REG("r9", r9, 8), STP_REG("r10", r10, 8), STP_REG("r11", r11, 8),     \
	STP_REG("r12", r12, 8), STP_REG("r13", r13, 8), STP_REG("r14", r14, 8),                         \
	STP_REG("r15", r15, 8), STP_REG("rip", ip, 8), STP_REG("orig_rax", orig_ax, 8),                 \
	STP_REG("eax", ax, 4), STP_REG("ebx", bx, 4), STP_REG("ecx", cx, 4), STP_REG("edx", dx, 4),     \
	STP_REG("esi", si, 4), STP_REG("edi", di, 4), STP_REG("ebp", bp, 4), STP_REG("esp", sp, 4),     \
	STP_REG("eip", ip, 4), STP_REG("eflags", flags, 8), STP_REG("flags", flags, 8),                 \
	STP_REG("xcs", cs, 2), STP_REG("xss", ss, 2)

#endif
