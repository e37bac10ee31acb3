/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * Running one tool (gcc, objtool, ld, make): its working directory and environment are ours to say, nothing
 * of the caller's environment reaches it, what it says on standard output and standard error is kept
 * together.
 */
#include <stdbool.h>
#include "base/arena.h"

#define PROCESS_MAX_OUTPUT (1u << 20) /* bytes kept; more is read and dropped */

/* The search path of all tools. */
#define PROCESS_PATH "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

typedef struct {
        int status;     /* exit status; negative: the signal that killed it; 127: could not be executed */
        char *output;   /* NUL-terminated, in the arena */
        size_t len;
} ProcessResult;

typedef struct {
        const char *const *argv; /* NULL-ended; argv[0] is looked for in PROCESS_PATH */
        const char *directory;   /* absolute; NULL: where we are */
        const char *temporary;   /* TMPDIR of the tool; NULL: the system's */
        const char *const *extra_environment; /* "NAME=value", NULL-ended; or NULL */
} ProcessSpec;

/* Runs it to its end. Negative errno when it could not be started or read at all; 0 otherwise. */
int process_run(Arena *a, const ProcessSpec *spec, ProcessResult *ret);

/* Full path of a program in PROCESS_PATH, in the arena; NULL: it is not there. */
const char *process_find(Arena *a, const char *name);

/* True when the result looks like a limit of ours that was hit (memory, CPU time, processes, file size). */
bool process_hit_limit(const ProcessResult *r);
