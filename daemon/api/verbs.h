/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * What the service can do, as one table. A handler checks its parameters, asks the policy, calls one function
 * below, and answers or waits; both transports call the same ones.
 */
#include "api/connection.h"

/* Answers every call that has come on the connection and does not have to wait. */
void connection_process(Connection *c);
void verbs_dispatch(Connection *c);

void verb_get_info(Connection *c);
void verb_get_interface_description(Connection *c);
void verb_start(Connection *c);
void verb_release(Connection *c);
void verb_stop(Connection *c);
void verb_attach(Connection *c);
void verb_list(Connection *c);
void verb_describe(Connection *c);
void verb_prepare(Connection *c);
void verb_status(Connection *c);

/* Parameters. They answer InvalidParameter themselves and return false when one is missing or of the wrong
 * type; an optional one that is not there leaves *ret as it was. */
bool param_text(Connection *c, const char *name, bool required, const char **ret);
bool param_number(Connection *c, const char *name, int64_t min, int64_t max, int64_t *ret);
bool param_flag(Connection *c, const char *name, bool *ret);
/* One of the words; NULL-ended. */
bool param_word(Connection *c, const char *name, bool required, const char *const *words, const char **ret);
void param_invalid(Connection *c, const char *name);

/* Asks the policy; answers PolicyDenied and returns false when it says no. */
bool verb_allowed(Connection *c, Verb verb, uid_t owner);
/* The session of parameter `id` that the caller may see (verb SEE) or stop; answers and returns NULL. One
 * that he may not see does not exist for him. */
Session *verb_session(Connection *c, Verb verb);
