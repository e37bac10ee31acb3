/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * One walk over a tree for every pass. A visitor's callback gets the address where the node is held, so
 * that it can replace it; it is called after the node's children ("post") or before ("pre": returning
 * false leaves the children out). Depth is bounded by the parser.
 */
#include "lang/ast.h"

typedef struct Visitor Visitor;
struct Visitor {
        bool (*expr_pre)(Visitor *v, Expr **e);
        void (*expr_post)(Visitor *v, Expr **e);
        bool (*stmt_pre)(Visitor *v, Stmt **s);
        void (*stmt_post)(Visitor *v, Stmt **s);
};

void walk_expr(Visitor *v, Expr **e); /* takes NULL inside */
void walk_stmt(Visitor *v, Stmt **s);

/* Deep copies; names, types and spans are kept, Var pointers too. With `what` set, each span of the copy
 * gets an expansion that points to `from`. */
Expr *expr_copy(Arena *a, const Expr *e);
Stmt *stmt_copy(Arena *a, const Stmt *s);
