/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * value->member, where the C type of the value was not known when it was lowered: types of C flow from
 * target variables and casts through assignments, arguments and results until nothing new is found. What is
 * left then has no type.
 */
#include "elaborate/lower.h"

typedef struct {
        Visitor visitor;
        Elab *e;
        Unit *unit;
        bool changed, last;
} Flow;

/* True when the type came to be known now. */
static void learn(Flow *f, const TypeRef **known, const TypeRef *type) {
        if (*known || !type)
                return;
        *known = type;
        f->changed = true;
}

static void no_type(Flow *f, const ExprTarget *t) {
        Diag *d = diag_add(f->e->diags, DIAG_E0238, t->base.span, "the C type of `%s` is not known",
                           expr_text(f->e, t->value));
        if (t->path.n && t->path.items[0].kind == ACCESS_INDEX)
                diag_note(f->e->diags, d, SPAN_NONE, "a character of a string is stringat(%s, N)",
                          expr_text(f->e, t->value));
        if (t->path.n && t->path.items[0].kind == ACCESS_INDEX && expr_as(Index, t->value))
                diag_hint(f->e->diags, d, "the keys of an array stand in one pair of brackets: a[1, 2]");
        else
                diag_hint(f->e->diags, d, "say it: @cast(%s, \"TYPE\")->...", expr_text(f->e, t->value));
}

static void replace(Flow *f, Expr **x, Expr *by) {
        if (by) {
                *x = by;
                f->changed = true;
        }
}

static void flow_target(Flow *f, Expr **x) {
        ExprTarget *t = expr_as(Target, *x);
        Expr *value = lower_autocast(f->e, t);
        if (!value && f->last) {
                no_type(f, t);
                value = make_poison(f->e, (*x)->span);
        }
        replace(f, x, value);
}

/* Writing: the target is no value, so it is not for flow_target(). */
static bool flow_store(Flow *f, Expr **x, ExprAssign *a) {
        ExprTarget *t = expr_as(Target, a->target);
        if (!t)
                return true;
        walk_expr(&f->visitor, &t->value);
        walk_expr(&f->visitor, &a->value);
        Expr *store = store_autocast(f->e, t, a->op, a->value, a->base.span);
        if (!store && f->last) {
                no_type(f, t);
                store = make_poison(f->e, (*x)->span);
        }
        replace(f, x, store);
        return false;
}

static Var *written_var(const Expr *target) {
        ExprName *name = expr_as(Name, (Expr *) target);
        ExprIndex *index = expr_as(Index, (Expr *) target);
        if (index)
                name = expr_as(Name, index->array);
        return name ? name->var : NULL;
}

static void flow_call(Flow *f, ExprCall *call) {
        vec_foreach(it, &call->targets) {
                Function *function = *it;
                for (size_t i = 0; i < call->args.n && i < function->params.n; i++)
                        learn(f, &function->params.items[i]->ctype, call->args.items[i]->ctype);
                learn(f, &call->base.ctype, function_unit(function)->result_ctype);
        }
}

static bool flow_pre(Visitor *v, Expr **x) {
        ExprAssign *a = expr_as(Assign, *x);
        return !a || flow_store((Flow *) v, x, a);
}

static void flow_post(Visitor *v, Expr **x) {
        Flow *f = (Flow *) v;
        ExprName *name = expr_as(Name, *x);
        ExprIndex *index = expr_as(Index, *x);
        ExprAssign *a = expr_as(Assign, *x);
        ExprTernary *t = expr_as(Ternary, *x);
        ExprCall *call = expr_as(Call, *x);
        Var *var = name ? name->var : index ? written_var(&index->base) : NULL;
        if ((*x)->kind == EXPR_TARGET)
                flow_target(f, x);
        else if (var)
                learn(f, &(*x)->ctype, var->ctype);
        else if (a && a->op == OP_NONE && written_var(a->target)) {
                learn(f, &written_var(a->target)->ctype, a->value->ctype);
                learn(f, &a->base.ctype, a->value->ctype);
        } else if (t)
                learn(f, &t->base.ctype, ternary_ctype(t));
        else if (call)
                flow_call(f, call);
}

static void flow_stmt(Visitor *v, Stmt **s) {
        Flow *f = (Flow *) v;
        StmtReturn *r = stmt_as(Return, *s);
        if (r && r->value)
                learn(f, &f->unit->result_ctype, r->value->ctype);
}

static bool flow_units(Elab *e, bool last) {
        Flow f = { .visitor = { .expr_pre = flow_pre, .expr_post = flow_post, .stmt_post = flow_stmt },
                   .e = e, .last = last };
        vec_foreach(it, &e->units) {
                f.unit = *it;
                walk_stmt(&f.visitor, &(*it)->body);
        }
        return f.changed;
}

void pass_autocast(Elab *e) {
        if (e->n_autocasts == 0)
                return;
        while (flow_units(e, /* last= */ false))
                link_drain(e); /* pretty printing may bring functions in */
        flow_units(e, /* last= */ true);
}
