/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/* What reads statistics: @count ... @variance, and the histograms. */
#include "parse/parser.h"

/* The @name has been taken. */
Expr *stat_parse(Parser *p, const char *name, Span start);
/* A histogram as a value: before `[bucket]`, or where p->hist_allowed says so. */
Expr *hist_parse_value(Parser *p, const char *name, Span start);
/* The extractor of this name; _STAT_OP_MAX: there is none. */
StatOp stat_find(const char *name);
