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
#include <asm/word-at-a-time.h>
#include "mix.h"
#include "stp.h"

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

/* Who was hit: two numbers that stand side by side, here and there. */
static __always_inline void stp_context_task(struct stp_ctx *c)
{
	BUILD_BUG_ON(offsetof(struct task_struct, tgid) != offsetof(struct task_struct, pid) + 4);
	BUILD_BUG_ON(offsetof(struct stp_ctx, pid) != offsetof(struct stp_ctx, tid) + 4);
	BUILD_BUG_ON(offsetof(struct stp_ctx, tid) % 8);
	*(u64 *)&c->tid = *(const u64 *)&current->pid;
}

/*
 * Bytes left on the task's stack. On another one (interrupts have their own, fresh or nearly so) the
 * difference is huge, which says: enough.
 */
static __always_inline unsigned long stp_stack_left(void)
{
	return current_stack_pointer - (unsigned long)current->stack;
}

/*
 * strnlen() by words: strings are what handlers spend most on. Aligned words never cross a page, so what is read
 * beyond the string is mapped.
 */
static inline u32 stp_strnlen(const char *s, u32 max)
{
	const struct word_at_a_time constants = WORD_AT_A_TIME_CONSTANTS;
	u32 before = (unsigned long)s % sizeof(long);
	const unsigned long *at = (const unsigned long *)(s - before);
	unsigned long word = *at | ~(~0ul << 8 * before), zero;
	s64 len = -(s64)before;

	BUILD_BUG_ON(!IS_ENABLED(CONFIG_CPU_LITTLE_ENDIAN) && !IS_ENABLED(CONFIG_X86));
	while (!has_zero(word, &zero, &constants)) {
		len += sizeof(long);
		if (len >= max)
			return max;
		word = *++at;
	}
	len += find_zero(create_zero_mask(prep_zero_mask(word, zero, &constants)));
	return min_t(s64, len, max);
}

/*
 * Hashes a string that is aligned, as those in frames are, and shorter than `size`, by words. Returns its length and
 * 1, and the last word, the bytes from the NUL on zero; or 0: it is another kind of string, nothing was changed.
 */
static __always_inline u32 stp_text_words(const char *s, u32 size, u64 *hash, u64 *ret_last)
{
	const struct word_at_a_time constants = WORD_AT_A_TIME_CONSTANTS;
	unsigned long word, zero;
	u64 h = *hash;
	u32 n;

	if (unlikely((unsigned long)s % sizeof(long)))
		return 0;
	for (n = 0; likely(n + sizeof(long) <= size); n += sizeof(long)) {
		word = *(const unsigned long *)(s + n);
		if (has_zero(word, &zero, &constants)) {
			zero = create_zero_mask(prep_zero_mask(word, zero, &constants));
			*ret_last = word & zero_bytemask(zero);
			*hash = stp_mix(h, *ret_last);
			return n + find_zero(zero) + 1;
		}
		h = stp_mix(h, word);
	}
	return 0;
}

/*
 * How many bytes at the beginning are the same, without a NUL among them: whole words, or all that matters when the
 * strings are equal up to their NUL, which it then is the index of. No word is read that crosses into another page.
 */
static inline u32 stp_same_words(const char *a, const char *b)
{
	const struct word_at_a_time constants = WORD_AT_A_TIME_CONSTANTS;
	u32 n = 0;

	while (offset_in_page(a + n) <= PAGE_SIZE - sizeof(long) && offset_in_page(b + n) <= PAGE_SIZE - sizeof(long)) {
		unsigned long x = *(const unsigned long *)(a + n), y = *(const unsigned long *)(b + n), zero;

		if (has_zero(x, &zero, &constants)) {
			unsigned long mask = create_zero_mask(prep_zero_mask(x, zero, &constants));

			return (x ^ y) & zero_bytemask(mask) ? n : n + find_zero(mask);
		}
		if (x != y)
			return n;
		n += sizeof(long);
	}
	return n;
}

#endif
