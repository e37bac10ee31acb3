/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "elaborate/lower.h"
#include "elaborate/scope.h"

static bool lower_if(Lower *l, Stmt **s) {
        StmtIf *i = stmt_as(If, *s);
        bool yes;
        if (lower_condition(l, &i->condition, &yes)) {
                Stmt *taken = yes ? i->yes : i->no;
                *s = taken ?: &stmt_new(l->e->arena, Empty, (*s)->span)->base;
                lower_stmt(l, s);
                return false;
        }
        lower_stmt(l, &i->yes);
        lower_stmt(l, &i->no);
        return false;
}

/* The numbers of its buckets, up or down; there is one for each. */
static void lower_foreach_hist(Lower *l, StmtForeach *f) {
        lower_expr(l, &f->array);
        if (f->keys.n != 1)
                diag_add(l->e->diags, DIAG_E0224, f->base.span,
                         "a bucket of a histogram has one number, and the loop %zu variables", f->keys.n);
        if (f->sort_direction && f->sort_column == FOREACH_SORT_VALUE)
                diag_add(l->e->diags, DIAG_E0308, f->array->span,
                         "the buckets of a histogram come in their order: they cannot be sorted by what they count");
}

static bool lower_foreach(Lower *l, Stmt **s) {
        StmtForeach *f = stmt_as(Foreach, *s);
        vec_foreach(it, &f->keys)
                lower_expr(l, (Expr **) it);
        if (f->value)
                lower_expr(l, (Expr **) &f->value);
        lower_keys(l, &f->slice);
        if (f->array->kind == EXPR_HIST)
                lower_foreach_hist(l, f);
        else
                lower_array(l, f->array, f->keys.n);
        if (f->slice.n && f->slice.n != f->keys.n)
                diag_add(l->e->diags, DIAG_E0224, (*s)->span,
                         "the slice has %zu keys, and the loop %zu variables",
                         f->slice.n, f->keys.n);
        if (f->limit)
                lower_expr(l, &f->limit);
        lower_stmt(l, &f->body);
        return false;
}

static bool lower_delete(Lower *l, Stmt **s) {
        StmtDelete *d = stmt_as(Delete, *s);
        ExprName *name = expr_as(Name, d->target);
        if (name)
                name->var = scope_find(l->e, l->unit, l->file, name->name, name->base.span);
        else if (d->target->kind == EXPR_INDEX && expr_as(Index, d->target)->array->kind == EXPR_NAME)
                lower_element(l, d->target);
        else
                lower_refuse(l, &d->target, d->target);
        return false;
}

bool lower_visit_stmt(Visitor *v, Stmt **s) {
        Lower *l = (Lower *) v;
        switch ((*s)->kind) {
        case STMT_IF:
                return lower_if(l, s);
        case STMT_FOREACH:
                return lower_foreach(l, s);
        case STMT_DELETE:
                return lower_delete(l, s);
        case STMT_RETURN:
                if (stmt_as(Return, *s)->value)
                        l->unit->returns_value = true;
                return true;
        default:
                return true;
        }
}
