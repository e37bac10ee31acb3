/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "agg.h"

#define MAX_BUCKETS 1024

static int shape(struct stp_stats *st, const struct stp_global *g)
{
	if (g->hist == STP_HIST_LINEAR && (g->step <= 0 || g->high < g->low ||
					   ((u64)g->high - (u64)g->low) / (u64)g->step > MAX_BUCKETS - 3))
		return -EINVAL;
	if (g->hist > STP_HIST_LINEAR)
		return -EINVAL;
	st->ops = g->stat_ops;
	st->hist = g->hist;
	st->rare = g->hist == STP_HIST_LINEAR || g->stat_ops & 1u << STP_VARIANCE;
	st->low = g->low;
	st->high = g->high;
	st->step = g->step;
	st->n_buckets = stp_hist_buckets(g->hist, g->low, g->high, g->step);
	st->stride = (u32)(sizeof(struct stp_cell) + st->n_buckets * sizeof(u64));
	st->stride = (st->stride + 15) & ~15u;
	return 0;
}

static size_t shard_bytes(const struct stp_stats *st, u32 n)
{
	return sizeof(struct stp_shard) + (size_t)n * st->stride;
}

u64 stp_stats_bytes(const struct stp_global *g, u32 n)
{
	struct stp_stats st = {};
	u64 sum = 0;
	int cpu;

	if (shape(&st, g))
		return 0;
	for_each_possible_cpu(cpu)
		sum += shard_bytes(&st, n);
	return sum;
}

int stp_stats_init(struct stp_stats *st, const struct stp_global *g, u32 n)
{
	int cpu, r = shape(st, g);

	if (r)
		return r;
	st->n_shards = nr_cpu_ids;
	st->shard = stp_alloc(sizeof(*st->shard) * st->n_shards);
	if (!st->shard)
		return -ENOMEM;
	for_each_possible_cpu(cpu) {
		st->shard[cpu] = stp_alloc_on(shard_bytes(st, n), cpu);
		if (!st->shard[cpu]) {
			stp_stats_done(st);
			return -ENOMEM;
		}
	}
	return 0;
}

void stp_stats_done(struct stp_stats *st)
{
	u32 i;

	for (i = 0; st->shard && i < st->n_shards; i++)
		stp_free(st->shard[i]);
	stp_free(st->shard);
	st->shard = NULL;
}

int stp_agg_new(const struct stp_global *g, struct stp_agg **ret)
{
	struct stp_agg *a = stp_alloc(sizeof(*a));
	int r;

	if (!a)
		return -ENOMEM;
	a->name = g->name;
	a->generation = 1;
	r = stp_stats_init(&a->stats, g, 1);
	if (r) {
		stp_free(a);
		return r;
	}
	*ret = a;
	return 0;
}

void stp_agg_free(struct stp_agg *a)
{
	if (!a)
		return;
	stp_stats_done(&a->stats);
	stp_free(a);
}

void stp_cell_start(const struct stp_stats *st, struct stp_cell *cell, u64 generation, s64 v)
{
	memset(cell, 0, st->stride);
	cell->generation = generation;
	cell->min = cell->max = cell->base = v;
}

void stp_cell_rare(const struct stp_stats *st, struct stp_cell *cell, s64 v)
{
	__int128 d = (__int128)v - cell->base;

	if (st->ops & 1u << STP_VARIANCE) {
		cell->deviation += (stp_u128)d;
		cell->square += (stp_u128)d * (stp_u128)d;
	}
	if (st->hist == STP_HIST_LINEAR)
		cell->bucket[stp_hist_index(st, v)]++;
}

/* Adds a cell whose deviations are from another base: sum (x-b)^2 = sum (x-a)^2 + 2 (a-b) sum (x-a) + n
 * (a-b)^2. */
static void total_add(struct stp_total *t, const struct stp_cell *cell)
{
	stp_u128 shift, n = (stp_u128)cell->count;

	if (!t->count) {
		t->min = cell->min;
		t->max = cell->max;
		t->base = cell->base;
	}
	shift = (stp_u128)((__int128)cell->base - t->base);
	t->square += cell->square + 2 * shift * cell->deviation + n * shift * shift;
	t->deviation += cell->deviation + n * shift;
	t->count += cell->count;
	t->sum = (s64)((u64)t->sum + (u64)cell->sum);
	t->min = cell->min < t->min ? cell->min : t->min;
	t->max = cell->max > t->max ? cell->max : t->max;
}

