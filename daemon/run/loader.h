/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * The one system call that puts code into the kernel, made by a child that does nothing else: it has the
 * module's descriptor and no other, and of root's capabilities the one that this takes. A module whose init
 * kills whoever loads it, or never returns, takes that child, and not stapd with all sessions.
 */

#define LOADER_SECONDS 60 /* that an init may take, before stapd goes on without it */

/* finit_module(2). -ETIMEDOUT: it has not returned; the child is left to the kernel. -ECHILD: the child was
 * killed. */
int loader_load(int fd);
