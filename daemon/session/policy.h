/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * The policy as stapd has it in force: read at the start and on a reload, and asked about sessions.
 */
#include "session/manager.h"

/* The group of the configuration, and the rules of its folders. A file with an error is said in the log; at the start
 * there are then no rules, and only root may run anything. */
void policy_setup(Manager *m);
/* Reads the rules anew. With an error the old ones stay: negative errno, and the log says which file and line. */
int policy_reload(Manager *m);

/* May this session's compiled script run? Its request gets the limits of the rule that allows it. *ret_reason: which rule
 * decided, for people; lives until the next call. */
bool policy_admits(Session *s, const char **ret_reason);
/* For a verb about something that belongs to `owner`. */
bool policy_allows(const Manager *m, const Caller *c, Verb verb, uid_t owner, const char **ret_reason);
