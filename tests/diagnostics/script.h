/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * A script of a test and how it wants to be compiled. Lines that begin with `#~` speak to the test:
 *
 *     #~ guru               as with -g
 *     #~ library            as a tapset
 *     #~ args one "two 2"   script arguments, split as a shell would split plain words and double quotes
 *     #~ macros x.stpm      a library of macros, beside the script
 *
 * and those of diagnostics (expect.h). The target is always the same, so that results are.
 */
#include "parse/parse.h"

typedef struct {
        Arena *arena;
        Diags diags;
        SourceFile *source;
        ParseTarget target;
        ParseOptions options;
        bool unprivileged;
} Script;

/* Reads a script and its options. Exits with a message when the file cannot be read. */
void script_init(Script *s, const char *path);
/* The same for text; `dir` is where its macros are. */
void script_init_text(Script *s, const char *dir, const char *name, const char *text, size_t len);
void script_done(Script *s);

/* The whole file, NUL-terminated; NULL when it cannot be read. */
char *file_read(const char *path, size_t *ret_len);
/* The rest of the line when `line` begins with `#~`, without blanks before it; NULL otherwise. */
const char *script_directive(const char *line);
