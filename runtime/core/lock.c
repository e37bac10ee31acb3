/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "globals.h"
#include "lock.h"

static bool rwlock_try(struct stp_rwlock *l, bool write)
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

static void rwlock_drop(struct stp_rwlock *l, bool write)
{
	if (write)
		__atomic_store_n(&l->state, 0, __ATOMIC_RELEASE);
	else
		__atomic_fetch_sub(&l->state, 1, __ATOMIC_RELEASE);
}

static bool rwlock_take(const struct stp_script *s, struct stp_rwlock *l, bool write, u32 *tries)
{
	while (!rwlock_try(l, write)) {
		if (!*tries)
			return false;
		--*tries;
		udelay(s->trylock_delay);
	}
	return true;
}

static void drop_first(const struct stp_script *s, const struct stp_locks *l, u32 n)
{
	struct stp_rwlock *locks = stp_globals_of(s)->locks;

	while (n--)
		rwlock_drop(&locks[l->lock[n].global], l->lock[n].write);
}

/* Sorted by global, so no two handlers can hold what the other one wants; all tries count together. */
bool stp_locks_take(const struct stp_script *s, const struct stp_locks *l)
{
	struct stp_rwlock *locks = stp_globals_of(s)->locks;
	u32 i, tries = s->max_trylock;

	for (i = 0; i < l->n; i++)
		if (!rwlock_take(s, &locks[l->lock[i].global], l->lock[i].write, &tries)) {
			drop_first(s, l, i);
			return false;
		}
	return true;
}

void stp_locks_drop(const struct stp_script *s, const struct stp_locks *l)
{
	drop_first(s, l, l->n);
}
