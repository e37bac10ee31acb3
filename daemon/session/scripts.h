/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * The catalogue as stapd has it in force, and what becomes of it: who may run which script, and the request
 * that a name and values stand for.
 */
#include "catalog/approvals.h"
#include "catalog/catalog.h"
#include "session/manager.h"

/* Reads the folders of the configuration, and says in the log what cannot be used. */
void scripts_setup(Manager *m);
/* Reads them anew, and stops what runs and is no longer there as it was ("revoked"). */
void scripts_reload(Manager *m);
void scripts_done(Manager *m);

/* All of them, those with a problem as well; NULL: there are no more. */
const CatalogScript *scripts_get(const Manager *m, unsigned i);
const CatalogScript *scripts_find_any(const Manager *m, const char *name);
/* It stands in a folder, and somebody has said that it is not to be run. */
bool scripts_is_revoked(const Manager *m, const CatalogScript *s);
/* One that can be run at this time, or NULL. */
const CatalogScript *scripts_find(const Manager *m, const char *name);
/* How the policy sees it. */
Approved scripts_approved(const CatalogScript *s, const Caller *c);
/* Could this caller run it at all? As VERB_COMPILE of other scripts. */
Decision scripts_may(const Manager *m, const Caller *c, const CatalogScript *s);

/* What is wrong with a request for a script of the catalogue. */
typedef struct ScriptError {
        const char *field; /* of the request, which cannot be given with a script of the catalogue; or NULL */
        char argument[CATALOG_NAME_MAX + 1]; /* or "" */
        char reason[768];
} ScriptError;

/* Makes of the request for `r->catalog` with `r->values` one that can be run: the bytes, the settings and
 * the checked values of the catalogue. -ENOENT: there is no such script; -EINVAL: *ret. */
int scripts_prepare(const Manager *m, const Caller *c, Request *r, ScriptError *ret);
/* A session of a script of the catalogue is about processes of its owner. */
bool scripts_may_target(const Session *s, pid_t target);

/* Ends the sessions that run these bytes under this name; their number. */
unsigned scripts_stop(Manager *m, const char *name, const char *digest);
/* Ends those that run what is no longer there as it was. */
void scripts_stop_gone(Manager *m);
/* CLOCK_REALTIME. */
int64_t scripts_now(void);
