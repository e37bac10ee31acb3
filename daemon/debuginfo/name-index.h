/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * A hash from names to numbers, made once with its size known, for tens of thousands of names that stand
 * elsewhere: it keeps hashes, the caller compares the names of the candidates.
 */
#include <stdbool.h>
#include "base/arena.h"

typedef struct {
        struct { uint32_t hash, value; } *slots; /* value 0: free */
        uint32_t mask;
} NameIndex;

typedef struct {
        const NameIndex *index;
        uint32_t hash, at;
} NameSearch;

void name_index_init(Arena *a, NameIndex *x, size_t n);
void name_index_add(NameIndex *x, const char *name, uint32_t value); /* value > 0; at most n of them */

NameSearch name_index_search(const NameIndex *x, const char *name);
/* The next candidate, in order of addition; 0: there is none. */
uint32_t name_search_next(NameSearch *s);
