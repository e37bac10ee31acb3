/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * foreach. Unsorted loops follow the list by age. Sorted ones make a sorted list of elements in the map's
 * one sort array, in order only as far as their limit reaches; a loop that finds it taken (inside another over
 * the same map, or beside another CPU's) searches its next element each time instead: slower, with no memory.
 */
#include "cpu.h"
#include "map.h"
#include "sort.h"

enum { ITER_LIST, ITER_SORTED, ITER_SEARCH };

static void loop_open(struct stp_cpu *k, struct stp_iter *i)
{
	struct stp_map *m = i->map;

	i->mode = ITER_LIST;
	if (i->column != STP_SORT_NONE)
		i->mode = __atomic_exchange_n(&m->sorting, 1, __ATOMIC_ACQUIRE) ? ITER_SEARCH : ITER_SORTED;
	__atomic_fetch_add(&m->iterating, 1, __ATOMIC_RELAXED);
	i->slot = k->n_open;
	k->open[k->n_open].map = m;
	k->open[k->n_open].sorting = i->mode == ITER_SORTED;
	k->n_open++;
	k->c.todo.iter = 1;
}

void stp_iter_close(struct stp_cpu *k, u32 n)
{
	while (k->n_open > n) {
		struct stp_open_loop *o = &k->open[--k->n_open];

		if (o->sorting)
			__atomic_store_n(&o->map->sorting, 0, __ATOMIC_RELEASE);
		__atomic_fetch_sub(&o->map->iterating, 1, __ATOMIC_RELAXED);
	}
}

bool stp_iter_begin(struct stp_ctx *c, struct stp_iter *i, struct stp_map *m, int direction, int column,
		    u32 op, s64 limit, const union stp_key *keys, u32 wild)
{
	struct stp_cpu *k = stp_cpu_of(c);

	if (k->n_open >= STP_MAX_OPEN || column < STP_SORT_NONE || column >= (int)m->n_keys) {
		stp_error(c, "too many foreach loops inside each other");
		return false;
	}
	i->map = m;
	i->direction = direction;
	i->column = column;
	i->op = op;
	i->limit = limit;
	i->element = NULL;
	i->at = 0;
	i->wild = keys ? wild : U32_MAX;
	if (keys)
		memcpy(i->keys, keys, sizeof(*keys) * m->n_keys);
	loop_open(k, i);
	i->n = m->count;
	if (i->mode == ITER_SORTED) {
		i->n = stp_sort_collect(i);
		i->sorted = 0;
	} else if (i->mode == ITER_LIST) {
		i->at = m->oldest;
	}
	return true;
}
EXPORT_SYMBOL_GPL(stp_iter_begin);

/* As many as the loop can still give; the present one is no longer in the limit. */
static void sort_more(struct stp_iter *i)
{
	u32 rest = i->n - i->sorted, first = rest;

	if (i->limit >= 0 && i->limit < rest)
		first = i->limit + 1;
	stp_sort_entries(i, i->sorted, rest, first);
	i->sorted += first;
}

/* Elements that go while a loop runs (a wrapping array of statistics, on another CPU) are left out. */
static struct stp_element *next_sorted(struct stp_iter *i)
{
	while (i->at < i->n) {
		struct stp_element *e;

		if (i->at == i->sorted)
			sort_more(i);
		e = stp_element_at(i->map, i->map->sort[i->at++].index);
		if (READ_ONCE(e->generation))
			return e;
	}
	return NULL;
}

static struct stp_element *next_in_list(struct stp_iter *i)
{
	while (i->at && i->n) {
		struct stp_element *e = stp_element_at(i->map, i->at);

		i->at = READ_ONCE(e->newer);
		i->n--;
		if (stp_map_matches(i->map, e, i->wild == U32_MAX ? NULL : i->keys, i->wild))
			return e;
	}
	return NULL;
}

static struct stp_element *next_searched(struct stp_iter *i)
{
	if (i->at++ >= i->n)
		return NULL;
	return stp_sort_after(i, i->element);
}

bool stp_iter_next(struct stp_ctx *c, struct stp_iter *i)
{
	static struct stp_element *(*const next[])(struct stp_iter *i) = {
		[ITER_LIST] = next_in_list,
		[ITER_SORTED] = next_sorted,
		[ITER_SEARCH] = next_searched,
	};

	if (!i->limit)
		return false;
	if (i->limit > 0)
		i->limit--;
	i->element = next[i->mode](i);
	return i->element;
}
EXPORT_SYMBOL_GPL(stp_iter_next);

s64 stp_iter_key_long(struct stp_iter *i, u32 key)
{
	return *stp_element_long(i->element, i->map->key_at[key]);
}
EXPORT_SYMBOL_GPL(stp_iter_key_long);

const char *stp_iter_key_string(struct stp_iter *i, u32 key)
{
	return stp_element_string(i->element, i->map->key_at[key]);
}
EXPORT_SYMBOL_GPL(stp_iter_key_string);

s64 stp_iter_value_long(struct stp_iter *i)
{
	return *stp_element_long(i->element, i->map->value_at);
}
EXPORT_SYMBOL_GPL(stp_iter_value_long);

const char *stp_iter_value_string(struct stp_iter *i)
{
	return stp_element_string(i->element, i->map->value_at);
}
EXPORT_SYMBOL_GPL(stp_iter_value_string);

s64 stp_iter_value_agg(struct stp_ctx *c, struct stp_iter *i, u32 op, const char *place)
{
	const struct stp_element *e = i->element;
	struct stp_total t;

	stp_stats_total(&i->map->stats, stp_element_index(i->map, e), READ_ONCE(e->generation), &t);
	return stp_total_extract(c, &t, op, place);
}
EXPORT_SYMBOL_GPL(stp_iter_value_agg);

void stp_iter_end(struct stp_ctx *c, struct stp_iter *i)
{
	stp_iter_close(stp_cpu_of(c), i->slot);
}
EXPORT_SYMBOL_GPL(stp_iter_end);
