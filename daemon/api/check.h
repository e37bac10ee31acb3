/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * Scripts that are compiled as far as it takes to know what they would be, and not run: for CheckPolicy and
 * RequestApproval.
 */
#include "api/call.h"

/* The call is this one's to answer. json: the manifest as it came; all of it is borrowed. */
typedef void (*CheckDone)(Call *c, const Caller *about, Request *r, const Manifest *m, const char *json);

/* There is a compiler, and the caller has not as many checks on their way as one may; else it answers. */
bool check_may(Call *c);
/* Takes the request, and what `about` holds. What does not compile is answered with its error. */
void check_run(Call *c, Request *r, Caller *about, CheckDone done);
