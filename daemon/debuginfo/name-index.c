/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "debuginfo/name-index.h"

static uint32_t hash_name(const char *name) {
        uint32_t h = 2166136261u; /* FNV-1a */
        for (; *name; name++)
                h = (h ^ (unsigned char) *name) * 16777619u;
        return h;
}

void name_index_init(Arena *a, NameIndex *x, size_t n) {
        uint32_t cap = 16;
        while (cap < 2 * n)
                cap *= 2;
        x->slots = arena_alloc_array(a, sizeof(*x->slots), cap);
        x->mask = cap - 1;
}

void name_index_add(NameIndex *x, const char *name, uint32_t value) {
        uint32_t hash = hash_name(name), at = hash & x->mask;
        while (x->slots[at].value)
                at = (at + 1) & x->mask;
        x->slots[at].hash = hash;
        x->slots[at].value = value;
}

NameSearch name_index_search(const NameIndex *x, const char *name) {
        uint32_t hash = hash_name(name);
        return (NameSearch) { x, hash, hash & x->mask };
}

uint32_t name_search_next(NameSearch *s) {
        for (; s->index->slots[s->at].value; s->at = (s->at + 1) & s->index->mask) {
                if (s->index->slots[s->at].hash != s->hash)
                        continue;
                uint32_t value = s->index->slots[s->at].value;
                s->at = (s->at + 1) & s->index->mask;
                return value;
        }
        return 0;
}
