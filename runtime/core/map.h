/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Associative arrays: all memory is there from the start. Elements are numbered from 1 (0 ends lists) and
 * hang in a hash chain and in a list by age. A map's own lock in the script (lock.h) makes changes
 * exclusive.
 *
 * Maps of statistics are different: `a[k] <<< v` takes no lock of the script. Finding an element then runs
 * beside insertions and deletions. Each element has a generation: 0 while it is free or being filled, else a
 * number never used before, which its cells have too (agg.h). Keys are compared between two looks at it.
 * What comes late for a deletion adds to a generation that nobody reads: the same as if it had come before.
 * Insertions and deletions in such a map take `lock`.
 */
#ifndef STP_MAP_H
#define STP_MAP_H

#include "agg.h"
#include "env.h"
#include "stp.h"

struct stp_element {
	u32 chain;      /* next in the bucket, or in the free list */
	u32 older, newer;
	u32 hash;
	u64 generation; /* also its place in the order of insertion */
	/* keys, then the value */
};

struct stp_sort {
	s64 key;
	u32 index, rank;
};

struct stp_map {
	const char *name;
	u32 n_keys, string_keys, value, max, wraps, sized;
	u32 string_size;
	u32 one_long;    /* the common case: one key, a number */
	u32 mask;        /* buckets - 1 */
	u32 stride, value_at;
	u32 key_at[STP_MAX_KEYS];
	u32 count, oldest, newest, free;
	u32 fresh;       /* elements from here on were never used */
	u32 iterating;   /* foreach loops that are open */
	u32 lock;
	u64 generation;
	u32 *bucket;
	char *elements;
	struct stp_stats stats; /* of AGG */
	struct stp_sort *sort;  /* max of them; of one loop at a time: */
	u32 sorting;
};

int stp_map_new(const struct stp_global *g, u32 string_size, struct stp_map **ret);
void stp_map_free(struct stp_map *m);
/* What it would take; 0 for what makes no sense. */
u64 stp_map_bytes(const struct stp_global *g, u32 string_size);

struct stp_lookup; /* map-find.h: what is looked for */

/* The caller has looked: it is not there. 0, with the error set: no room, or a loop is open. */
u32 stp_map_insert(struct stp_ctx *c, struct stp_map *m, const struct stp_lookup *l);
void stp_map_remove(struct stp_map *m, u32 index);
/* Does the element have these keys where `wild` has no bit? keys may be NULL: any has. */
bool stp_map_matches(const struct stp_map *m, const struct stp_element *e, const union stp_key *keys,
		     u32 wild);
bool stp_map_may_change(struct stp_ctx *c, struct stp_map *m);

/* Around changes: maps of statistics lock themselves. */
void stp_map_lock(struct stp_map *m);
void stp_map_unlock(struct stp_map *m);

static inline struct stp_element *stp_element_at(const struct stp_map *m, u32 index)
{
	return (struct stp_element *)(m->elements + (size_t)index * m->stride);
}

static inline u32 stp_element_index(const struct stp_map *m, const struct stp_element *e)
{
	return (u32)((size_t)((const char *)e - m->elements) / m->stride);
}

static inline s64 *stp_element_long(const struct stp_element *e, u32 offset)
{
	return (s64 *)((char *)e + offset);
}

static inline char *stp_element_string(const struct stp_element *e, u32 offset)
{
	return (char *)e + offset;
}

#endif
