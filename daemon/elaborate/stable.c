/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Functions that give the same value all through a hit, and say so with a comment `stable` in their C: who
 * runs, on which processor, where. A handler that calls one twice or more calls it once, right before the
 * first statement that calls it whatever happens; where no statement does, each call stays where it is.
 */
#include "elaborate/scope.h"
#include "lang/walk.h"

typedef struct {
        Visitor visitor;
        Elab *e;
        Unit *unit;
        VEC(Function *) found; /* stable ones, as they are met */
        VEC(unsigned) count;
        const Function *wanted;
        Var *value;            /* of it */
        bool is_certain;
} Stable;

static Function *stable_function(const Expr *x) {
        const ExprCall *call = expr_as(Call, (Expr *) x);
        Function *f = call && call->targets.n == 1 && call->args.n == 0 ? call->targets.items[0] : NULL;
        const Unit *u = f ? function_unit(f) : NULL;
        return u && u->decl && (u->decl->tags & TAG_STABLE) ? f : NULL;
}

static bool count_call(Visitor *v, Expr **x) {
        Stable *s = (Stable *) v;
        Function *f = stable_function(*x);
        for (size_t i = 0; f && i < s->found.n; i++)
                if (s->found.items[i] == f) {
                        s->count.items[i]++;
                        return true;
                }
        if (f) {
                vec_push(s->e->arena, &s->found, f);
                vec_push(s->e->arena, &s->count, 1);
        }
        return true;
}

/* ------------------------------------------------------------------ what is called whatever happens */

static bool certain_expr(Visitor *v, Expr **x) {
        Stable *s = (Stable *) v;
        ExprTernary *t = expr_as(Ternary, *x);
        ExprBinary *b = expr_as(Binary, *x);
        s->is_certain |= stable_function(*x) == s->wanted;
        if (t)
                walk_expr(v, &t->condition);
        else if (b && (b->op == OP_LAND || b->op == OP_LOR))
                walk_expr(v, &b->left);
        else
                return !s->is_certain;
        return false;
}

static bool is_certain(Stable *s, Expr *x) {
        Stable search = { .visitor = { .expr_pre = certain_expr }, .e = s->e, .wanted = s->wanted };
        walk_expr(&search.visitor, &x);
        return search.is_certain;
}

/* The expression of a statement that is worked out first. */
static Expr *first_expr(Stmt *x) {
        switch (x->kind) {
        case STMT_EXPR:
                return stmt_as(Expr, x)->expr;
        case STMT_IF:
                return stmt_as(If, x)->condition;
        case STMT_WHILE:
                return stmt_as(While, x)->condition;
        case STMT_FOR:
                return stmt_as(For, x)->init ?: stmt_as(For, x)->condition;
        default:
                return NULL;
        }
}

/* ------------------------------------------------------------------ once */

static void replace_call(Visitor *v, Expr **x) {
        Stable *s = (Stable *) v;
        if (stable_function(*x) == s->wanted)
                *x = make_name(s->e, (*x)->span, s->value);
}

static Stmt *make_call_once(Stable *s, Span span) {
        Elab *e = s->e;
        s->value = scope_new_var(e, VAR_LOCAL, s->wanted->name, span);
        s->value->type = s->wanted->result;
        vec_push(e->arena, &s->unit->locals, s->value);
        ExprAssign *a = expr_new(e->arena, Assign, span);
        a->op = OP_NONE;
        a->op_span = span;
        a->target = make_name(e, span, s->value);
        a->value = make_call(e, span, (Function *) s->wanted);
        a->base.type = s->wanted->result;
        StmtExpr *statement = stmt_new(e->arena, Expr, span);
        statement->expr = &a->base;
        return &statement->base;
}

static void insert(Stable *s, StmtBlock *b, size_t at, Stmt *x) {
        vec_push(s->e->arena, &b->body, NULL);
        memmove(b->body.items + at + 1, b->body.items + at, (b->body.n - 1 - at) * sizeof(*b->body.items));
        b->body.items[at] = x;
}

/* Into nested blocks too: the parts that aliases bring in. True: the call stands, what follows is
 * replaced. */
static bool call_once(Stable *s, StmtBlock *b) {
        Visitor replace = { .expr_post = replace_call };
        Stable r = *s;
        r.visitor = replace;
        bool done = false;
        for (size_t i = 0; i < b->body.n; i++) {
                StmtBlock *inner = stmt_as(Block, b->body.items[i]);
                if (!done && inner) {
                        done = call_once(s, inner);
                        r.value = s->value;
                        continue;
                }
                if (!done && is_certain(s, first_expr(b->body.items[i]))) {
                        insert(s, b, i, make_call_once(s, first_expr(b->body.items[i])->span));
                        r.value = s->value;
                        done = true;
                        continue; /* the statement itself is next */
                }
                if (done)
                        walk_stmt(&r.visitor, &b->body.items[i]);
        }
        return done;
}

static void stabilize(Elab *e, Unit *u) {
        Stable s = { .visitor = { .expr_pre = count_call }, .e = e, .unit = u };
        StmtBlock *body = stmt_as(Block, u->body);
        if (!body)
                return;
        walk_stmt(&s.visitor, &u->body);
        for (size_t i = 0; i < s.found.n; i++) {
                s.wanted = s.found.items[i];
                if (s.count.items[i] > 1)
                        (void) call_once(&s, body);
        }
}

void pass_stable(Elab *e) {
        vec_foreach(it, &e->units)
                if (e->options->optimize && !(*it)->function)
                        stabilize(e, *it);
}
