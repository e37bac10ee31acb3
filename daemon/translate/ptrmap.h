/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/* A hash map from nodes of the tree to what this pass knows about them. In the compilation's arena. */
#include "base/arena.h"

typedef struct {
        struct PtrMapEntry {
                const void *key;
                void *value;
        } *entries;
        size_t n, cap; /* cap: a power of two */
} PtrMap;

void *ptrmap_get(const PtrMap *m, const void *key); /* NULL: not there */
void ptrmap_put(Arena *a, PtrMap *m, const void *key, void *value);
