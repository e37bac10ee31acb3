/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "globals.h"
#include "lock.h"

static bool rwlock_take(const struct stp_script *s, struct stp_rwlock *l, bool write, u32 *tries)
{
	while (!stp_rwlock_try(l, write)) {
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
		stp_rwlock_drop(&locks[l->lock[n].global], l->lock[n].write);
}

/* Sorted by global, so no two handlers can hold what the other one wants; all tries count together. */
bool stp_locks_take(const struct stp_script *s, const struct stp_locks *l)
{
	struct stp_rwlock *locks = stp_globals_of(s)->locks;
	u32 i, tries = s->max_trylock;

	for (i = 0; i < l->n; i++)
		if (!rwlock_take(s, &locks[l->lock[i].global], l->lock[i].write, &tries)) {
			__atomic_fetch_add(&locks[l->lock[i].global].timeouts, 1, __ATOMIC_RELAXED);
			drop_first(s, l, i);
			return false;
		}
	return true;
}

void stp_locks_drop(const struct stp_script *s, const struct stp_locks *l)
{
	drop_first(s, l, l->n);
}
