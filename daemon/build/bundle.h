/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * Compiling many small files of the core as a few large ones: nearly all of the time that a file takes is
 * reading kernel headers, so that three dozen files one by one take three times as long as a kit may.
 */
#include "build/facts.h"

/*
 * Bundles the C files below `dir` (a copy that may be changed) that its Kbuild names: of each bundle the
 * first file includes the others, and those become empty. Only files without a name of file scope in common
 * go together. Every original stays as NAME.c.whole. *ret_objects: what is left to compile, "core/map.o
 * format.o", for kbuild's list of the module's objects. Negative errno.
 */
int bundle_sources(Arena *a, const char *dir, const PathVec *files, unsigned n_bundles,
                   const char **ret_objects);
/* Takes it back. */
int bundle_undo(Arena *a, const char *dir, const PathVec *files);
