/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * The policy as stapd has it in force: read at the start and on a reload, and asked about sessions.
 */
#include "session/manager.h"

#define POLICY_ERROR_MAX 512

/* The group of the configuration, and the rules of its folders. A file with an error is said in the log;
 * at the start there are then no rules, and only root may run anything. */
void policy_setup(Manager *m);
/* Reads the rules anew. With an error the old ones stay: negative errno, and the log, as `error`, says which
 * file and line. */
int policy_reload(Manager *m, char error[static POLICY_ERROR_MAX]);

/* With polkit as it is now. What it returns lives until the rules are read anew. */
Decision policy_decide(const Manager *m, const Question *q);
/* May this caller run what has this manifest, as it was requested? */
Decision policy_decide_on(const Manager *m, const Caller *c, const Manifest *manifest, const Request *r);
/* Its reason, and which rule it was, for people; lives until the next call. */
const char *policy_explain(const Decision *d);
/* For a verb about something that belongs to `owner`, without asking anybody. */
bool policy_allows(const Manager *m, const Caller *c, Verb verb, uid_t owner, const char **ret_reason);
