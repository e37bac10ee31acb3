/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * Who may do what. The decision takes the caller, the verb and, when a script is about to be loaded, the
 * manifest of what was compiled; it answers yes, no, or that polkit is to be asked, with the rule that says
 * so.
 *
 * Root may do everything. Then the first rule of the policy (rules.h) that matches decides. Where none does:
 * whom the catalogue names may run a script of it as it stands there;
 * members of the configured group may run scripts without embedded C and writes, guru scripts only with
 * AllowGuru=yes; one's own sessions one may see and stop, whatever the rules say; everybody may ask for the
 * status, and for a script to be approved. What all that leaves is polkit's to say, where there is one (polkit.h).
 */
#include "authz/rules.h"

typedef struct Policy {
        gid_t group;       /* (gid_t) -1: none */
        char *group_name;
        bool allow_guru;
        Rules *rules;      /* NULL: none */
        bool can_ask;      /* there is polkit */
        bool broken;       /* there are rules, and they cannot be read: only root traces */
} Policy;

/* The group by name; an unknown one is -ENOENT and leaves root alone in. "" or NULL: no group. */
int policy_set_group(Policy *p, const char *name);
void policy_done(Policy *p);
#define POLICY_INIT ((Policy) { .group = (gid_t) -1 })

typedef struct Decision {
        bool allowed;
        const char *action;       /* not allowed, unless polkit says yes to this; or NULL */
        bool by_policy;           /* not by what is built in */
        const char *rule;         /* which rule decided */
        const char *reason;       /* a sentence; for a refusal, also what to do */
        const RuleLimits *limits; /* of what is allowed, or NULL */
} Decision;

/* What it returns lives as long as the policy is not changed. */
Decision authz_decide(const Policy *p, const Question *q);
