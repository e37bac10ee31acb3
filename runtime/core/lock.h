/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Locks of globals. They are our own because a handler may never wait for long and must not reach a function
 * that can be traced, and because user space runs them too.
 */
#ifndef STP_LOCK_H
#define STP_LOCK_H

#include "env.h"
#include "stp.h"

#define STP_LOCK_ALIGN 64

/* One for each global: < 0 a writer, > 0 so many readers. On a cache line of its own. */
struct stp_rwlock {
	s32 state;
	u32 timeouts; /* hits skipped because it was not to be had in time */
} __attribute__((aligned(STP_LOCK_ALIGN)));

static inline bool stp_rwlock_try(struct stp_rwlock *l, bool write)
{
	s32 old = __atomic_load_n(&l->state, __ATOMIC_RELAXED);

	if (write)
		return !old && __atomic_compare_exchange_n(&l->state, &old, -1, false, __ATOMIC_ACQUIRE,
							   __ATOMIC_RELAXED);
	while (old >= 0)
		if (__atomic_compare_exchange_n(&l->state, &old, old + 1, false, __ATOMIC_ACQUIRE,
						__ATOMIC_RELAXED))
			return true;
	return false;
}

static inline void stp_rwlock_drop(struct stp_rwlock *l, bool write)
{
	if (write)
		__atomic_store_n(&l->state, 0, __ATOMIC_RELEASE);
	else
		__atomic_fetch_sub(&l->state, 1, __ATOMIC_RELEASE);
}

/* All or none, with MAXTRYLOCK retries TRYLOCKDELAY us apart. */
bool stp_locks_take(const struct stp_script *s, const struct stp_locks *l);
void stp_locks_drop(const struct stp_script *s, const struct stp_locks *l);

/* For a few instructions on one CPU's part of something; whoever holds it waits for nothing. */
static inline void stp_spin_lock(u32 *l)
{
	while (__atomic_exchange_n(l, 1, __ATOMIC_ACQUIRE))
		while (__atomic_load_n(l, __ATOMIC_RELAXED))
			cpu_relax();
}

static inline void stp_spin_unlock(u32 *l)
{
	__atomic_store_n(l, 0, __ATOMIC_RELEASE);
}

#endif
