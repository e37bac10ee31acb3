/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Histograms: which bucket a value goes to, and reading them. Drawing is done in user space. */
#include "agg.h"
#include "lock.h"
#include "map.h"

static u32 linear_index(const struct stp_stats *st, s64 v)
{
	u64 i;

	if (v < st->low)
		return 0;
	i = ((u64)v - (u64)st->low) / (u64)st->step + 1;
	return i < st->n_buckets ? (u32)i : st->n_buckets - 1;
}

u32 stp_hist_index(const struct stp_stats *st, s64 v)
{
	return st->hist == STP_HIST_LOG ? stp_hist_log(v) : linear_index(st, v);
}

u64 stp_stats_bucket(struct stp_stats *st, u32 index, u64 generation, u32 bucket)
{
	u64 n = 0;
	u32 i;

	for (i = 0; i < st->n_shards; i++) {
		struct stp_shard *s = st->shard[i];

		if (s && READ_ONCE(stp_cell_at(st, s, index)->generation) == generation)
			n += READ_ONCE(stp_cell_at(st, s, index)->bucket[bucket]);
	}
	return n;
}

static bool has_any(struct stp_stats *st, u32 index, u64 generation)
{
	struct stp_total t;

	stp_stats_total(st, index, generation, &t);
	return t.count;
}

s64 stp_stats_bucket_at(struct stp_ctx *c, struct stp_stats *st, u32 index, u64 generation, s64 bucket,
			const char *place)
{
	if (!has_any(st, index, generation)) {
		stp_empty_aggregate(c, place);
		return 0;
	}
	if (bucket < 0 || bucket >= st->n_buckets) {
		stp_errorf(c, "histogram index out of range near %s", place ? place : "[]");
		return 0;
	}
	return (s64)stp_stats_bucket(st, index, generation, (u32)bucket);
}

u64 *stp_stats_put_hist(u64 *at, struct stp_stats *st, u32 index, u64 generation)
{
	u32 i, room = stp_hist_room(st->n_buckets);

	at[room / 8 - 1] = 0;
	*(u32 *)at = st->n_buckets * 8;
	for (i = 0; i < st->n_buckets; i++) {
		u64 n = stp_stats_bucket(st, index, generation, i);

		memcpy((char *)at + 4 + i * 8, &n, 8);
	}
	return at + room / 8;
}

bool stp_agg_empty(struct stp_ctx *c, struct stp_agg *a, const char *place)
{
	if (has_any(&a->stats, 0, READ_ONCE(a->generation)))
		return false;
	stp_empty_aggregate(c, place);
	return true;
}
EXPORT_SYMBOL_GPL(stp_agg_empty);

s64 stp_agg_bucket(struct stp_ctx *c, struct stp_agg *a, s64 bucket, const char *place)
{
	return stp_stats_bucket_at(c, &a->stats, 0, READ_ONCE(a->generation), bucket, place);
}
EXPORT_SYMBOL_GPL(stp_agg_bucket);

u64 *stp_put_hist(u64 *at, struct stp_ctx *c, struct stp_agg *a)
{
	return stp_stats_put_hist(at, &a->stats, 0, READ_ONCE(a->generation));
}
EXPORT_SYMBOL_GPL(stp_put_hist);
