/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/* What the files about target variables share. */
#include "elaborate/access.h"
#include "elaborate/lower.h"

/* Where the path of a target variable leads; the indices are lowered already. False: an error was added. */
bool target_locate(Lower *l, ExprTarget *t, bool for_writing, Location *ret);
/* cast.c: the pointer that @cast makes. */
bool cast_locate(Lower *l, ExprTarget *t, Location *ret);
/* variable.c: where the variable that @var names stands. */
bool variable_locate(Lower *l, ExprTarget *t, Location *ret);
/* all.c: $$parms and its like; NULL: `t` is none of them. */
Expr *target_text(Lower *l, ExprTarget *t);
/* pretty.c: the value as text, as `$` (depth 1) or `$$` (2) wants it; the format and arguments are added. */
void pretty_add(Elab *e, const Location *l, unsigned depth, Span span, Buf *format, ExprVec *args);
Expr *pretty_expr(Elab *e, const Location *l, unsigned depth, Span span);
/* Depth of the PRETTY step at the end of the path; 0: there is none. */
unsigned target_pretty_depth(const ExprTarget *t);
