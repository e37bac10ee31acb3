/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lang/walk.h"
#include "lang/shape.h"

static void walk_field(Visitor *v, void *node, const Field *f) {
        switch (f->kind) {
        case FIELD_EXPR:
                walk_expr(v, field_at(node, f, Expr *));
                break;
        case FIELD_EXPRS:
                for (size_t i = 0; i < field_at(node, f, ExprVec)->n; i++)
                        walk_expr(v, &field_at(node, f, ExprVec)->items[i]);
                break;
        case FIELD_STMT:
                walk_stmt(v, field_at(node, f, Stmt *));
                break;
        case FIELD_STMTS:
                /* By index: a visitor may add statements to the block that it is in. */
                for (size_t i = 0; i < field_at(node, f, StmtVec)->n; i++)
                        walk_stmt(v, &field_at(node, f, StmtVec)->items[i]);
                break;
        case FIELD_PATH:
                vec_foreach(access, field_at(node, f, AccessVec))
                        walk_expr(v, &access->index);
                break;
        default:
                break;
        }
}

void walk_expr(Visitor *v, Expr **e) {
        if (!*e || (v->expr_pre && !v->expr_pre(v, e)) || !*e)
                return;
        field_foreach(f, &expr_shapes[(*e)->kind])
                walk_field(v, *e, f);
        if (v->expr_post)
                v->expr_post(v, e);
}

void walk_stmt(Visitor *v, Stmt **s) {
        if (!*s || (v->stmt_pre && !v->stmt_pre(v, s)) || !*s)
                return;
        field_foreach(f, &stmt_shapes[(*s)->kind])
                walk_field(v, *s, f);
        if (v->stmt_post)
                v->stmt_post(v, s);
}
