/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/* Constants: what an expression of literals is worth, by the rules that a handler goes by. */
#include "elaborate/elab.h"

/* The number that an expression always is; false: it is worked out at run time, or an error there. */
bool expr_constant(const Expr *x, int64_t *ret);
