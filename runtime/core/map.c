/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lock.h"
#include "map-find.h"

#define MAX_ELEMENTS (1u << 24)

/* ------------------------------------------------------------------ layout */

static u32 field_size(const struct stp_map *m, bool string)
{
	return string ? (m->string_size + 7) & ~7u : 8;
}

static void layout(struct stp_map *m)
{
	u32 i, at = sizeof(struct stp_element);

	for (i = 0; i < m->n_keys; i++) {
		m->key_at[i] = at;
		at += field_size(m, m->string_keys >> i & 1);
	}
	m->value_at = at;
	if (m->value != STP_VALUE_AGG)
		at += field_size(m, m->value == STP_VALUE_STRING);
	m->stride = at;
}

/* Without its memory. */
static int shape(struct stp_map *m, const struct stp_global *g, u32 string_size)
{
	u32 buckets = 8;

	if (!g->n_keys || g->n_keys > STP_MAX_KEYS || !g->max || g->max > MAX_ELEMENTS ||
	    g->value > STP_VALUE_AGG)
		return -EINVAL;
	m->name = g->name;
	m->n_keys = g->n_keys;
	m->string_keys = g->string_keys;
	m->value = g->value;
	m->max = g->max;
	m->wraps = g->wraps;
	m->sized = g->sized;
	m->string_size = string_size;
	m->one_long = g->n_keys == 1 && !(g->string_keys & 1);
	m->fresh = 1;
	while (buckets < g->max)
		buckets *= 2;
	m->mask = buckets - 1;
	layout(m);
	return 0;
}

u64 stp_map_bytes(const struct stp_global *g, u32 string_size)
{
	struct stp_map m = {};

	if (shape(&m, g, string_size))
		return 0;
	return sizeof(*m.bucket) * ((u64)m.mask + 1) + ((u64)m.max + 1) * m.stride + sizeof(*m.sort) * (u64)m.max +
	       (m.value == STP_VALUE_AGG ? stp_stats_bytes(g, m.max + 1) : 0);
}

int stp_map_new(const struct stp_global *g, u32 string_size, struct stp_map **ret)
{
	struct stp_map *m = stp_alloc(sizeof(*m));
	int r;

	if (!m)
		return -ENOMEM;
	r = shape(m, g, string_size);
	if (r)
		goto fail;
	r = -ENOMEM;
	m->bucket = stp_alloc(sizeof(*m->bucket) * ((size_t)m->mask + 1));
	m->elements = stp_alloc(((size_t)m->max + 1) * m->stride);
	m->sort = stp_alloc(sizeof(*m->sort) * m->max);
	if (!m->bucket || !m->elements || !m->sort)
		goto fail;
	if (m->value == STP_VALUE_AGG) {
		r = stp_stats_init(&m->stats, g, m->max + 1);
		if (r)
			goto fail;
	}
	*ret = m;
	return 0;

fail:
	stp_map_free(m);
	return r;
}

void stp_map_free(struct stp_map *m)
{
	if (!m)
		return;
	stp_stats_done(&m->stats);
	stp_free(m->sort);
	stp_free(m->elements);
	stp_free(m->bucket);
	stp_free(m);
}

/* ------------------------------------------------------------------ keys */

u64 stp_text_look_slow(u64 h, const char *s, u32 size, struct stp_text *ret)
{
	u32 n;

	ret->len = stp_strnlen(s, size - 1);
	for (n = 0; n + 8 <= ret->len; n += 8)
		h = stp_mix(h, stp_word_at(s + n));
	ret->last = 0;
	memcpy(&ret->last, s + n, ret->len - n);
	return stp_mix(h, ret->last);
}

/* Key strings in elements were cut to string_size: so is the one that is looked for. */
static bool same_string(const char *a, const char *b, u32 size)
{
	u32 i;

	for (i = 0; i + 1 < size; i++) {
		if (a[i] != b[i])
			return false;
		if (!a[i])
			return true;
	}
	return true;
}

