/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * Where our own files are. A program that runs from its build tree uses the sources and programs there; an
 * installed one the installed. Nothing in the environment changes it.
 */
#include <stdbool.h>

/* True when the running executable stands in the build tree that it was made in. */
bool paths_in_build_tree(void);
/* Directories without a slash at the end; static memory. */
const char *paths_tapsets(void); /* *.stp, *.stpm */
const char *paths_runtime(void); /* sources of the core and the script headers */
/* Where rules of the policy are, the folder that wins first; ends with NULL. */
const char *const *paths_policy(void);
/* Where scripts of the catalogue are, likewise. */
const char *const *paths_scripts(void);
/* Full path of one of our programs ("stapd-compile", "stapd-stream", "stapd"); static memory; NULL: no
 * such. */
const char *paths_program(const char *name);

#define STAPD_CACHE_DIR "/var/cache/stapd"
/* Kernel kits are kept in a folder of kernels and compilers, and have 65 to 80 MB each. */
#define STAPD_KITS_MAX 4
#define STAPD_STATE_DIR "/var/lib/stapd"
#define STAPD_RUNTIME_DIR "/run/stapd"
#define STAPD_SOCKET STAPD_RUNTIME_DIR "/org.stapd1"
