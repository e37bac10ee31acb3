/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/* The command line of `stapctl run` and `stapctl check`. */
#include "ctl/recording.h"
#include <json-c/json.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct RunOptions {
        const char *command;      /* -c */
        int64_t target;           /* -x */
        const char *output;       /* -o */
        const char *kernel;       /* --kernel */
        const char *module;       /* -m */
        const char *compatible;   /* --compatible */
        const char *expression;   /* -e */
        const char *file;         /* "-": standard input */
        const char *catalog;      /* the name of a script of the catalogue; then there is no file */
        json_object *args, *defines, *globals;
        json_object *tapset_dirs; /* -I */
        json_object *tapsets;     /* what is in them: run and check --policy alone */
        int64_t buffer_megabytes, timeout_usec, keep_bytes;
        int64_t until_usec;       /* --until */
        const char *session_name; /* --name */
        const char *lifetime;     /* NULL: the client's */
        const char *persist;      /* --persist: a directory, or "" for that of this machine; NULL: it is run */
        json_object *said;        /* the options as they were given, without --name and --persist: option, value or null ... */
        const char *list;         /* -l, -L: the pattern, and nothing is run */
        bool list_variables;      /* -L */
        int last_pass;            /* -p; 5: run */
        bool json, verbose, keep, guru, no_warnings, warnings_fatal, unoptimized, hide_globals,
                skip_bad_variables, fail_on_loss, trace_self, no_cache, json_seq, flight, journal, policy,
                unprivileged;
        Recording recording;
} RunOptions;

/* 1: go on; 0: help was printed; negative: wrong, printed. */
int run_options_read(int argc, char **argv, RunOptions *ret);
/* The output is recorded by the stream itself, into files that we open. */
bool run_options_records(const RunOptions *o);
void run_options_done(RunOptions *o);
/* The script's text; the caller frees. Negative errno, printed. */
int run_options_script(const RunOptions *o, char **ret, size_t *ret_len);
/* What the script is called in messages. */
const char *run_options_name(const RunOptions *o);
/* The parameters of Start and of CheckPolicy (run-context.c); the caller puts. `script` is `len` bytes,
 * not NUL-terminated. */
json_object *run_options_context(const RunOptions *o, const char *script, size_t len);
/* Runs the compiler here, as the user, without the daemon: for -p 1 to 4 and for check. Does not return when
 * it works; EXIT_USAGE otherwise. */
int run_options_exec_compiler(const RunOptions *o);
