/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * One walk over a tree for every pass. A visitor's callback gets the address where the node is held, so
 * that it can replace it; it is called after the node's children ("post") or before ("pre": returning
 * false leaves the children out, and "post" with them). Every expression is visited, also the names that a
 * foreach or a catch sets; not the literal of a regex, which is part of its operator. The parser bounds the
 * depth.
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

/* Deep copies, NULL for NULL; names, types and spans are kept, Var pointers too. */
Expr *expr_copy(Arena *a, const Expr *e);
Stmt *stmt_copy(Arena *a, const Stmt *s);
/* The same; and each span of the copy gets `why` as the outermost link of its expansion chain, so that
 * messages about the body of an alias lead back to the probe that used it. `why` must live in the arena. */
Expr *expr_copy_expanded(Arena *a, const Expr *e, const Expansion *why);
Stmt *stmt_copy_expanded(Arena *a, const Stmt *s, const Expansion *why);
