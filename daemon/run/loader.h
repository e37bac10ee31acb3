/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * The one system call that puts code into the kernel, made by a child that does nothing else: it has the
 * module's descriptor and no other, and of root's capabilities the one that this takes. A module whose init
 * kills whoever loads it, or never returns, takes that child, and not stapd with all sessions.
 */

#include <sys/types.h>

#define LOADER_SECONDS 20 /* that an init may take; less than the watchdog of stapd allows, which waits for the core's */

/* Starts the child. Negative errno. */
int loader_start(int fd, pid_t *ret);
/* What finit_module(2) said, from the end of the child as waitid(2) tells it. -ECHILD: it was killed. */
int loader_result(int code, int status);
/* Waits for the child. -ETIMEDOUT: finit_module(2) has not returned; the child is left to the kernel. */
int loader_wait(pid_t pid);
/* Nobody waits for it any more. */
void loader_abandon(pid_t pid);
