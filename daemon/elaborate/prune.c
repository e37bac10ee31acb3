/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Leaves out what has no effect, after everything was checked: above all the variables that an alias sets
 * and this script does not look at. A value that is assigned to a variable which nobody reads is worked out
 * only for its own effects; that may leave other variables unread, so each body is gone over until nothing
 * changes.
 */
#include "elaborate/effects.h"
#include "elaborate/usage.h"

typedef struct {
        Visitor visitor;
        Elab *e;
        bool changed;
} Prune;

static bool is_unread(const Expr *target) {
        ExprName *name = expr_as(Name, (Expr *) target);
        return name && name->var->kind != VAR_GLOBAL && var_info(name->var)->reads == 0;
}

/* x = e, where nobody reads x, is worth e. */
static void prune_expr(Visitor *v, Expr **x) {
        ExprAssign *a = expr_as(Assign, *x);
        if (!a || !is_unread(a->target))
                return;
        *x = a->value;
        ((Prune *) v)->changed = true;
}

static bool is_empty(const Stmt *s) {
        const StmtBlock *block = stmt_as(Block, (Stmt *) s);
        return !s || s->kind == STMT_EMPTY || (block && block->body.n == 0);
}

static void drop(Prune *p, Stmt **s) {
        *s = &stmt_new(p->e->arena, Empty, (*s)->span)->base;
        p->changed = true;
}

static void prune_expr_stmt(Prune *p, Stmt **s) {
        Expr *x = stmt_as(Expr, *s)->expr;
        ExprStep *step = expr_as(Step, x);
        if ((step && is_unread(step->operand)) || !effects_expr(x))
                drop(p, s);
}

static void prune_block(StmtBlock *b) {
        size_t kept = 0;
        vec_foreach(it, &b->body)
                if (!is_empty(*it))
                        b->body.items[kept++] = *it;
        b->body.n = kept;
}

static void prune_if(Prune *p, Stmt **s) {
        StmtIf *i = stmt_as(If, *s);
        if (is_empty(i->no))
                i->no = NULL;
        if (!is_empty(i->yes) || i->no)
                return;
        StmtExpr *condition = stmt_new(p->e->arena, Expr, (*s)->span);
        condition->expr = i->condition;
        *s = &condition->base;
        prune_expr_stmt(p, s);
        p->changed = true;
}

static void prune_stmt(Visitor *v, Stmt **s) {
        Prune *p = (Prune *) v;
        switch ((*s)->kind) {
        case STMT_EXPR:
                prune_expr_stmt(p, s);
                break;
        case STMT_BLOCK:
                prune_block(stmt_as(Block, *s));
                break;
        case STMT_IF:
                prune_if(p, s);
                break;
        case STMT_TRY:
                if (is_empty(stmt_as(Try, *s)->body))
                        drop(p, s);
                break;
        default:
                break;
        }
}

static void prune_unit(Elab *e, Unit *u) {
        Prune p = { .visitor = { .expr_post = prune_expr, .stmt_post = prune_stmt }, .e = e };
        do {
                p.changed = false;
                usage_count(e, u);
                walk_stmt(&p.visitor, &u->body);
        } while (p.changed);
}

void pass_prune(Elab *e) {
        vec_foreach(it, &e->units)
                if (e->options->optimize)
                        prune_unit(e, *it);
}
