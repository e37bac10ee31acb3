/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * The kernel kit on its way: one is built at a time, by a job of the compiler, and several may wait for it.
 * Between manager.c and this file; others ask manager_prepare().
 */
#include "session/manager.h"

/* m->preparation, not started. kernel: NULL: ours. force: also when there is a kit. */
int preparation_new(Manager *m, uid_t owner, const char *kernel, bool force);
/* Starts it, once the compiler is ready and it is known whether there is a kit already. Ends it if it
 * cannot even start: negative errno, and the waiters have heard why. */
int preparation_go(Manager *m);
/* Tells the waiters: kit, or NULL and the error. */
void preparation_end(Manager *m, const char *kit, const char *error);
/* Somebody takes it back: what waits for it fails, the next that needs the kit tries again. */
void preparation_cancel(Manager *m);
