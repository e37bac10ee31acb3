/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * A hash map from strings to pointers, in an arena. Keys are not copied and must live as long as the map.
 * Iteration is in the order of insertion, so that everything made from it is reproducible.
 */
#include "base/arena.h"

typedef struct {
        const char *key;
        void *value;
} StrMapEntry;

typedef struct {
        VEC(StrMapEntry) entries;
        uint32_t *slots; /* index + 1 of the entry; open addressing, a power of two */
        size_t cap;
} StrMap;

#define STRMAP_INIT ((StrMap) {})

/* Returns NULL when the key is not there. */
void *strmap_get(const StrMap *m, const char *key);
/* Sets the value, replacing an earlier one. */
void strmap_put(Arena *a, StrMap *m, const char *key, void *value);

#define strmap_foreach(it, m) vec_foreach(it, &(m)->entries)
