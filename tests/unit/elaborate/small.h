/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * Pass 2 in a world that fits on a page: the kernel of small-kernel.c, the tapsets of tapset/. Scripts may
 * say, besides what script.h knows:
 *
 *     #~ set NAME=VALUE     as -G
 *     #~ unoptimized        as -u
 */
#include "elaborate/elaborate.h"
#include "script.h"

/* One for the process; exits with a message when it cannot be made. */
Kernel *small_kernel(void);
/* The library of tapset/, in the arena. */
Library *small_library(Arena *a, Diags *d, const ParseTarget *target);
/* Parses and elaborates; NULL when there are errors. */
Program *small_elaborate(Script *s);
/* The same for several files with one library, without what a script says of itself. */
Program *small_elaborate_files(Arena *a, Diags *d, Library *l, Kernel *k, File *const *files, size_t n,
                               const ElaborateOptions *o);
