/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * Directories and files on disk, whole ones. Negative errno.
 */
#include <stddef.h>
#include "base/arena.h"

/* mkdir -p, the last one with this mode; existing ones are fine. */
int tree_make(const char *path, unsigned mode);
/* rm -rf, never across a symbolic link. A path that is not there is fine. */
int tree_remove(const char *path);
/* Removes the directories in `dir` that were not touched for longest, so that `keep` are left; `spare` is
 * one of these. Hidden ones are somebody's work in progress, and not counted. */
int tree_prune(const char *dir, size_t keep, const char *spare);
/* Now is when it was used last. */
int tree_touch(const char *path);
int tree_copy_file(const char *from, const char *to);
int tree_write_file(const char *path, const void *data, size_t len);
/* The whole file with a NUL after it, in the arena; NULL with errno set. */
char *tree_read_file(Arena *a, const char *path, size_t *ret_len);
/* Calls `each` for the regular files below `dir`, folders by the order of names, hidden ones left out, until it returns
 * something else than 0, which is returned. -errno: `dir` cannot be read. */
int tree_foreach_file(const char *dir, int (*each)(void *userdata, const char *path), void *userdata);
/* Puts `fresh` in the place of `path` in one step, and removes what was there. */
int tree_replace(const char *fresh, const char *path);
/* A new directory in $TMPDIR, /tmp or /var/tmp that only we can open; in the arena. NULL with errno set. */
char *tree_new_temporary(Arena *a, const char *prefix);
