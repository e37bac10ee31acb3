/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * Pass 4: C text to a module. Fast path: the recorded compiler command, objtool, a trailer of our own in the
 * place of modpost, ld. When a tool says or does anything that is not expected there, the same source goes
 * through the whole of kbuild, and the detail says why.
 */
#include "build/kit.h"

typedef struct BuildInput {
        const char *name;            /* of the module */
        const char *source;          /* C */
        size_t source_len;
        const char *manifest;        /* JSON, becomes the section STAPD_MANIFEST_SECTION */
        size_t manifest_len;
        bool kernel_headers;         /* it holds embedded C that needs them */
        bool embedded;               /* it holds C that the user wrote: mistakes may be the user's */
        const char *const *defines;  /* "NAME=VALUE" or "NAME", checked by build_check_defines() */
        size_t n_defines;
        SourceFile *const *files;    /* where #line of embedded C leads to */
        size_t n_files;
        const char *directory;       /* for intermediate files: exists, is empty, and is the caller's to remove */
        const char *force_fallback;  /* a reason to use kbuild at once; or NULL */
        const char *sign_key, *sign_certificate; /* sign with these files; or NULL */
} BuildInput;

typedef struct BuildOutput {
        int fd;                      /* sealed memory file with the module */
        size_t size;
        const char *detail;          /* "gcc 22 ms, ..." or why kbuild was used; in the arena */
} BuildOutput;

enum { BUILD_OK, BUILD_FAILED /* diagnostics */, BUILD_LIMIT };

/* BUILD_* or a negative errno. */
int build_module(Arena *a, const Kit *k, const BuildInput *in, Diags *d, BuildOutput *ret);

/*
 * Drops -D settings that mean nothing here (with a warning) and refuses those that could change more than a
 * limit: without `guru` only the kit's tunables, and only numbers. False: a diagnostic was added.
 */
bool build_check_defines(Arena *a, const Kit *k, const char *const *defines, size_t n, bool guru, Diags *d,
                         const char *const **ret, size_t *ret_n);

/* Module names that the kernel, kbuild and the core take: [a-z_][a-z0-9_]*, at most 55 bytes. */
bool build_name_is_valid(const char *name);
