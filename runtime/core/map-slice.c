/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whole maps and slices: a[x, *]. These go through the elements by age. */
#include "map.h"

bool stp_map_has_slice(struct stp_ctx *c, struct stp_map *m, const union stp_key *keys, u32 wild)
{
	bool found = false;
	u32 i;

	stp_map_lock(m);
	for (i = m->oldest; i && !found; i = stp_element_at(m, i)->newer)
		found = stp_map_matches(m, stp_element_at(m, i), keys, wild);
	stp_map_unlock(m);
	return found;
}
EXPORT_SYMBOL_GPL(stp_map_has_slice);

void stp_map_delete_slice(struct stp_ctx *c, struct stp_map *m, const union stp_key *keys, u32 wild)
{
	u32 i, next;

	if (!stp_map_may_change(c, m))
		return;
	stp_map_lock(m);
	for (i = m->oldest; i; i = next) {
		next = stp_element_at(m, i)->newer;
		if (stp_map_matches(m, stp_element_at(m, i), keys, wild))
			stp_map_remove(m, i);
	}
	stp_map_unlock(m);
}
EXPORT_SYMBOL_GPL(stp_map_delete_slice);

/* All at once: no element's chain is searched, and the buckets are empty before any of them is used
 * again. */
void stp_map_clear(struct stp_ctx *c, struct stp_map *m)
{
	u32 i;

	if (!m->count || !stp_map_may_change(c, m))
		return;
	stp_map_lock(m);
	for (i = m->oldest; i; i = stp_element_at(m, i)->newer)
		WRITE_ONCE(stp_element_at(m, i)->generation, 0);
	smp_wmb();
	memset(m->bucket, 0, sizeof(*m->bucket) * ((size_t)m->mask + 1));
	m->oldest = m->newest = m->free = m->count = 0;
	m->fresh = 1;
	stp_map_unlock(m);
}
EXPORT_SYMBOL_GPL(stp_map_clear);
