/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the files of the core that know no kernel (maps, statistics, strings, records, contexts) need from
 * their surroundings. This is the kernel's; runtime/shim/env.h is the same for user space, and the include
 * path chooses.
 */
#ifndef STP_ENV_H
#define STP_ENV_H

#include <linux/bitops.h>
#include <linux/build_bug.h>
#include <linux/compiler.h>
#include <linux/delay.h>
#include <linux/export.h>
#include <linux/kernel.h>
#include <linux/limits.h>
#include <linux/mm.h>
#include <linux/percpu.h>
#include <linux/sched.h>
#include <linux/sched/task_stack.h>
#include <linux/string.h>
#include <linux/types.h>
#include <linux/vmalloc.h>
#include <asm/barrier.h>
#include <asm/processor.h>

/* Zeroed; NULL when there is not enough, quietly: sizes come from scripts. */
static inline void *stp_alloc(size_t size)
{
	return __vmalloc(size, GFP_KERNEL | __GFP_ZERO | __GFP_NOWARN | __GFP_NORETRY);
}

static inline void *stp_alloc_on(size_t size, int cpu)
{
	return vzalloc_node(size, cpu_to_node(cpu));
}

static inline void stp_free(void *p)
{
	vfree(p);
}

/* Who was hit: what scripts call tid, and in the upper half pid. */
static __always_inline u64 stp_task_ids(void)
{
	BUILD_BUG_ON(offsetof(struct task_struct, tgid) != offsetof(struct task_struct, pid) + 4);
	return *(const u64 *)&current->pid;
}

/*
 * Bytes left on the task's stack. On another one (interrupts have their own, fresh or nearly so) the
 * difference is huge, which says: enough.
 */
static __always_inline unsigned long stp_stack_left(void)
{
	return current_stack_pointer - (unsigned long)current->stack;
}

/* Words that are aligned may be read behind the end of a string (words.h). */
#define STP_READS_WORDS true

#endif
