/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "elaborate/usage.h"
#include "lang/walk.h"

typedef struct {
        Visitor visitor;
} Usage;

static void mark_read(Var *v) {
        v->is_read = true;
        var_info(v)->reads++;
}

static Var *var_of(Expr *x) {
        ExprIndex *index = expr_as(Index, x);
        ExprName *name = expr_as(Name, index ? index->array : x);
        return name ? name->var : NULL;
}

/* The keys of an element are read, whatever happens to the element. */
static void mark_written(Visitor *v, Expr *target, bool also_read) {
        Var *var = var_of(target);
        ExprIndex *index = expr_as(Index, target);
        if (index)
                vec_foreach(it, &index->keys)
                        walk_expr(v, it);
        if (!var)
                return;
        var->is_written = true;
        if (also_read)
                mark_read(var);
}

/* The value of x++ and x += e depends on x; as a statement, it is thrown away. */
static void mark_change(Visitor *v, Expr *x, bool is_statement) {
        ExprAssign *a = expr_as(Assign, x);
        ExprStep *s = expr_as(Step, x);
        if (a) {
                mark_written(v, a->target, a->op != OP_NONE && a->op != OP_STAT_ADD && !is_statement);
                walk_expr(v, &a->value);
        } else
                mark_written(v, s->operand, !is_statement);
}

static bool is_change(const Expr *x) {
        return x && (x->kind == EXPR_ASSIGN || x->kind == EXPR_STEP);
}

static bool usage_expr(Visitor *v, Expr **x) {
        ExprName *name = expr_as(Name, *x);
        if (name && name->var)
                mark_read(name->var);
        if (!is_change(*x))
                return true;
        mark_change(v, *x, /* is_statement= */ false);
        return false;
}

static void usage_statement_expr(Visitor *v, Expr **x) {
        if (is_change(*x))
                mark_change(v, *x, /* is_statement= */ true);
        else
                walk_expr(v, x);
}

static void bind(Expr *name) {
        Var *v = name ? var_of(name) : NULL;
        if (!v)
                return;
        v->is_written = true;
        var_info(v)->is_bound = true;
}

static void usage_foreach(Visitor *v, StmtForeach *f) {
        vec_foreach(it, &f->keys)
                bind(&(*it)->base);
        bind(f->value ? &f->value->base : NULL);
        walk_expr(v, &f->array);
        vec_foreach(it, &f->slice)
                walk_expr(v, it);
        walk_expr(v, &f->limit);
        walk_stmt(v, &f->body);
}

static void usage_for(Visitor *v, StmtFor *f) {
        usage_statement_expr(v, &f->init);
        usage_statement_expr(v, &f->step);
        walk_expr(v, &f->condition);
        walk_stmt(v, &f->body);
}

static void usage_try(Visitor *v, StmtTry *t) {
        walk_stmt(v, &t->body);
        bind(t->variable ? &t->variable->base : NULL);
        walk_stmt(v, &t->handler);
}

static bool usage_stmt(Visitor *v, Stmt **s) {
        switch ((*s)->kind) {
        case STMT_EXPR:
                usage_statement_expr(v, &stmt_as(Expr, *s)->expr);
                return false;
        case STMT_FOR:
                usage_for(v, stmt_as(For, *s));
                return false;
        case STMT_FOREACH:
                usage_foreach(v, stmt_as(Foreach, *s));
                return false;
        case STMT_TRY:
                usage_try(v, stmt_as(Try, *s));
                return false;
        case STMT_DELETE:
                mark_written(v, stmt_as(Delete, *s)->target, /* also_read= */ false);
                return false;
        default:
                return true;
        }
}

static void usage_embedded(const Function *f) {
        vec_foreach(it, &f->globals) {
                it->var->is_written |= it->writes;
                if (it->reads)
                        mark_read(it->var);
        }
}

static void usage_unit(Unit *u) {
        if (u->function)
                usage_embedded(u->function);
        Usage usage = { .visitor = { .expr_pre = usage_expr, .stmt_pre = usage_stmt } };
        walk_stmt(&usage.visitor, &u->body);
        walk_expr(&usage.visitor, &u->condition);
        vec_foreach(it, &u->saved)
                walk_expr(&usage.visitor, it);
}

static void reset(const VarVec *vars) {
        vec_foreach(it, vars) {
                (*it)->is_read = (*it)->is_written = false;
                var_info(*it)->reads = 0;
        }
}

void usage_mark(Elab *e, bool only_reached) {
        reset(&e->globals);
        vec_foreach(it, &e->units) {
                reset(&(*it)->locals);
                if ((*it)->function)
                        reset(&(*it)->function->params);
        }
        vec_foreach(it, &e->units)
                if (!only_reached || (*it)->is_reached)
                        usage_unit(*it);
}

void usage_count(Elab *e, Unit *u) {
        reset(&u->locals);
        if (u->function)
                reset(&u->function->params);
        usage_unit(u);
}
