/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/* What one function or handler does itself, found by one walk over its tree. Only usage.c calls it. */
#include "translate/usage.h"

/* Fills globals (which the caller has made), calls, writes, can_fail, raises and has_loop. */
void collect_function(Usage *u, FunctionUse *use);
/* entry: the entry handler of a return probe, whose saved expressions are part of it. */
void collect_handler(Usage *u, FunctionUse *use, Probe *p, Stmt *body, Expr *condition, bool entry);
