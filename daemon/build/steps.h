/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * The two ways from C to a module. Private to build/.
 */
#include "build/build.h"
#include "build/process.h"

typedef struct BuildJob {
        Arena *arena;
        const Kit *kit;
        const BuildInput *in;
        Diags *diags;
        const char *module;          /* path of the result */
        const char *fallback;        /* why the fast path cannot be used; NULL: it can */
        Buf times;                   /* "gcc 22.1 ms, objtool 6.0 ms" */
} BuildJob;

/* Runs a tool in the headers' directory and notes its time under `label`. 0 or a negative errno. */
int build_run(BuildJob *j, const char *label, const Argv *argv, ProcessResult *ret);
const char *build_path(BuildJob *j, const char *suffix); /* DIRECTORY/NAME + suffix */

/* BUILD_*, negative errno. BUILD_OK with j->fallback set: nothing was made, use the other. */
int build_fast(BuildJob *j);
int build_kbuild(BuildJob *j);
/* Signs the module in place. */
int build_sign(BuildJob *j);
