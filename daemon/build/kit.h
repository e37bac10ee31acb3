/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * The kernel kit: all that compiling a script for one kernel needs besides the compiler and the kernel's
 * headers, made once by kbuild: the core module, the exact commands of kbuild, a template of the module's
 * own structure, an index of exported symbols, the headers of scripts, a precompiled kernel header. It is a
 * directory DIR/ID, complete or not there: it is built aside and renamed. Its kit.json has the size and the
 * digest of each file, and what it was made from, so that a cut file or an upgraded compiler is noticed.
 */
#include <stdbool.h>
#include <stdint.h>
#include "build/command.h"
#include "build/symbols.h"
#include "diag/diag.h"

/* A kernel, as far as pass 4 cares. */
typedef struct KitTarget {
        const char *release;     /* "6.1.0-56-amd64" */
        const char *build_id;    /* hex; "" when unknown */
        const char *headers_dir; /* /lib/modules/R/build; NULL: not installed */
        const char *btf_error;   /* why there is no BTF; NULL: there is */
        const char *(*config)(void *userdata, const char *name); /* "y", "m", "64", "\"text\""; NULL: unset */
        void *userdata;
        const char *runtime_dir; /* sources of the core and the script headers */
} KitTarget;

typedef struct Kit {
        Arena *arena;
        const char *id, *dir, *release;
        const char *compiler;    /* what it says of itself: "gcc-12 (Debian 12.2.0-14) 12.2.0" */
        const char *headers_dir;
        uint64_t abi_hash;
        Argv cc[_COMMAND_USE_MAX];
        Argv objtool, ld;        /* objtool.n == 0: this kernel uses none */
        bool modversions;
        const char *common_object; /* path of 6.12's .module-common.o; NULL: this kernel has none */
        const char *precompiled; /* path of the header that stands for the precompiled one; NULL: there is none */
        const char *template_object; /* bytes of the .o whose structure is named by the placeholder */
        size_t template_size, name_offset;
        SymbolIndex symbols;
        const char *const *tunables; /* macros that -D may set, NULL-ended */
} Kit;

/* What stands for the module's name where kernel headers want one: always the same, since a precompiled
 * header is refused with any other. NULL-ended. */
extern const char *const kit_names[];

/* "Building the kernel kit ..." for a terminal. */
typedef void (*KitProgress)(void *userdata, const char *text);

/* 64 bits over runtime/abi.h and runtime/script/: what a script and the core agree on. */
int kit_abi_hash(const char *runtime_dir, uint64_t *ret);

enum {
        KIT_OK,
        KIT_MISSING,  /* none for this kernel and compiler */
        KIT_DAMAGED,  /* *ret_reason says what is wrong: it is to be built again */
        KIT_FAILED,   /* diagnostics were added: this kernel cannot have one */
        KIT_LIMIT,    /* a tool ran into a limit */
};

/*
 * Looks for the kit in these directories, the first good one is it. KIT_MISSING, KIT_DAMAGED (with the
 * reason in the arena), KIT_FAILED, negative errno. The kit lives in `a`, its mapped files until the process
 * ends.
 */
int kit_open(Arena *a, const KitTarget *t, const char *const *dirs, size_t n_dirs, Diags *d, Kit **ret,
             const char **ret_reason);

/*
 * Builds the kit into DIR/ID, replacing what is there; two at once are safe, the second waits and finds it
 * made. `dir` is made when it is missing. *ret_id is in the arena. KIT_OK, KIT_FAILED, KIT_LIMIT, negative
 * errno.
 */
int kit_build(Arena *a, const KitTarget *t, const char *dir, KitProgress progress, void *userdata, Diags *d,
              const char **ret_id);

/* Names the file of the kit that holds the core module; in the arena. */
const char *kit_core_path(Arena *a, const Kit *k);
