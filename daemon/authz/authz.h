/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * Who may do what. The decision takes the caller, the verb and, when a script is about to be loaded, the
 * manifest of what was compiled; it answers yes or no with the rule that says so.
 *
 * The rules of this version: root may do everything; members of the configured group may run scripts without
 * embedded C and writes, and see, read and stop what is theirs; guru scripts are root's unless the
 * configuration says AllowGuru=yes for the group; everybody may ask for the status.
 */
#include "authz/caller.h"
#include "manifest/manifest.h"

typedef enum Verb {
        VERB_STATUS,
        VERB_COMPILE, /* before compilation: may this caller use the compiler at all? */
        VERB_RUN,     /* after it, with the manifest */
        VERB_PREPARE,
        VERB_SEE,     /* a session: list, attach */
        VERB_STOP,
        _VERB_MAX,
} Verb;

typedef struct Policy {
        gid_t group;       /* (gid_t) -1: none */
        char *group_name;
        bool allow_guru;
} Policy;

/* The group by name; an unknown one is -ENOENT and leaves root alone in. "" or NULL: no group. */
int policy_set_group(Policy *p, const char *name);
void policy_done(Policy *p);
#define POLICY_INIT ((Policy) { .group = (gid_t) -1 })

/* owner: of the session that SEE and STOP are about. manifest: for RUN. *ret_rule: a static or policy-owned
 * sentence that says which rule decided; for a refusal, also whom to ask. */
bool authz_decide(const Policy *p, const Caller *c, Verb verb, uid_t owner, const Manifest *manifest,
                  const char **ret_rule);
