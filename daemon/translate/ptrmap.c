/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "translate/ptrmap.h"

static struct PtrMapEntry *ptrmap_slot(const PtrMap *m, const void *key) {
        size_t at = ((uintptr_t) key >> 4) * 0x9e3779b97f4a7c15ull >> 20;
        for (;; at++) {
                struct PtrMapEntry *e = &m->entries[at & (m->cap - 1)];
                if (!e->key || e->key == key)
                        return e;
        }
}

void *ptrmap_get(const PtrMap *m, const void *key) {
        return m->cap ? ptrmap_slot(m, key)->value : NULL;
}

static void ptrmap_grow(Arena *a, PtrMap *m) {
        PtrMap bigger = {.n = m->n, .cap = m->cap ? m->cap * 2 : 32};
        bigger.entries = arena_array(a, struct PtrMapEntry, bigger.cap);
        for (size_t i = 0; i < m->cap; i++)
                if (m->entries[i].key)
                        *ptrmap_slot(&bigger, m->entries[i].key) = m->entries[i];
        *m = bigger;
}

void ptrmap_put(Arena *a, PtrMap *m, const void *key, void *value) {
        if ((m->n + 1) * 2 > m->cap)
                ptrmap_grow(a, m);
        struct PtrMapEntry *e = ptrmap_slot(m, key);
        m->n += !e->key;
        *e = (struct PtrMapEntry) {key, value};
}
