/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Statistics. Each CPU adds to a cell of its own, in its shard, so that `<<<` never waits for another CPU
 * but for the few instructions in which somebody sums up that very cell. A cell belongs to a generation:
 * clearing an aggregate, or giving a map's element to another key, is a new number, and a cell that has the
 * old one counts as empty. So a deletion touches no other CPU's memory.
 *
 * Variance is exact: sums of the deviations from the first value, and of their squares, in 128 bits. Sums of
 * CPUs with different first values are moved to one, which is exact modulo 2^128.
 */
#ifndef STP_AGG_H
#define STP_AGG_H

#include "lock.h"

typedef unsigned __int128 stp_u128;

struct stp_cell {
	u64 generation; /* 0: never used */
	s64 count, sum, min, max;
	s64 base;       /* deviations are from this */
	stp_u128 deviation, square;
	u64 bucket[];
};

struct stp_shard {
	u32 lock;
	u32 pad[15];
	char cells[] __attribute__((aligned(64)));
};

/* What a statistic keeps, and where. */
struct stp_stats {
	u32 ops, hist, n_buckets;
	u32 rare;       /* there is more to do than count, sum, min, max and a logarithmic histogram */
	u32 stride;     /* bytes of a cell */
	s64 low, high, step;
	u32 n_shards;   /* nr_cpu_ids */
	struct stp_shard **shard; /* by CPU; NULL where no CPU can be */
};

struct stp_agg {
	struct stp_stats stats;
	u64 generation;
	const char *name;
};

/* All shards together. */
struct stp_total {
	s64 count, sum, min, max, base;
	stp_u128 deviation, square;
};

/* n: cells of a shard. -EINVAL: the histogram makes no sense; -ENOMEM. */
int stp_stats_init(struct stp_stats *st, const struct stp_global *g, u32 n);
void stp_stats_done(struct stp_stats *st);
/* What that would take on all CPUs; 0 for what makes no sense. */
u64 stp_stats_bytes(const struct stp_global *g, u32 n);

int stp_agg_new(const struct stp_global *g, struct stp_agg **ret);
void stp_agg_free(struct stp_agg *a);

void stp_cell_start(const struct stp_stats *st, struct stp_cell *cell, u64 generation, s64 v);
/* Variance, linear histograms. */
void stp_cell_rare(const struct stp_stats *st, struct stp_cell *cell, s64 v);
void stp_stats_total(struct stp_stats *st, u32 index, u64 generation, struct stp_total *t);
u64 stp_stats_bucket(struct stp_stats *st, u32 index, u64 generation, u32 bucket);
/* op: enum stp_stat_op. */
s64 stp_total_get(const struct stp_total *t, u32 op);
/* As stp_agg_get(): sets the error when there is nothing and op needs something. */
s64 stp_total_extract(struct stp_ctx *c, const struct stp_total *t, u32 op, const char *place);

/* hist.c */
#define STP_LOG_ZERO 64
static inline u32 stp_hist_log(s64 v)
{
	return (u32)(v < 0 ? STP_LOG_ZERO - fls64(0 - (u64)v) : STP_LOG_ZERO + fls64((u64)v));
}
u32 stp_hist_index(const struct stp_stats *st, s64 v);
s64 stp_stats_bucket_at(struct stp_ctx *c, struct stp_stats *st, u32 index, u64 generation, s64 bucket,
			const char *place);
u64 *stp_stats_put_hist(u64 *at, struct stp_stats *st, u32 index, u64 generation);
void stp_empty_aggregate(struct stp_ctx *c, const char *place);

static inline struct stp_cell *stp_cell_at(const struct stp_stats *st, struct stp_shard *s, u32 index)
{
	return (struct stp_cell *)(s->cells + (size_t)index * st->stride);
}

static inline void stp_stats_add(struct stp_stats *st, u32 cpu, u32 index, u64 generation, s64 v)
{
	struct stp_shard *s = st->shard[cpu];
	struct stp_cell *cell = stp_cell_at(st, s, index);

	stp_spin_lock(&s->lock);
	if (stp_unlikely(cell->generation != generation))
		stp_cell_start(st, cell, generation, v);
	cell->count++;
	cell->sum = (s64)((u64)cell->sum + (u64)v);
	if (v < cell->min)
		cell->min = v;
	if (v > cell->max)
		cell->max = v;
	if (st->rare)
		stp_cell_rare(st, cell, v);
	if (st->hist == STP_HIST_LOG)
		cell->bucket[stp_hist_log(v)]++;
	stp_spin_unlock(&s->lock);
}

#endif
