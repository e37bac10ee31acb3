/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * What the service can do, as one table. A handler checks its parameters, asks the policy, calls one function
 * below, and answers or waits; both transports call the same ones.
 */
#include "api/call.h"

/* Gives the call to the verb of its method. */
void verbs_dispatch(Call *c);

void verb_get_info(Call *c);
void verb_get_interface_description(Call *c);
void verb_start(Call *c);
void verb_release(Call *c);
void verb_stop(Call *c);
void verb_attach(Call *c);
void verb_list(Call *c);
void verb_describe(Call *c);
void verb_prepare(Call *c);
void verb_status(Call *c);

/* Parameters. They answer InvalidParameter themselves and return false when one is missing or of the wrong
 * type; an optional one that is not there leaves *ret as it was. */
bool param_text(Call *c, const char *name, bool required, const char **ret);
bool param_number(Call *c, const char *name, int64_t min, int64_t max, int64_t *ret);
bool param_flag(Call *c, const char *name, bool *ret);
/* One of the words; NULL-ended. */
bool param_word(Call *c, const char *name, bool required, const char *const *words, const char **ret);
void param_invalid(Call *c, const char *name);

/* Asks the policy; answers PolicyDenied and returns false when it says no. */
bool verb_allowed(Call *c, Verb verb, uid_t owner);
/* The session of parameter `id` that the caller may see (verb SEE) or stop; answers and returns NULL. One
 * that he may not see does not exist for him. */
Session *verb_session(Call *c, Verb verb);