void stp_stats_total(struct stp_stats *st, u32 index, u64 generation, struct stp_total *t)
{
	u32 i;

	memset(t, 0, sizeof(*t));
	for (i = 0; i < st->n_shards; i++) {
		struct stp_shard *s = st->shard[i];

		if (!s || READ_ONCE(stp_cell_at(st, s, index)->generation) != generation)
			continue;
		stp_spin_lock(&s->lock);
		if (stp_cell_at(st, s, index)->generation == generation)
			total_add(t, stp_cell_at(st, s, index));
		stp_spin_unlock(&s->lock);
	}
}

/* The kernel has no 128-bit division; one bit at a time is fast enough for what is asked once per line. */
static stp_u128 divide(stp_u128 n, u64 d, u64 *ret_rest)
{
	stp_u128 quotient = 0, rest = 0;
	int i;

	for (i = 127; i >= 0; i--) {
		rest = rest << 1 | (n >> i & 1);
		if (rest >= d) {
			rest -= d;
			quotient |= (stp_u128)1 << i;
		}
	}
	*ret_rest = (u64)rest;
	return quotient;
}

/*
 * The floor of (sum y^2 - (sum y)^2 / n) / (n - 1), where y are deviations from the floor of the mean: sum y
 * is then less than n, and nothing overflows that does not have to.
 */
static s64 variance(const struct stp_total *t)
{
	u64 n = (u64)t->count, rest, ignored;
	bool negative = (__int128)t->deviation < 0;
	stp_u128 mean, part, squares;

	if (n < 2)
		return 0;
	mean = divide(negative ? 0 - t->deviation : t->deviation, n, &rest);
	if (negative) {
		mean = 0 - mean - (rest ? 1 : 0);
		rest = rest ? n - rest : 0;
	}
	squares = t->square - 2 * mean * t->deviation + n * mean * mean;
	part = divide((stp_u128)rest * rest, n, &ignored);
	squares -= part + (ignored ? 1 : 0);
	return (s64)divide(squares, n - 1, &ignored);
}

s64 stp_total_get(const struct stp_total *t, u32 op)
{
	switch (op) {
	case STP_COUNT:
		return t->count;
	case STP_SUM:
		return t->sum;
	case STP_MIN:
		return t->min;
	case STP_MAX:
		return t->max;
	case STP_AVG:
		return t->count ? t->sum / t->count : 0;
	case STP_VARIANCE:
		return variance(t);
	default:
		return 0;
	}
}

void stp_empty_aggregate(struct stp_ctx *c, const char *place)
{
	if (place)
		stp_errorf(c, "empty aggregate near %s", place);
	else
		stp_error(c, "empty aggregate");
}

s64 stp_total_extract(struct stp_ctx *c, const struct stp_total *t, u32 op, const char *place)
{
	if (stp_unlikely(!t->count && op != STP_COUNT && op != STP_SUM)) {
		stp_empty_aggregate(c, place);
		return 0;
	}
	return stp_total_get(t, op);
}

void stp_agg_add(struct stp_ctx *c, struct stp_agg *a, s64 v)
{
	stp_stats_add(&a->stats, c->cpu, 0, READ_ONCE(a->generation), v);
}
EXPORT_SYMBOL_GPL(stp_agg_add);

void stp_agg_clear(struct stp_ctx *c, struct stp_agg *a)
{
	__atomic_fetch_add(&a->generation, 1, __ATOMIC_RELAXED);
}
EXPORT_SYMBOL_GPL(stp_agg_clear);

s64 stp_agg_get(struct stp_ctx *c, struct stp_agg *a, u32 op, const char *place)
{
	struct stp_total t;

	stp_stats_total(&a->stats, 0, READ_ONCE(a->generation), &t);
	return stp_total_extract(c, &t, op, place);
}
EXPORT_SYMBOL_GPL(stp_agg_get);
