/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/* What the verbs share that are about requests for scripts. */
#include "api/verbs.h"

#define APPROVAL_REASON_MAX 1024

/* One line that others will read on terminals: UTF-8 without control characters, and something. */
bool verb_approval_is_plain(const char *s, size_t max);
/* A parameter that is one. */
bool param_plain(Call *c, const char *name, bool required, const char **ret);

/* Answers. -EDQUOT and -ENOSPC are those of approvals_add(). */
void verb_approval_error(Call *c, int error);
void verb_approval_unknown(Call *c, const char *id);
/* line: 0: of no line. Returns false. */
bool verb_approval_settings(Call *c, unsigned line, const char *error);
/* There is a store; else it answers. */
bool verb_approval_store(Call *c);

/* A copy in the place of a text; value may be NULL. -ENOMEM. */
int verb_approval_set(char **field, const char *value);
/* {"request": ApprovalRequest}; whole: with its script. */
json_object *verb_approval_describe(const Approval *a, bool whole);

bool verb_approval_is_own(const Call *c, const Approval *a);
/* The request of parameter `id`, for one who may do this to it; NULL: answered. His own he may always see
 * (MANAGE). */
Approval *verb_approval_find(Call *c, Verb verb);
/* Writes the state and the answer; what was there stays when that fails. */
int verb_approval_decide(Call *c, Approval *a, ApprovalState state, const char *answer);
