/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * The memory of one compilation: allocations are never freed one by one, the whole arena is. An
 * allocation never returns NULL: at the limit, or when the system has none, the arena's out-of-memory
 * handler is called and must not return (elfutils does the same with its oom_handler). The compiler's
 * child process reports "compile-limit" there and exits.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include "base/cleanup.h"

typedef struct Arena Arena;
typedef void (*ArenaOom)(void *userdata, size_t limit); /* noreturn */

/* Makes an arena that hands out at most `limit` bytes. Returns NULL when malloc fails. */
Arena *arena_new(size_t limit);
Arena *arena_free(Arena *a); /* takes NULL; returns NULL */
void arena_set_oom(Arena *a, ArenaOom oom, void *userdata);
size_t arena_used(const Arena *a); /* bytes */

/* Zeroed memory, aligned for any type. */
void *arena_alloc(Arena *a, size_t size);
/* Copies of `len` bytes with a NUL after them. */
char *arena_strndup(Arena *a, const char *s, size_t len);
static inline char *arena_strdup(Arena *a, const char *s) {
        return arena_strndup(a, s, strlen(s));
}
char *arena_printf(Arena *a, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
char *arena_vprintf(Arena *a, const char *fmt, va_list ap) __attribute__((format(printf, 2, 0)));

/* The one copy of this string in the arena: interned strings are equal when their pointers are. */
const char *arena_intern_n(Arena *a, const char *s, size_t len);
static inline const char *arena_intern(Arena *a, const char *s) {
        return arena_intern_n(a, s, strlen(s));
}

#define arena_new0(a, type) ((type *) arena_alloc((a), sizeof(type)))
#define arena_array(a, type, n) ((type *) arena_alloc_array((a), sizeof(type), (n)))
void *arena_alloc_array(Arena *a, size_t size, size_t n);

/*
 * Growing arrays in an arena. VEC(T) is an anonymous struct { T *items; size_t n, cap; }; name it with a
 * typedef to pass it around. vec_push() returns nothing; items move when the array grows.
 */
#define VEC(type) struct { type *items; size_t n, cap; }
#define vec_push(a, v, x)                                                                       \
        do {                                                                                    \
                if ((v)->n == (v)->cap)                                                         \
                        (v)->items = arena_grow((a), (v)->items, sizeof(*(v)->items), &(v)->cap); \
                (v)->items[(v)->n++] = (x);                                                     \
        } while (0)
/* An empty vector has no items to point behind. */
#define vec_foreach(it, v) \
        for (__typeof__((v)->items + 0) it = (v)->items; it && it < (v)->items + (v)->n; it++)
#define vec_last(v) ((v)->items[(v)->n - 1])
void *arena_grow(Arena *a, void *items, size_t size, size_t *cap); /* doubles *cap */

DEFINE_CLEANUP(Arena *, arena_freep, arena_free)
