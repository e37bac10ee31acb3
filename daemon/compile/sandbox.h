/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * What the compiler may not do. Everything is inherited by what it runs (gcc, objtool, ld, make), and
 * nothing can be taken back. What an unprivileged caller may not set up is left out, and logged at debug
 * level.
 */
#include <stddef.h>
#include <stdint.h>

#define SANDBOX_JOB_MEMORY ((uint64_t) 2 << 30)   /* bytes of address space, each process */
#define SANDBOX_JOB_CPU 60                        /* seconds, each process */
#define SANDBOX_JOB_PROCESSES 64                  /* of all jobs together */
#define SANDBOX_JOB_FILE ((uint64_t) 512 << 20)   /* bytes of one file */

/*
 * For the zygote, once: becomes `user` (NULL: nobody) when root; namespaces of its own for mounts, network
 * and IPC; a private /tmp, in which the directories `keep` that are below the real one can still be seen; no
 * capabilities, no new privileges, the system call filter; dies with its parent. Negative errno only for
 * what must work: changing the user, and no_new_privs.
 */
int sandbox_enter(const char *user, const char *const *keep, size_t n_keep);

/* For a job's process: limits, a process group of its own, and death with the zygote. */
int sandbox_job(unsigned wall_seconds);
