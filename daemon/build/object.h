/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * What stands in for modpost: which symbols an object needs, and a second object with what modpost would add
 * for them (.modinfo, __versions), and our manifest.
 */
#include "base/arena.h"
#include "build/symbols.h"

typedef VEC(const char *) NameVec;

#define OBJECT_MAX_SYMBOL 55 /* bytes of a name in __versions; longer ones need modpost */
#define OBJECT_NAME_ROOM 56  /* bytes of a module's name with its NUL */

/* Names of undefined symbols of the relocatable object in `fd`, in order. -EBADMSG: not one. */
int object_undefined(Arena *a, int fd, NameVec *ret);

typedef struct Trailer {
        const void *like;           /* an object of the same kernel: its ELF header says for which machine */
        const char *name;           /* of the module */
        const NameVec *undefined;
        const SymbolIndex *symbols;
        bool modversions;
        const char *manifest;       /* NULL: none */
        size_t manifest_len;
} Trailer;

enum { TRAILER_OK, TRAILER_UNDEFINED /* *ret_symbol is exported by nobody */, TRAILER_LONG /* its name is too long */ };

/* Appends the object to `out`. TRAILER_*, or -ENOMEM. */
int trailer_make(Arena *a, const Trailer *t, Buf *out, const char **ret_symbol);
