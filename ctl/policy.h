/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/* What the policy says of a script, without running it. */
#include <stdint.h>
#include "ctl/run-options.h"

/* Prints it. user: a uid, or -1 for oneself. EXIT_OK: it may run; EXIT_POLICY: it may not, or polkit
 * would be asked. */
int policy_test(const RunOptions *o, int64_t user);
/* A line for each that there is. */
void policy_print_limits(json_object *limits, const char *before);
