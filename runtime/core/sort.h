/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The order of a sorted foreach: by the column, ties by age. That is a strict order, so any sort is a stable
 * one here, and a heap sort needs no second array. A loop with a limit has no more put in order than it gives.
 */
#ifndef STP_SORT_H
#define STP_SORT_H

#include "map.h"

/* The sort key of an element, when it is a number. */
s64 stp_sort_key(const struct stp_iter *i, const struct stp_element *e);
/* Is the column a string? Then elements are compared where they are. */
bool stp_sort_by_string(const struct stp_iter *i);
/* Fills map->sort with the elements that match the iterator's slice; how many. */
u32 stp_sort_collect(const struct stp_iter *i);
/* Of the n entries from `from` on, puts the `first` that come first in front, in order. The rest is behind. */
void stp_sort_entries(const struct stp_iter *i, u32 from, u32 n, u32 first);
/* The first element after `last` (NULL: of all) in the order: for when map->sort is taken. */
struct stp_element *stp_sort_after(const struct stp_iter *i, const struct stp_element *last);

#endif
