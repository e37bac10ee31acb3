/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * Pass 1: bytes to a tree. Input is bounded (PARSE_MAX_*); every mistake is a diagnostic with a span, and
 * parsing goes on after it.
 */
#include "diag/diag.h"
#include "lang/ast.h"

#define PARSE_MAX_FILE (4u << 20)     /* bytes of one file */
#define PARSE_MAX_DEPTH 200           /* nested expressions, statements, conditionals, macros */
#define PARSE_MAX_TOKEN (64u << 10)   /* bytes of one token other than embedded C */
#define PARSE_MAX_EXPANSION (1u << 20) /* tokens that macros and arguments may bring in, per file */

/* Facts that preprocessor conditionals ask for. */
typedef struct ParseTarget {
        const char *kernel_v;    /* "6.1.0"; kernel_vr: "6.1.0-56-amd64" */
        const char *kernel_vr;
        const char *arch;        /* "x86_64" */
        const char *systemtap_v; /* the version whose language we speak: "5.6" */
        const char *privilege;   /* "stapdev" */
        bool guru;
        /* Value of CONFIG_NAME ("y", "m", "\"x\"", "64"), or NULL when unset. */
        const char *(*config)(void *userdata, const char *name);
        void *userdata;
} ParseTarget;

/* Macros made public by .stpm files: filled by parse_macros(), read by parse_file(). */
typedef struct MacroLibrary MacroLibrary;
MacroLibrary *macro_library_new(Arena *a);

typedef struct ParseOptions {
        const ParseTarget *target;
        const MacroLibrary *macros; /* or NULL */
        const char *const *args;    /* script arguments, $1 is args[0] */
        unsigned n_args;
        bool is_library;            /* a tapset of ours */
        bool is_tapset;             /* one of the user's */
        bool guru;                  /* embedded C is allowed: -g, or a tapset */
} ParseOptions;

/* Never NULL; look at diags_failed(). The source and everything in the tree live in the arena. */
File *parse_file(Arena *a, Diags *d, SourceFile *source, const ParseOptions *o);
/* Reads a .stpm file: only macro definitions, which become public in `library`. */
void parse_macros(Arena *a, Diags *d, SourceFile *source, const ParseOptions *o, MacroLibrary *library);
