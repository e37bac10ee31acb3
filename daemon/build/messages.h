/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * What the compiler said, as diagnostics: at the user's line when #line leads into a script, as an internal
 * error of ours otherwise.
 */
#include "build/build.h"

/* Adds at least one error. */
void messages_add(const BuildInput *in, const char *output, size_t len, Diags *d);

/* An internal error with the tool's output as notes. */
void messages_add_tool(const char *tool, const char *output, size_t len, Diags *d);
