/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sort.h"

static u32 column_at(const struct stp_iter *i)
{
	return i->column == STP_SORT_VALUE ? i->map->value_at : i->map->key_at[i->column];
}

bool stp_sort_by_string(const struct stp_iter *i)
{
	if (i->column == STP_SORT_VALUE)
		return i->map->value == STP_VALUE_STRING;
	return i->map->string_keys >> i->column & 1;
}

s64 stp_sort_key(const struct stp_iter *i, const struct stp_element *e)
{
	struct stp_total t;

	if (i->column != STP_SORT_VALUE || i->map->value != STP_VALUE_AGG)
		return *stp_element_long(e, column_at(i));
	stp_stats_total(&i->map->stats, stp_element_index(i->map, e), READ_ONCE(e->generation), &t);
	return stp_total_get(&t, i->op);
}

static int order_long(s64 a, s64 b)
{
	return a < b ? -1 : a > b;
}

static int order_string(const struct stp_iter *i, const struct stp_element *a, const struct stp_element *b)
{
	return stp_str_cmp(stp_element_string(a, column_at(i)), stp_element_string(b, column_at(i)));
}

/* Does a come before b? */
static bool entry_before(const struct stp_iter *i, const struct stp_sort *a, const struct stp_sort *b,
			 bool string)
{
	int order = string ? order_string(i, stp_element_at(i->map, a->index),
					  stp_element_at(i->map, b->index))
			   : order_long(a->key, b->key);

	if (order)
		return i->direction > 0 ? order < 0 : order > 0;
	return a->rank < b->rank;
}

u32 stp_sort_collect(const struct stp_iter *i)
{
	struct stp_map *m = i->map;
	bool string = stp_sort_by_string(i);
	u32 at, n = 0;

	stp_map_lock(m);
	for (at = m->oldest; at && n < m->max; at = stp_element_at(m, at)->newer) {
		const struct stp_element *e = stp_element_at(m, at);

		if (!stp_map_matches(m, e, i->wild == U32_MAX ? NULL : i->keys, i->wild))
			continue;
		m->sort[n].index = at;
		m->sort[n].rank = n;
		m->sort[n].key = string ? 0 : stp_sort_key(i, e);
		n++;
	}
	stp_map_unlock(m);
	return n;
}

static void swap_entries(struct stp_sort *a, struct stp_sort *b)
{
	struct stp_sort t = *a;

	*a = *b;
	*b = t;
}

/* The heap has what comes last at its top. */
static void sift_down(const struct stp_iter *i, struct stp_sort *heap, u32 at, u32 n, bool string)
{
	for (;;) {
		u32 child = 2 * at + 1;

		if (child >= n)
			return;
		if (child + 1 < n && entry_before(i, &heap[child], &heap[child + 1], string))
			child++;
		if (!entry_before(i, &heap[at], &heap[child], string))
			return;
		swap_entries(&heap[at], &heap[child]);
		at = child;
	}
}

/* A heap of `first` entries takes in what comes before its last one, and is then sorted where it stands. */
void stp_sort_entries(const struct stp_iter *i, u32 from, u32 n, u32 first)
{
	struct stp_sort *heap = i->map->sort + from;
	bool string = stp_sort_by_string(i);
	u32 at;

	for (at = first / 2; at--;)
		sift_down(i, heap, at, first, string);
	for (at = first; first && at < n; at++) {
		if (entry_before(i, &heap[at], &heap[0], string)) {
			swap_entries(&heap[at], &heap[0]);
			sift_down(i, heap, 0, first, string);
		}
	}
	for (at = first; at-- > 1;) {
		swap_entries(&heap[0], &heap[at]);
		sift_down(i, heap, 0, at, string);
	}
}

static bool element_before(const struct stp_iter *i, const struct stp_element *a,
			   const struct stp_element *b)
{
	int order = stp_sort_by_string(i) ? order_string(i, a, b) :
					    order_long(stp_sort_key(i, a), stp_sort_key(i, b));

	if (order)
		return i->direction > 0 ? order < 0 : order > 0;
	return a->generation < b->generation;
}

struct stp_element *stp_sort_after(const struct stp_iter *i, const struct stp_element *last)
{
	struct stp_map *m = i->map;
	struct stp_element *best = NULL;
	u32 at, steps = 0;

	for (at = m->oldest; at && steps++ < m->max; at = stp_element_at(m, at)->newer) {
		struct stp_element *e = stp_element_at(m, at);

		if (!stp_map_matches(m, e, i->wild == U32_MAX ? NULL : i->keys, i->wild))
			continue;
		if ((!last || element_before(i, last, e)) && (!best || element_before(i, e, best)))
			best = e;
	}
	return best;
}
