/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * What a kernel and this machine must have before a kit can be made, and which compiler is meant. Each thing
 * that is missing becomes a diagnostic that says what to install or to switch on.
 */
#include "build/kit.h"

typedef struct Compiler {
        const char *path;      /* resolved */
        const char *command;   /* what kbuild is told: "gcc-12"; NULL: its own choice is this one */
        const char *wanted;    /* the version text in the kernel's configuration; "" when unknown */
        bool is_clang;
} Compiler;

/* False: diagnostics were added. Costs a few stat() calls: nothing is executed. */
bool facts_check(Arena *a, const KitTarget *t, Diags *d, Compiler *ret);

/* The name of the kit's directory: kernel, compiler and our own sources, each as a hash. In the arena. */
int facts_kit_id(Arena *a, const KitTarget *t, const Compiler *c, const char **ret);

/* All files of the runtime that go into a kit, relative to its directory, sorted. Negative errno. */
typedef VEC(const char *) PathVec;
int facts_runtime_files(Arena *a, const char *runtime_dir, PathVec *ret);
