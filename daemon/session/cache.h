/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * Compiled scripts by the key of everything that they depend on. stapd alone writes it, aside and renamed,
 * so that two runs at once and a power cut leave whole files; the least recently used go when it grows over
 * its bound.
 */
#include <stdint.h>

typedef struct Cache Cache;

/* The directory is made, root-only. Negative errno. */
int cache_open(const char *dir, uint64_t max_bytes, Cache **ret);
Cache *cache_close(Cache *c);
/* What is in it, as far as is known without looking. */
uint64_t cache_bytes(const Cache *c);

/* A sealed memory file with the module, or -ENOENT. What is found damaged is removed and not found. */
int cache_get(Cache *c, const char *key);
/* Keeps a copy of what is in `fd`. An entry larger than a quarter of the bound is not kept (0 is
 * returned). */
int cache_put(Cache *c, const char *key, int fd);
