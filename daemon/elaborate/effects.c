/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "elaborate/effects.h"

typedef struct {
        Visitor visitor;
        bool in_function; /* its own variables are nobody else's business */
        bool in_condition; /* what matched() sees is nobody's there */
        bool found;
} Search;

static bool is_local(Expr *target) {
        ExprName *name = expr_as(Name, target);
        return name && name->var->kind != VAR_GLOBAL;
}

static bool call_has_effects(const ExprCall *call) {
        bool any = call->targets.n == 0;
        vec_foreach(it, &call->targets)
                any = any || function_unit(*it)->has_effects;
        return any;
}

static bool search_expr(Visitor *v, Expr **x) {
        Search *s = (Search *) v;
        switch ((*x)->kind) {
        case EXPR_ASSIGN:
                s->found |= !s->in_function || !is_local(expr_as(Assign, *x)->target);
                break;
        case EXPR_STEP:
                s->found |= !s->in_function || !is_local(expr_as(Step, *x)->operand);
                break;
        case EXPR_STORE:
                s->found = true;
                break;
        case EXPR_PRINT:
                s->found |= !expr_as(Print, *x)->to_string;
                break;
        case EXPR_CALL:
                s->found |= call_has_effects(expr_as(Call, *x));
                break;
        case EXPR_EMBEDDED:
                s->found |= !(embedded_tags(expr_as(Embedded, *x)->code) & TAG_PURE);
                break;
        case EXPR_REGEX:
                s->found |= !s->in_condition; /* matched() sees it */
                break;
        default:
                break;
        }
        return !s->found;
}

static bool search_stmt(Visitor *v, Stmt **x) {
        Search *s = (Search *) v;
        StmtKind kind = (*x)->kind;
        bool jumps = kind == STMT_RETURN || kind == STMT_BREAK || kind == STMT_CONTINUE;
        s->found |= kind == STMT_NEXT || (jumps && !s->in_function);
        s->found |= kind == STMT_DELETE || kind == STMT_EMBEDDED;
        return !s->found;
}

static Search search_new(bool in_function) {
        return (Search) { .visitor = { .expr_pre = search_expr, .stmt_pre = search_stmt },
                          .in_function = in_function };
}

bool effects_expr(const Expr *x) {
        Search s = search_new(/* in_function= */ false);
        Expr *copy = (Expr *) x; /* the search replaces nothing */
        walk_expr(&s.visitor, &copy);
        return s.found;
}

bool effects_condition(const Expr *x) {
        Search s = search_new(/* in_function= */ false);
        s.in_condition = true;
        Expr *copy = (Expr *) x;
        walk_expr(&s.visitor, &copy);
        return s.found;
}

bool effects_stmt(const Stmt *x) {
        Search s = search_new(/* in_function= */ false);
        Stmt *copy = (Stmt *) x;
        walk_stmt(&s.visitor, &copy);
        return s.found;
}

static bool function_has_effects(Unit *u) {
        if (!u->body)
                return !u->decl || !(u->decl->tags & TAG_PURE);
        Search s = search_new(/* in_function= */ true);
        walk_stmt(&s.visitor, &u->body);
        return s.found;
}

/* Callees are linked after their callers, so going backwards settles most in one round. */
void pass_effects(Elab *e) {
        bool changed;
        do {
                changed = false;
                for (size_t i = e->units.n; i > 0; i--) {
                        Unit *u = e->units.items[i - 1];
                        if (!u->function || u->has_effects || !function_has_effects(u))
                                continue;
                        u->has_effects = changed = true;
                }
        } while (changed);
}
