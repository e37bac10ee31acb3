/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What compat/env.h is in the kernel, for user space: so that maps, statistics, strings, records and
 * contexts, and whole scripts of begin and end probes, run under the sanitizers.
 */
#ifndef STP_ENV_H
#define STP_ENV_H

#ifndef STP_SHIM
#error "this is for user space"
#endif

#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "stp.h"

#define U16_MAX ((u16)~0U)
#define U32_MAX (~0U)
#define U64_MAX (~0ULL)
#define S32_MAX ((s32)(U32_MAX >> 1))
#define S64_MAX ((s64)(U64_MAX >> 1))

#define EXPORT_SYMBOL_GPL(name) struct stp_ignore_##name
#define BUILD_BUG_ON(x) static_assert(!(x), #x)
#define container_of(p, type, member) ((type *)((char *)(p) - offsetof(type, member)))

#define READ_ONCE(x) (*(const volatile __typeof__(x) *)&(x))
#define WRITE_ONCE(x, v) (*(volatile __typeof__(x) *)&(x) = (v))
#define smp_load_acquire(p) __atomic_load_n(p, __ATOMIC_ACQUIRE)
#define smp_store_release(p, v) __atomic_store_n(p, v, __ATOMIC_RELEASE)
#define smp_rmb() __atomic_thread_fence(__ATOMIC_ACQUIRE)
#define smp_wmb() __atomic_thread_fence(__ATOMIC_RELEASE)
#define cpu_relax() __asm__ volatile("" ::: "memory")

#define noinline __attribute__((noinline))


/* "CPUs": a test chooses on which it is by the context that it uses. */
#define STP_SHIM_CPUS 4
#define nr_cpu_ids STP_SHIM_CPUS
#define for_each_possible_cpu(cpu) for ((cpu) = 0; (cpu) < STP_SHIM_CPUS; (cpu)++)

static inline int fls64(u64 x)
{
	return x ? 64 - __builtin_clzll(x) : 0;
}

/* ASan holds strings to their bytes (words.h). */
#define STP_READS_WORDS false

/* Who is hit: tid, and in the upper half pid. */
u64 stp_task_ids(void);

static inline void udelay(unsigned long us)
{
}

void *stp_alloc(size_t size); /* run.c: can be told to fail */

static inline void *stp_alloc_on(size_t size, int cpu)
{
	return stp_alloc(size);
}

static inline void stp_free(void *p)
{
	free(p);
}

unsigned long stp_stack_left(void);

#endif
