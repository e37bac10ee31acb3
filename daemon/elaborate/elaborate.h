/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * Pass 2: from the files of a script and the tapset library to the finished tree (lang/program.h). Links
 * what is used on demand, expands aliases and wildcards, resolves names and target variables, infers types,
 * checks everything, then folds constants and drops what nothing uses.
 */
#include "parse/parse.h"
#include "probe/probe.h"

/* The tapsets: parsed once (by the zygote), indexed by name, never changed by a script's elaboration. */
typedef struct Library Library;

/* Parses DIR/ *.stpm and DIR/ **.stp below the directories, most general first. Diagnostics of our own
 * tapsets are bugs and are reported as any others. Never NULL. */
Library *library_load(Arena *a, Diags *d, const char *const *dirs, size_t n_dirs, const ParseTarget *target);
const MacroLibrary *library_macros(const Library *l);
/* Adds those of a .stpm file of the user's: in the process of one compilation, with which they go. */
void library_read_macros(Library *l, Diags *d, SourceFile *source, const ParseOptions *o);
/* Digest (hex sha256) of all files read: part of the cache key. */
const char *library_digest(const Library *l);

typedef struct GlobalSetting {
        const char *name, *value; /* -G name=value */
} GlobalSetting;

typedef struct ElaborateOptions {
        bool guru;
        bool unprivileged;        /* a script that is more than its user's own is a mistake */
        bool optimize;            /* false: -u */
        bool hide_globals;        /* nothing is shown at exit */
        bool skip_bad_variables;  /* a target variable that is not there is 0, and no error */
        const GlobalSetting *settings;
        unsigned n_settings;
} ElaborateOptions;

/* NULL when there are errors. The program lives in the world's arena. Files that are tapsets stand behind the script. */
Program *elaborate(ProbeWorld *w, Library *l, File *const *files, size_t n_files, const ElaborateOptions *o);
