/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * Kernel modules: loading one from a sealed memory file, so that what was hashed and decided on is what is
 * loaded; removing ours; and giving a compiled module its session's name. Negative errno on error.
 */
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* The names that a compiled module can be given later have this length ("stap_" and 24 hex digits). */
#define MODULE_NAME_LENGTH 29

/*
 * Loads the module in `fd`, by a child (loader.h). It must be a sealed memory file (-EPERM otherwise) or, for the core, a
 * file that only root can write. -EEXIST: one of this name is loaded. A module whose init returns > 0 is -EINVAL.
 */
int module_load(int fd, bool sealed);
/* Begins to: the child's end (loader_result()) says how it went. */
int module_load_start(int fd, bool sealed, pid_t *ret);
/* -ENOENT: not loaded. -EAGAIN, -EWOULDBLOCK: still in use; try again later. */
int module_unload(const char *name);
bool module_is_loaded(const char *name);
/* Users of a loaded module, or negative errno. */
int module_refcount(const char *name);

/*
 * Writes a new name into the image of a module of ours: __this_module and .modinfo. Both names have
 * MODULE_NAME_LENGTH bytes. -EBADMSG: it is not such a module.
 */
int module_rename(void *image, size_t size, const char *name);

/* Calls `found` with the name of each loaded script module (STP_MODULE_PREFIX, holding the core). Stops at a
 * negative return and returns it. */
int module_foreach(int (*found)(const char *name, void *userdata), void *userdata);
