/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * Source files and places in them. A span knows how it came about: text that a macro, a script argument or
 * an alias brought in points at the place that asked for it, so that a message can show the whole chain.
 */
#include "base/arena.h"

typedef struct SourceFile {
        const char *name; /* as the user wrote it; "<input>" for -e and standard input */
        const char *text; /* NUL-terminated, and may hold NULs before */
        uint32_t len;
        VEC(uint32_t) lines; /* offset of the start of each line */
} SourceFile;

typedef struct Span {
        SourceFile *file; /* NULL: no place (a built-in, a command line option) */
        uint32_t offset, len; /* bytes */
        const struct Expansion *expansion; /* NULL: stands in the file as it is */
} Span;

typedef struct Expansion {
        const char *what; /* "macro @foo", "script argument $1", "alias syscall.write" */
        Span from;        /* the place that asked for it */
} Expansion;

#define SPAN_NONE ((Span) {})

SourceFile *source_new(Arena *a, const char *name, const char *text, size_t len);
/* Line and column of an offset, both from 1; the column counts bytes. */
void source_position(const SourceFile *f, uint32_t offset, unsigned *ret_line, unsigned *ret_column);
/* The text of line `line` (from 1) without its newline; *ret_len in bytes. NULL: there is no such line. */
const char *source_line(const SourceFile *f, unsigned line, size_t *ret_len);
/* From the start of `a` to the end of `b`, when both are in the same file; `a` otherwise. */
Span span_join(Span a, Span b);
/* "file:line:column", in the arena; "" for SPAN_NONE. */
const char *span_place(Arena *a, Span s);
