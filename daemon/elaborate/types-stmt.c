/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "elaborate/types.h"

static void infer_block(Infer *t, Stmt *s) {
        vec_foreach(it, &stmt_as(Block, s)->body)
                infer_stmt(t, *it);
}

static void infer_expr_stmt(Infer *t, Stmt *s) {
        infer_expr(t, stmt_as(Expr, s)->expr, TYPE_VOID);
}

static void infer_if(Infer *t, Stmt *s) {
        StmtIf *i = stmt_as(If, s);
        infer_expr(t, i->condition, TYPE_LONG);
        infer_stmt(t, i->yes);
        infer_stmt(t, i->no);
}

static void infer_while(Infer *t, Stmt *s) {
        infer_expr(t, stmt_as(While, s)->condition, TYPE_LONG);
        infer_stmt(t, stmt_as(While, s)->body);
}

static void infer_for(Infer *t, Stmt *s) {
        StmtFor *f = stmt_as(For, s);
        infer_expr(t, f->init, TYPE_VOID);
        infer_expr(t, f->condition, TYPE_LONG);
        infer_expr(t, f->step, TYPE_VOID);
        infer_stmt(t, f->body);
}

/* The variable of a loop has the type of what it goes over, whichever is known first. */
static void infer_loop_key(Infer *t, Var *array, size_t i, ExprName *key) {
        Type known = i < array->keys.n ? array->keys.items[i] : TYPE_POISON;
        infer_key(t, array, i, infer_expr(t, &key->base, known), key->base.span);
}

static void infer_foreach_hist(Infer *t, StmtForeach *f) {
        infer_expr(t, f->array, TYPE_UNKNOWN);
        vec_foreach(it, &f->keys)
                infer_expr(t, &(*it)->base, TYPE_LONG);
        if (f->value)
                infer_expr(t, &f->value->base, TYPE_LONG);
}

/* `foreach (v = k in a)` over statistics: v takes the count of each. */
static Type element_type(const Var *array) {
        return array->type == TYPE_STATS ? TYPE_LONG : array->type;
}

static void infer_foreach_array(Infer *t, StmtForeach *f) {
        Var *array = expr_as(Name, f->array)->var;
        for (size_t i = 0; i < f->keys.n; i++)
                infer_loop_key(t, array, i, f->keys.items[i]);
        infer_keys(t, array, &f->slice);
        if (f->sort_has_stat)
                infer_var(t, array, TYPE_STATS, f->array->span);
        if (f->value) {
                Type value = infer_expr(t, &f->value->base, element_type(array));
                if (array->type == TYPE_UNKNOWN)
                        infer_var(t, array, value, f->value->base.span);
        }
        f->array->type = array->type;
}

static void infer_foreach(Infer *t, Stmt *s) {
        StmtForeach *f = stmt_as(Foreach, s);
        if (f->array->kind == EXPR_HIST)
                infer_foreach_hist(t, f);
        else
                infer_foreach_array(t, f);
        infer_expr(t, f->limit, TYPE_LONG);
        infer_stmt(t, f->body);
}

static void infer_return(Infer *t, Stmt *s) {
        StmtReturn *r = stmt_as(Return, s);
        if (!r->value)
                return;
        Type known = t->unit->function ? t->unit->function->result : TYPE_UNKNOWN;
        Type got = infer_given(t, r->value, known == TYPE_LONG || known == TYPE_STRING ? known
                               : TYPE_UNKNOWN, /* by= */ NULL);
        if (got == TYPE_STATS || got == TYPE_VOID)
                infer_mismatch(t, r->value, got, TYPE_LONG);
        else
                infer_result(t, got, r->value->span);
}

/* A whole array has a value type, but no value. */
static void infer_delete(Infer *t, Stmt *s) {
        Expr *target = stmt_as(Delete, s)->target;
        ExprName *name = expr_as(Name, target);
        if (name)
                target->type = name->var->type;
        else
                infer_expr(t, target, TYPE_UNKNOWN);
}

static void infer_try(Infer *t, Stmt *s) {
        StmtTry *y = stmt_as(Try, s);
        infer_stmt(t, y->body);
        if (y->variable)
                infer_expr(t, &y->variable->base, TYPE_STRING);
        infer_stmt(t, y->handler);
}

static void (*const inferrers[_STMT_KIND_MAX])(Infer *t, Stmt *s) = {
        [STMT_BLOCK] = infer_block,   [STMT_EXPR] = infer_expr_stmt,  [STMT_IF] = infer_if,
        [STMT_WHILE] = infer_while,   [STMT_FOR] = infer_for,         [STMT_FOREACH] = infer_foreach,
        [STMT_RETURN] = infer_return, [STMT_DELETE] = infer_delete,   [STMT_TRY] = infer_try,
};

void infer_stmt(Infer *t, Stmt *s) {
        if (s && inferrers[s->kind])
                inferrers[s->kind](t, s);
}

/* ------------------------------------------------------------------ the pass */

static void infer_unit(Infer *t, Unit *u) {
        t->unit = u;
        infer_expr(t, u->condition, TYPE_LONG);
        infer_stmt(t, u->body);
        vec_foreach(saved, &u->saved)
                infer_expr(t, *saved, TYPE_UNKNOWN);
}

/* Arguments go down chains of calls, results up: so forwards and backwards in turn. */
static void settle(Infer *t) {
        size_t n = t->e->units.n;
        do {
                t->changed = false;
                for (size_t i = 0; i < n; i++)
                        infer_unit(t, t->e->units.items[i]);
                for (size_t i = n; i > 0 && t->changed; i--)
                        infer_unit(t, t->e->units.items[i - 1]);
        } while (t->changed);
}

static void default_var(Infer *t, Var *v) {
        infer_var(t, v, TYPE_LONG, v->span);
        for (size_t i = 0; i < v->keys.n; i++)
                infer_key(t, v, i, TYPE_LONG, v->span);
}

static void default_vars(Infer *t, VarVec *vars) {
        vec_foreach(it, vars)
                default_var(t, *it);
}

/* What nothing says anything about is a long; a function that never gives a value has none. */
static void default_types(Infer *t) {
        vec_foreach(it, &t->e->units) {
                Function *f = (*it)->function;
                default_vars(t, &(*it)->locals);
                if (f)
                        default_vars(t, &f->params);
                if (f && f->result == TYPE_UNKNOWN)
                        f->result = (*it)->returns_value ? TYPE_LONG : TYPE_VOID;
        }
        default_vars(t, &t->e->globals);
}

void pass_types(Elab *e) {
        Infer t = { .e = e };
        settle(&t);
        t.from_callers = true;
        settle(&t);
        default_types(&t);
        t.last = true;
        settle(&t);
}
