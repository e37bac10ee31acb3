/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * Making the content of a kit: kbuild once, and everything that is read off it.
 */
#include "build/facts.h"

/* Fills the empty directory `out` with a whole kit; `work` is an empty directory for the build. KIT_OK,
 * KIT_FAILED (diagnostics), KIT_LIMIT, negative errno. */
int kit_fill(Arena *a, const KitTarget *t, const Compiler *c, const char *id, const char *work,
             const char *out, KitProgress progress, void *userdata, Diags *d);

/* "ARCH=x86", "SRCARCH=x86", NULL: what Debian's objtool since 6.12 wants, from "-T arch/x86/module.lds". */
const char *const *kit_environment(Arena *a, const Argv *ld);
