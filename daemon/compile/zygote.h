/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * The process that stapd keeps: everything that compilations share is in its memory, and each job is a fork
 * of it. It never reads what is on a job's socket.
 */
#include "compile/world.h"

/* Enters the sandbox, opens the world, says that it is ready, and serves until stapd closes the socket.
 * user: who it becomes when it is root; NULL: nobody. Returns the exit status. */
int zygote_run(int socket, const char *user, const WorldOptions *o);
