/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What runtime/compat/env.h is in the kernel, for the files of the core that know no kernel. */
#ifndef STP_ENV_H
#define STP_ENV_H

#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <linux/types.h>
#include "stp.h"

#define EXPORT_SYMBOL_GPL(name) _Static_assert(1, "")
#define READ_ONCE(x) (*(const volatile __typeof__(x) *)&(x))
#define WRITE_ONCE(x, v) (*(volatile __typeof__(x) *)&(x) = (v))
#define smp_wmb() __atomic_thread_fence(__ATOMIC_RELEASE)
#define smp_rmb() __atomic_thread_fence(__ATOMIC_ACQUIRE)
#define smp_load_acquire(p) __atomic_load_n(p, __ATOMIC_ACQUIRE)
#define smp_store_release(p, v) __atomic_store_n(p, v, __ATOMIC_RELEASE)
#define cpu_relax() __builtin_ia32_pause()
#define container_of(p, type, member) ((type *)((char *)(p) - offsetof(type, member)))
#define BUILD_BUG_ON(condition) _Static_assert(!(condition), #condition)
#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#define U32_MAX UINT32_MAX
#define U16_MAX UINT16_MAX
#define U64_MAX UINT64_MAX
#define S32_MAX INT32_MAX
#define S64_MAX INT64_MAX
#define S64_MIN INT64_MIN
#define likely(x) __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)
#define __percpu
#define min(a, b) ((a) < (b) ? (a) : (b))
#define max(a, b) ((a) > (b) ? (a) : (b))

#define nr_cpu_ids 2u
#define for_each_possible_cpu(cpu) for (cpu = 0; cpu < (__typeof__(cpu))nr_cpu_ids; cpu++)

static inline int fls64(u64 v)
{
	return v ? 64 - __builtin_clzll(v) : 0;
}

static inline u32 roundup_pow_of_two(u32 v)
{
	return v <= 1 ? 1 : 1u << (32 - __builtin_clz(v - 1));
}

static inline void udelay(u32 us)
{
	(void)us;
}

/* Aligned as pages are, as far as it matters. */
static inline void *stp_alloc(size_t size)
{
	size_t whole = (size + 63) & ~(size_t)63;
	void *p = aligned_alloc(64, whole ? whole : 64);

	return p ? memset(p, 0, whole) : NULL;
}

static inline void *stp_alloc_on(size_t size, int cpu)
{
	(void)cpu;
	return stp_alloc(size);
}

static inline void stp_free(void *p)
{
	free(p);
}

static inline unsigned long stp_stack_left(void)
{
	return 8192;
}

#endif
