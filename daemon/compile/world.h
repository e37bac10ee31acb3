/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * What every compilation for one kernel shares, and none changes: the kernel's types, the tapsets, the kit.
 * The zygote opens it once; each of its children finds it in its memory.
 */
#include "build/kit.h"
#include "elaborate/elaborate.h"

typedef struct WorldOptions {
        const char *release;            /* NULL: the running kernel */
        const char *const *kit_dirs;    /* where kits are looked for, in order */
        size_t n_kit_dirs;
        const char *const *tapset_dirs; /* after our own, to be listed: -I */
        size_t n_tapset_dirs;
        const char *cache_dir;          /* for unpacked BTF; or NULL */
} WorldOptions;

typedef struct World {
        Arena *arena;
        const char *release;
        Kernel *kernel;             /* NULL: kernel_error says why */
        const char *kernel_error;
        ParseTarget target;
        Library *library;           /* NULL: not loaded (world_open_kernel()) */
        Diags library_diags;        /* mistakes in tapsets */
        uint64_t abi_hash;
        KitTarget kit_target;
        Kit *kit;                   /* NULL: kit_error, kit_result say why */
        int kit_result;             /* KIT_* */
        const char *kit_error;
} World;

/* Opens the kernel, and nothing else. -EINVAL: not a release; -ENOMEM. A kernel that cannot be opened is
 * no error. */
int world_open_kernel(const WorldOptions *o, World **ret);
/* The tapsets, too. */
int world_load_library(World *w, const WorldOptions *o);
/* The kit, too; looks at w->kit afterwards. */
void world_open_kit(World *w, const WorldOptions *o);
World *world_close(World *w);
DEFINE_CLEANUP(World *, world_closep, world_close)

const char *world_build_id(const World *w); /* "" when unknown */
