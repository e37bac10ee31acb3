/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * The compiler on one page: four passes in order, stopping between them at the first that found mistakes.
 */
#include "compile/request.h"
#include "compile/world.h"
#include "manifest/compile-protocol.h"
#include "manifest/manifest.h"

typedef struct CompileObserver {
        /* A pass ended, well or not. detail: or NULL. */
        void (*pass)(void *userdata, PassId pass, uint64_t usec, const char *detail);
        void *userdata;
} CompileObserver;

typedef struct Compilation {
        World *world;
        const CompileRequest *request;
        const CompileObserver *observer; /* or NULL */
        const char *directory;   /* empty, for intermediate files: the caller's to remove. Only build needs it */
        const char *sign_key, *sign_certificate; /* or NULL */
        Arena *arena;
        Diags diags;
        PassId reached;          /* the last pass that ended without mistakes, or _PASS_INVALID */
        const char *module;      /* name */
        File *file;              /* the script */
        VEC(File *) files;       /* it, and the tapsets behind it */
        Program *program;
        Manifest *manifest;
        Buf source;              /* the C */
        int module_fd;           /* sealed; -1: not made */
        const char *detail;      /* of the pass that runs */
        const char *error;       /* what is not the script's fault; or NULL */
} Compilation;

/* Borrows the world, the request, the arena. */
void compilation_init(Compilation *c, World *w, const CompileRequest *r, Arena *a);
void compilation_done(Compilation *c);

CompileResult compilation_run(Compilation *c);

/* The tree after pass 1 or 2, the C after 3. Nothing when the pass has not run. */
void compilation_dump(const Compilation *c, PassId pass, Buf *out);
