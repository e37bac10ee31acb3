/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * Script modules in the kernel that belong to no session of this stapd. One that nobody holds is inert, for
 * its leash is gone, and can be removed; one that is held is another stapd's, whose session it is.
 */
#include <stdbool.h>

typedef struct Manager Manager;

typedef struct Orphan {
        const char *module;
        int users;   /* who hold it; 0: nobody */
        bool removed;
        int error;   /* negative errno: why it could not be removed */
} Orphan;

typedef void (*OrphanFound)(void *userdata, const Orphan *o);

/* Tells of each; with `reap`, removes those that nobody holds. Returns how many were removed. `found` may
 * be NULL. */
unsigned orphans_foreach(const Manager *m, bool reap, OrphanFound found, void *userdata);
