/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * Pass 3: the finished tree to C that includes runtime/script/stp.h and nothing else (scripts with embedded
 * C of their own also the kernel's headers). The only place that writes C text. What it prints becomes
 * formats in the manifest; the C refers to them by index.
 */
#include "diag/diag.h"
#include "lang/program.h"
#include "manifest/manifest.h"

typedef struct TranslateOptions {
        uint64_t abi_hash;
        bool own_processes; /* what is hit is the user's own, or the handler does not run */
        bool timing;        /* -t */
        const char *module; /* the name it will have; the daemon may change it before loading */
} TranslateOptions;

/* Appends the C to `out` and fills the manifest's probes, formats and functions. Mistakes that only show
 * here (frames too large, ...) become diagnostics. Negative errno: no memory. */
int translate(const Program *p, const TranslateOptions *o, Diags *d, Manifest *m, Buf *out);
