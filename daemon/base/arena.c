/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/arena.h"
#include <stdalign.h>

#define CHUNK_SIZE ((size_t) 64 * 1024)
#define INTERN_MIN 256

typedef struct Chunk {
        struct Chunk *next;
        size_t used, size;
        alignas(max_align_t) char data[];
} Chunk;

typedef struct {
        const char *s;
        size_t len;
        uint32_t hash;
} Interned;

struct Arena {
        Chunk *chunks;
        size_t used, limit;
        ArenaOom oom;
        void *userdata;
        Interned *table; /* open addressing, a power of two */
        size_t table_n, table_cap;
};

static void default_oom(void *userdata, size_t limit) {
        fprintf(stderr, "out of memory (limit %zu MiB)\n", limit >> 20);
        exit(EXIT_FAILURE);
}

Arena *arena_new(size_t limit) {
        Arena *a = calloc(1, sizeof(*a));
        if (!a)
                return NULL;
        a->limit = limit;
        a->oom = default_oom;
        return a;
}

Arena *arena_free(Arena *a) {
        if (!a)
                return NULL;
        for (Chunk *c = a->chunks, *next; c; c = next) {
                next = c->next;
                free(c);
        }
        free(a->table);
        free(a);
        return NULL;
}

void arena_set_oom(Arena *a, ArenaOom oom, void *userdata) {
        a->oom = oom;
        a->userdata = userdata;
}

size_t arena_used(const Arena *a) {
        return a->used;
}

static void *out_of_memory(Arena *a) {
        a->oom(a->userdata, a->limit);
        abort(); /* the handler must not return */
}

static Chunk *chunk_new(Arena *a, size_t size) {
        if (size > a->limit - a->used)
                return out_of_memory(a);
        /* A large object gets a chunk of its own, so that it does not waste the rest of the current one. */
        size_t room = size > CHUNK_SIZE / 4 ? size : CHUNK_SIZE;
        Chunk *c = malloc(sizeof(*c) + room);
        if (!c)
                return out_of_memory(a);
        c->used = 0;
        c->size = room;
        if (room == CHUNK_SIZE || !a->chunks) {
                c->next = a->chunks;
                a->chunks = c;
        } else {
                c->next = a->chunks->next;
                a->chunks->next = c;
        }
        return c;
}

void *arena_alloc(Arena *a, size_t size) {
        if (size > a->limit)
                return out_of_memory(a);
        size = (size + alignof(max_align_t) - 1) & ~(alignof(max_align_t) - 1);
        Chunk *c = a->chunks;
        if (!c || c->size - c->used < size)
                c = chunk_new(a, size);
        void *p = c->data + c->used;
        c->used += size;
        a->used += size;
        return memset(p, 0, size);
}

void *arena_alloc_array(Arena *a, size_t size, size_t n) {
        size_t bytes;
        if (__builtin_mul_overflow(size, n, &bytes))
                return out_of_memory(a);
        return arena_alloc(a, bytes);
}

void *arena_grow(Arena *a, void *items, size_t size, size_t *cap) {
        size_t old = *cap, grown = old ? old * 2 : 8;
        void *p = arena_alloc_array(a, size, grown);
        if (old)
                memcpy(p, items, old * size);
        *cap = grown;
        return p;
}

char *arena_strndup(Arena *a, const char *s, size_t len) {
        char *p = arena_alloc(a, len + 1);
        if (len)
                memcpy(p, s, len);
        return p;
}

char *arena_vprintf(Arena *a, const char *fmt, va_list ap) {
        va_list again;
        va_copy(again, ap);
        int n = vsnprintf(NULL, 0, fmt, again);
        va_end(again);
        if (n < 0)
                return out_of_memory(a);
        char *p = arena_alloc(a, (size_t) n + 1);
        vsnprintf(p, (size_t) n + 1, fmt, ap);
        return p;
}

char *arena_printf(Arena *a, const char *fmt, ...) {
        va_list ap;
        va_start(ap, fmt);
        char *p = arena_vprintf(a, fmt, ap);
        va_end(ap);
        return p;
}

/* FNV-1a, http://www.isthe.com/chongo/tech/comp/fnv/ */
static uint32_t hash_bytes(const char *s, size_t len) {
        uint32_t h = 2166136261u;
        for (size_t i = 0; i < len; i++)
                h = (h ^ (unsigned char) s[i]) * 16777619u;
        return h;
}

static void intern_rehash(Arena *a) {
        size_t cap = a->table_cap ? a->table_cap * 2 : INTERN_MIN;
        Interned *table = calloc(cap, sizeof(*table));
        if (!table) {
                out_of_memory(a);
                return;
        }
        for (size_t i = 0; i < a->table_cap; i++) {
                if (!a->table[i].s)
                        continue;
                size_t k = a->table[i].hash & (cap - 1);
                while (table[k].s)
                        k = (k + 1) & (cap - 1);
                table[k] = a->table[i];
        }
        free(a->table);
        a->table = table;
        a->table_cap = cap;
}

const char *arena_intern_n(Arena *a, const char *s, size_t len) {
        if (a->table_n * 2 >= a->table_cap)
                intern_rehash(a);
        uint32_t hash = hash_bytes(s, len);
        size_t k = hash & (a->table_cap - 1);
        for (; a->table[k].s; k = (k + 1) & (a->table_cap - 1))
                if (a->table[k].hash == hash && a->table[k].len == len && memcmp(a->table[k].s, s, len) == 0)
                        return a->table[k].s;
        a->table[k] = (Interned) { arena_strndup(a, s, len), len, hash };
        a->table_n++;
        return a->table[k].s;
}
