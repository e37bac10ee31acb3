/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Finding elements, inline: it is paid for at every hit. Key strings are hashed and compared as words; the
 * last one, which holds at least the NUL, is filled up with zeroes. In elements they are kept like that.
 */
#ifndef STP_MAP_FIND_H
#define STP_MAP_FIND_H

#include "map.h"
#include "words.h"

struct stp_text {
	u32 len;        /* cut to string_size - 1 */
	u64 last;       /* word */
};

/* What is looked for: keys, the hash of them all, and more about those that are strings. */
struct stp_lookup {
	const union stp_key *keys;
	u32 hash;
	struct stp_text text[STP_MAX_KEYS];
};

static inline u32 stp_long_hash(s64 n)
{
	return (u32)((u64)n * STP_GOLDEN >> 32);
}

static inline u64 stp_word_at(const char *s)
{
	u64 w;

	memcpy(&w, s, 8);
	return w;
}

/* ------------------------------------------------------------------ strings */

/* map.c: any string. */
u64 stp_text_look_slow(u64 h, const char *s, u32 size, struct stp_text *ret);

/* size: of the map's strings. The hash so far, and then with this one. */
static __always_inline u64 stp_text_look(u64 h, const char *s, u32 size, struct stp_text *ret)
{
	u32 n = stp_text_words(s, size, &h, &ret->last);

	if (stp_unlikely(!n))
		return stp_text_look_slow(h, s, size, ret);
	ret->len = n - 1;
	return h;
}

static inline bool stp_text_same(const char *kept, const char *s, const struct stp_text *t)
{
	const char *end = s + (t->len & ~7u);

	for (; s < end; s += 8, kept += 8)
		if (stp_word_at(kept) != stp_word_at(s))
			return false;
	return stp_word_at(kept) == t->last;
}

static inline void stp_text_keep(char *kept, const char *s, const struct stp_text *t)
{
	memcpy(kept, s, t->len & ~7u);
	memcpy(kept + (t->len & ~7u), &t->last, sizeof(t->last));
}

/* ------------------------------------------------------------------ keys */

/* Which keys a map has: as constants where a shape is worth code of its own. */
struct stp_shape {
	u32 n_keys, string_keys;
};

static __always_inline struct stp_shape stp_map_shape(const struct stp_map *m)
{
	return (struct stp_shape){ m->n_keys, m->string_keys };
}

static __always_inline void stp_map_lookup_as(const struct stp_map *m, struct stp_shape shape,
					      const union stp_key *keys, struct stp_lookup *ret)
{
	u64 h = 0;
	u32 i;

	ret->keys = keys;
	for (i = 0; i < shape.n_keys; i++)
		if (shape.string_keys >> i & 1)
			h = stp_text_look(h, keys[i].s, m->string_size, &ret->text[i]);
		else
			h = stp_mix(h, (u64)keys[i].n);
	ret->hash = (u32)(h >> 32);
}

static __always_inline void stp_map_lookup(const struct stp_map *m, const union stp_key *keys,
					   struct stp_lookup *ret)
{
	if (m->one_long) {
		ret->keys = keys;
		ret->hash = stp_long_hash(keys[0].n);
		return;
	}
	stp_map_lookup_as(m, stp_map_shape(m), keys, ret);
}

static __always_inline bool stp_map_same_keys(const struct stp_map *m, struct stp_shape shape,
					      const struct stp_element *e, const struct stp_lookup *l)
{
	u32 i;

	for (i = 0; i < shape.n_keys; i++) {
		if (shape.string_keys >> i & 1) {
			if (!stp_text_same(stp_element_string(e, m->key_at[i]), l->keys[i].s, &l->text[i]))
				return false;
		} else if (*stp_element_long(e, m->key_at[i]) != l->keys[i].n) {
			return false;
		}
	}
	return true;
}

static __always_inline u32 stp_map_find_long(const struct stp_map *m, s64 key, u32 hash, u64 *ret_generation)
{
	u32 i, steps;

	i = READ_ONCE(m->bucket[hash & m->mask]);
	for (steps = 0; i && steps <= m->max; steps++) {
		const struct stp_element *e = stp_element_at(m, i);
		u64 generation = smp_load_acquire(&e->generation);

		if (READ_ONCE(*stp_element_long(e, sizeof(*e))) == key && generation &&
		    READ_ONCE(e->generation) == generation) {
			if (ret_generation)
				*ret_generation = generation;
			return i;
		}
		i = READ_ONCE(e->chain);
	}
	return 0;
}

static __always_inline u32 stp_map_find_as(const struct stp_map *m, struct stp_shape shape,
					   const struct stp_lookup *l, u64 *ret_generation)
{
	u32 i, steps;

	i = READ_ONCE(m->bucket[l->hash & m->mask]);
	for (steps = 0; i && steps <= m->max; steps++) {
		const struct stp_element *e = stp_element_at(m, i);
		u64 generation = smp_load_acquire(&e->generation);

		if (READ_ONCE(e->hash) == l->hash && generation && stp_map_same_keys(m, shape, e, l)) {
			smp_rmb();
			if (READ_ONCE(e->generation) == generation) {
				if (ret_generation)
					*ret_generation = generation;
				return i;
			}
		}
		i = READ_ONCE(e->chain);
	}
	return 0;
}

/* 0: not there. For a map of statistics, *ret_generation (when not NULL) is what its cells must have. */
static __always_inline u32 stp_map_find(const struct stp_map *m, const struct stp_lookup *l,
					u64 *ret_generation)
{
	if (m->one_long)
		return stp_map_find_long(m, l->keys[0].n, l->hash, ret_generation);
	return stp_map_find_as(m, stp_map_shape(m), l, ret_generation);
}

#endif
