/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * The tree as script text again: canonical spacing, every operator's operands in parentheses where the
 * grammar could read them otherwise. What is printed for a file from pass 1 parses back to the same tree, unless
 * the parentheses nest it deeper than the parser goes.
 */
#include "base/buf.h"
#include "lang/program.h"

void dump_file(const File *f, Buf *out);
/* After pass 2: globals with types, functions, probes with how they attach. For reading, not for parsing. */
void dump_program(const Program *p, Buf *out);
void dump_expr(const Expr *e, Buf *out);
void dump_stmt(const Stmt *s, unsigned indent, Buf *out);
