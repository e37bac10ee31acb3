/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * The kernel kit on this machine's disk and stapd_core in its kernel. The kit is built by an unprivileged
 * compile job into a staging directory; what it made is then given to root and renamed into place, so that
 * no script's compilation can change it.
 */
#include <stdbool.h>
#include <stdint.h>
#include "run/sign.h"

/* A staging directory that `user` may write, below `kit_dir`. Caller frees. Negative errno. */
int kit_staging_new(const char *kit_dir, const char *user, char **ret);
/* Gives the kit `id` in the staging directory to root and puts it in its place; the staging directory
 * goes, and so do the kits that were not used for longest, so that `keep` are left. */
int kit_install(const char *kit_dir, const char *staging, const char *id, unsigned keep);
/* True for a name that can be a kit's: hex digits, dots and dashes. */
bool kit_id_is_valid(const char *id);

/*
 * Makes sure that stapd_core is loaded and speaks the interface that scripts of this kit were compiled for.
 * It is signed when there is a key. One of another version that nobody uses is replaced. Negative errno:
 * -EPROTO: another version is in use;
 * -EUCLEAN: the kit's file is not root's alone; otherwise what module_load() said.
 */
int kit_load_core(const char *kit_dir, const char *id, uint64_t abi_hash, const SigningKey *key);
/* Unloads the core if nobody uses it. */
void kit_unload_core(void);
