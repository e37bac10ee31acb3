/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/strmap.h"

static uint32_t hash_string(const char *s) {
        uint32_t h = 2166136261u;
        while (*s)
                h = (h ^ (unsigned char) *s++) * 16777619u;
        return h;
}

/* The slot that holds the key, or the free one where it belongs. The table is never full. */
static uint32_t *find_slot(const StrMap *m, const char *key) {
        size_t k = hash_string(key) & (m->cap - 1);
        while (m->slots[k] && strcmp(m->entries.items[m->slots[k] - 1].key, key) != 0)
                k = (k + 1) & (m->cap - 1);
        return &m->slots[k];
}

void *strmap_get(const StrMap *m, const char *key) {
        if (m->cap == 0)
                return NULL;
        uint32_t *slot = find_slot(m, key);
        return *slot ? m->entries.items[*slot - 1].value : NULL;
}

static void rehash(Arena *a, StrMap *m) {
        m->cap = m->cap ? m->cap * 2 : 16;
        m->slots = arena_array(a, uint32_t, m->cap);
        for (size_t i = 0; i < m->entries.n; i++)
                *find_slot(m, m->entries.items[i].key) = (uint32_t) i + 1;
}

void strmap_put(Arena *a, StrMap *m, const char *key, void *value) {
        if (m->entries.n * 2 >= m->cap)
                rehash(a, m);
        uint32_t *slot = find_slot(m, key);
        if (*slot) {
                m->entries.items[*slot - 1].value = value;
                return;
        }
        vec_push(a, &m->entries, ((StrMapEntry) { key, value }));
        *slot = (uint32_t) m->entries.n;
}