bool stp_map_matches(const struct stp_map *m, const struct stp_element *e, const union stp_key *keys,
		     u32 wild)
{
	u32 i;

	if (!keys)
		return true;
	for (i = 0; i < m->n_keys; i++) {
		if (wild >> i & 1)
			continue;
		if (m->string_keys >> i & 1) {
			if (!same_string(stp_element_string(e, m->key_at[i]), keys[i].s, m->string_size))
				return false;
		} else if (*stp_element_long(e, m->key_at[i]) != keys[i].n) {
			return false;
		}
	}
	return true;
}

/* ------------------------------------------------------------------ changing */

void stp_map_lock(struct stp_map *m)
{
	if (m->value == STP_VALUE_AGG)
		stp_spin_lock(&m->lock);
}

void stp_map_unlock(struct stp_map *m)
{
	if (m->value == STP_VALUE_AGG)
		stp_spin_unlock(&m->lock);
}

bool stp_map_may_change(struct stp_ctx *c, struct stp_map *m)
{
	if (stp_likely(!READ_ONCE(m->iterating)))
		return true;
	stp_errorf(c, "variable '%s' modified during 'foreach' iteration", m->name);
	return false;
}

static void chain_remove(struct stp_map *m, u32 index)
{
	u32 *at = &m->bucket[stp_element_at(m, index)->hash & m->mask];

	while (*at && *at != index)
		at = &stp_element_at(m, *at)->chain;
	if (*at)
		WRITE_ONCE(*at, stp_element_at(m, index)->chain);
}

void stp_map_remove(struct stp_map *m, u32 index)
{
	struct stp_element *e = stp_element_at(m, index);

	WRITE_ONCE(e->generation, 0);
	smp_wmb();
	chain_remove(m, index);
	if (e->older)
		stp_element_at(m, e->older)->newer = e->newer;
	else
		m->oldest = e->newer;
	if (e->newer)
		stp_element_at(m, e->newer)->older = e->older;
	else
		m->newest = e->older;
	WRITE_ONCE(e->chain, m->free);
	m->free = index;
	m->count--;
}

/* An index that is in use nowhere, or 0. */
static u32 take_free(struct stp_map *m)
{
	u32 index = m->free;

	if (index) {
		m->free = stp_element_at(m, index)->chain;
		return index;
	}
	return m->fresh <= m->max ? m->fresh++ : 0;
}

static void fill(struct stp_map *m, struct stp_element *e, const struct stp_lookup *l)
{
	const union stp_key *keys = l->keys;
	u32 i;

	for (i = 0; i < m->n_keys; i++) {
		if (m->string_keys >> i & 1)
			stp_text_keep(stp_element_string(e, m->key_at[i]), keys[i].s, &l->text[i]);
		else
			WRITE_ONCE(*stp_element_long(e, m->key_at[i]), keys[i].n);
	}
	if (m->value != STP_VALUE_AGG)
		*stp_element_long(e, m->value_at) = 0; /* for a string: "" */
}

static void publish(struct stp_map *m, struct stp_element *e, u32 index, u32 hash)
{
	u32 *bucket = &m->bucket[hash & m->mask];

	WRITE_ONCE(e->hash, hash);
	e->older = m->newest;
	e->newer = 0;
	if (m->newest)
		stp_element_at(m, m->newest)->newer = index;
	else
		m->oldest = index;
	m->newest = index;
	WRITE_ONCE(e->chain, *bucket);
	smp_store_release(&e->generation, ++m->generation);
	smp_store_release(bucket, index);
	m->count++;
}

/* Says what there is to change; which array and where, the call adds. */
static noinline void overflow(struct stp_ctx *c, const struct stp_map *m)
{
	if (m->sized)
		stp_errorf(c, "Array overflow, check size limit (%u)", m->max);
	else
		stp_error(c, "Array overflow, check MAXMAPENTRIES");
}

/* The map is full. An index that was freed for this, or 0 with the error set. */
static noinline u32 make_room(struct stp_ctx *c, struct stp_map *m)
{
	if (!m->wraps) {
		overflow(c, m);
		return 0;
	}
	stp_map_remove(m, m->oldest);
	return take_free(m);
}

static __always_inline u32 take(struct stp_ctx *c, struct stp_map *m)
{
	u32 index;

	/* Of statistics: adding beside somebody's loop is fine, he has his list of elements. */
	if (m->value != STP_VALUE_AGG && !stp_map_may_change(c, m))
		return 0;
	index = take_free(m);
	return stp_likely(index) ? index : make_room(c, m);
}

