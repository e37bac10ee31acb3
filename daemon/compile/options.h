/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * The command line of stapd-compile.
 */
#include <stdio.h>
#include "compile/request.h"
#include "elaborate/list.h"

typedef enum CommandMode {
        MODE_COMPILE,
        MODE_LIST,
        MODE_PREPARE,
        MODE_ZYGOTE,
        MODE_HELP,
        MODE_VERSION,
} CommandMode;

typedef struct Options {
        CommandMode mode;
        CompileRequest request;   /* without the script itself */
        const char *file;         /* "-": standard input; NULL: -e */
        const char *script;       /* -e */
        const char *kernel;       /* NULL: the running one */
        const char *kit_dir;      /* NULL: the usual ones */
        const char *user;         /* --user, of --zygote */
        StringVec tapset_dirs;    /* -I */
        ListKind list;            /* MODE_LIST */
        const char *pattern;      /* MODE_LIST; NULL: everything */
        PassId dump;              /* _PASS_INVALID: none */
        const char *output;       /* -o; NULL: MODULE.ko here */
        const char *sign_key, *sign_certificate;
        bool verbose, json, debug;
} Options;

/* Borrows argv. False: it is wrong, and *ret_error (in the arena) says how. */
bool options_parse(Arena *a, int argc, char **argv, Options *ret, const char **ret_error);
void options_print_help(FILE *f);
