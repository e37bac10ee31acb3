/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * All approvals of a machine: a folder with a file for each. What is on disk is what is here: a change is
 * written (aside, synced, renamed) before it counts, and one that cannot be written does not count.
 */
#include "catalog/approval.h"

#define APPROVALS_MAX 512
#define APPROVALS_HISTORY 128 /* that were rejected or revoked: the oldest go */
#define APPROVALS_PER_UID 8   /* not decided yet */

typedef struct Approvals {
        char *folder;
        Approval **items; /* oldest first */
        unsigned n;
        char **problems;  /* for the log: files that are none */
        unsigned n_problems;
} Approvals;

/* Makes the folder. A file that is none is left alone, and is a problem. */
int approvals_load(const char *folder, Approvals **ret);
Approvals *approvals_free(Approvals *a);
DEFINE_CLEANUP(Approvals *, approvals_freep, approvals_free)

/* Takes it when it is written. -EDQUOT: its requester has as many open as one may; -ENOSPC: there are too
 * many in all. */
int approvals_add(Approvals *a, Approval *x);
/* After a change; with an error what is on disk is as it was. */
int approvals_save(const Approvals *a, const Approval *x);
/* Takes it away, from disk first. */
int approvals_remove(Approvals *a, Approval *x);

/* By its id, or NULL. */
Approval *approvals_find(const Approvals *a, const char *id);
/* The one of a name that is approved and not expired, or NULL. */
Approval *approvals_find_approved(const Approvals *a, const char *name, int64_t now_usec);
/* One that this user has open for the same bytes, or NULL. */
Approval *approvals_find_open(const Approvals *a, uid_t requester, const char *digest);
/* The word that this script of a folder must not be run, or NULL. */
Approval *approvals_find_revoked(const Approvals *a, const char *name, const char *digest);
