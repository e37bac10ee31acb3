/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Arrays of statistics: one set of keys for all CPUs, a cell for each CPU. */
#include "map-find.h"

static u32 insert(struct stp_ctx *c, struct stp_map *m, const struct stp_lookup *l, u64 *ret_generation)
{
	u32 index;

	stp_map_lock(m);
	index = stp_map_find(m, l, NULL); /* another CPU may have been first */
	if (!index)
		index = stp_map_insert(c, m, l);
	if (index)
		*ret_generation = stp_element_at(m, index)->generation;
	stp_map_unlock(m);
	return index;
}

static u32 find(struct stp_map *m, const union stp_key *keys, u64 *ret_generation)
{
	struct stp_lookup l STP_UNINITIALIZED;

	stp_map_lookup(m, keys, &l);
	return stp_map_find(m, &l, ret_generation);
}

static noinline STP_HOT void add_any(struct stp_ctx *c, struct stp_map *m, const union stp_key *keys, s64 v)
{
	struct stp_lookup l STP_UNINITIALIZED;
	u64 generation;
	u32 index;

	stp_map_lookup(m, keys, &l);
	index = stp_map_find(m, &l, &generation);
	if (!index)
		index = insert(c, m, &l, &generation);
	if (index)
		stp_stats_add(&m->stats, c->cpu, index, generation, v);
}

/* a[execname(), pid()]: what scripts count by most. */
static const struct stp_shape name_and_number = { .n_keys = 2, .string_keys = 1 };

STP_HOT void stp_map_agg_add(struct stp_ctx *c, struct stp_map *m, const union stp_key *keys, s64 v)
{
	struct stp_lookup l STP_UNINITIALIZED;
	u64 generation;
	u32 index;

	if (m->n_keys == name_and_number.n_keys && m->string_keys == name_and_number.string_keys) {
		stp_map_lookup_as(m, name_and_number, keys, &l);
		index = stp_map_find_as(m, name_and_number, &l, &generation);
		if (stp_likely(index)) {
			stp_stats_add(&m->stats, c->cpu, index, generation, v);
			return;
		}
	}
	add_any(c, m, keys, v);
}
EXPORT_SYMBOL_GPL(stp_map_agg_add);

s64 stp_map_agg_get(struct stp_ctx *c, struct stp_map *m, const union stp_key *keys, u32 op,
		    const char *place)
{
	struct stp_total t = { 0 };
	u64 generation;
	u32 index = find(m, keys, &generation);

	if (index)
		stp_stats_total(&m->stats, index, generation, &t);
	return stp_total_extract(c, &t, op, place);
}
EXPORT_SYMBOL_GPL(stp_map_agg_get);

s64 stp_map_agg_bucket(struct stp_ctx *c, struct stp_map *m, const union stp_key *keys, s64 bucket,
		       const char *place)
{
	u64 generation;
	u32 index = find(m, keys, &generation);

	if (index)
		return stp_stats_bucket_at(c, &m->stats, index, generation, bucket, place);
	stp_empty_aggregate(c, place);
	return 0;
}
EXPORT_SYMBOL_GPL(stp_map_agg_bucket);

bool stp_map_agg_empty(struct stp_ctx *c, struct stp_map *m, const union stp_key *keys, const char *place)
{
	if (stp_map_agg_get(c, m, keys, STP_COUNT, place))
		return false;
	stp_empty_aggregate(c, place);
	return true;
}
EXPORT_SYMBOL_GPL(stp_map_agg_empty);

u64 *stp_put_map_hist(u64 *at, struct stp_ctx *c, struct stp_map *m, const union stp_key *keys)
{
	u64 generation = U64_MAX; /* nobody's: an absent element is a histogram of zeroes */
	u32 index = find(m, keys, &generation);

	return stp_stats_put_hist(at, &m->stats, index, generation);
}
EXPORT_SYMBOL_GPL(stp_put_map_hist);
