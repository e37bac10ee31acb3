/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * Whether something would be missed. Output, changes of variables and memory, and embedded C that does not
 * say that it is pure have effects; that reading memory or dividing may fail is none.
 */
#include "elaborate/elab.h"
#include "lang/walk.h"

/* Calls count as their functions do, which pass_effects() works out. */
bool effects_expr(const Expr *x);
bool effects_stmt(const Stmt *s);
/* The same for the condition of a probe point, in which =~ leaves nothing behind. */
bool effects_condition(const Expr *x);