u32 stp_map_insert(struct stp_ctx *c, struct stp_map *m, const struct stp_lookup *l)
{
	u32 index = take(c, m);
	struct stp_element *e;

	if (!index)
		return 0;
	e = stp_element_at(m, index);
	fill(m, e, l);
	publish(m, e, index, l->hash);
	return index;
}

/* The same where m->one_long. */
static noinline STP_HOT u32 insert_long(struct stp_ctx *c, struct stp_map *m, s64 key, u32 hash)
{
	u32 index = take(c, m);
	struct stp_element *e;

	if (!index)
		return 0;
	e = stp_element_at(m, index);
	WRITE_ONCE(*stp_element_long(e, sizeof(*e)), key);
	*stp_element_long(e, sizeof(*e) + sizeof(key)) = 0;
	publish(m, e, index, hash);
	return index;
}

/* ------------------------------------------------------------------ what scripts call */

static noinline STP_HOT u32 find_any(struct stp_map *m, const union stp_key *keys)
{
	struct stp_lookup l STP_UNINITIALIZED;

	stp_map_lookup(m, keys, &l);
	return stp_map_find(m, &l, NULL);
}

static noinline u32 insert_any(struct stp_ctx *c, struct stp_map *m, const union stp_key *keys)
{
	struct stp_lookup l STP_UNINITIALIZED;

	stp_map_lookup(m, keys, &l);
	return stp_map_insert(c, m, &l);
}

static inline u32 find(struct stp_map *m, const union stp_key *keys)
{
	if (stp_likely(m->one_long))
		return stp_map_find_long(m, keys[0].n, stp_long_hash(keys[0].n), NULL);
	return find_any(m, keys);
}

static inline u32 find_or_insert(struct stp_ctx *c, struct stp_map *m, const union stp_key *keys)
{
	u32 index, hash;

	if (stp_likely(m->one_long)) {
		hash = stp_long_hash(keys[0].n);
		index = stp_map_find_long(m, keys[0].n, hash, NULL);
		return stp_likely(index) ? index : insert_long(c, m, keys[0].n, hash);
	}
	index = find_any(m, keys);
	return stp_likely(index) ? index : insert_any(c, m, keys);
}

s64 stp_map_get_long(struct stp_ctx *c, struct stp_map *m, const union stp_key *keys)
{
	u32 index = find(m, keys);

	return index ? *stp_element_long(stp_element_at(m, index), m->value_at) : 0;
}
EXPORT_SYMBOL_GPL(stp_map_get_long);

const char *stp_map_get_string(struct stp_ctx *c, struct stp_map *m, const union stp_key *keys)
{
	u32 index = find(m, keys);

	return index ? stp_element_string(stp_element_at(m, index), m->value_at) : "";
}
EXPORT_SYMBOL_GPL(stp_map_get_string);

s64 *stp_map_long(struct stp_ctx *c, struct stp_map *m, const union stp_key *keys)
{
	u32 index = find_or_insert(c, m, keys);

	return index ? stp_element_long(stp_element_at(m, index), m->value_at) : NULL;
}
EXPORT_SYMBOL_GPL(stp_map_long);

char *stp_map_string(struct stp_ctx *c, struct stp_map *m, const union stp_key *keys)
{
	u32 index = find_or_insert(c, m, keys);

	return index ? stp_element_string(stp_element_at(m, index), m->value_at) : NULL;
}
EXPORT_SYMBOL_GPL(stp_map_string);

bool stp_map_has(struct stp_ctx *c, struct stp_map *m, const union stp_key *keys)
{
	return find(m, keys);
}
EXPORT_SYMBOL_GPL(stp_map_has);

void stp_map_delete(struct stp_ctx *c, struct stp_map *m, const union stp_key *keys)
{
	u32 index;

	stp_map_lock(m);
	index = find(m, keys);
	if (index && stp_map_may_change(c, m))
		stp_map_remove(m, index);
	stp_map_unlock(m);
}
EXPORT_SYMBOL_GPL(stp_map_delete);
