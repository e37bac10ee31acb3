/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * @defined, and what it decides: the branch that it rules out is dropped before anything in it is looked at,
 * because what is in there may not exist in this kernel. Conditions without it are left to fold.c, after
 * both branches were checked.
 */
#include "elaborate/fold.h"
#include "elaborate/lower.h"

static bool find_defined(Visitor *v, Expr **x) {
        bool *found = (bool *) (v + 1);
        *found = *found || (*x)->kind == EXPR_DEFINED || (*x)->kind == EXPR_OPERATOR;
        return !*found;
}

static bool has_defined(Expr *x) {
        struct {
                Visitor visitor;
                bool found;
        } search = { .visitor = { .expr_pre = find_defined } };
        walk_expr(&search.visitor, &x);
        return search.found;
}

bool lower_condition(Lower *l, Expr **condition, bool *ret) {
        bool settles = has_defined(*condition);
        lower_expr(l, condition);
        int64_t value;
        if (!settles || !expr_constant(*condition, &value))
                return false;
        *ret = value != 0;
        return true;
}

/* What is linked only to find out is taken back: it was lowered without keeping what it needs. */
static void forget_units(Elab *e, Unit *handler, size_t n_units, size_t n_clones) {
        for (size_t i = n_units; i < e->units.n; i++) {
                const Unit *u = e->units.items[i];
                if (u->decl && e->shared[u->decl->id] == u)
                        e->shared[u->decl->id] = NULL;
        }
        e->units.n = n_units;
        if (handler)
                handler->clones.n = n_clones;
}

static bool is_there(Lower *l, Expr **x) {
        Elab *e = l->e;
        Unit *handler = l->unit->handler;
        size_t n_units = e->units.n, n_clones = handler ? handler->clones.n : 0;
        bool before = e->quiet_failed;
        UnitVec pending = e->pending;
        e->pending = (UnitVec) {};
        e->quiet_failed = false;
        e->quiet++;
        e->asking++;
        lower_expr(l, x);
        link_drain(e);
        e->asking--;
        e->quiet--;
        bool defined = !e->quiet_failed && (*x)->kind != EXPR_TARGET;
        e->quiet_failed = before;
        e->pending = pending;
        forget_units(e, handler, n_units, n_clones);
        return defined;
}

bool lower_defined(Lower *l, Expr **x) {
        bool defined = is_there(l, &expr_as(Defined, *x)->operand);
        *x = make_number(l->e, (*x)->span, defined);
        return false;
}

const TypeRef *ternary_ctype(const ExprTernary *t) {
        const Expr *yes = t->yes, *no = t->no;
        if (yes->kind == EXPR_NUMBER && no->ctype)
                return no->ctype;
        return yes->ctype == no->ctype || no->kind == EXPR_NUMBER ? yes->ctype : NULL;
}

bool lower_ternary(Lower *l, Expr **x) {
        ExprTernary *t = expr_as(Ternary, *x);
        bool yes;
        if (lower_condition(l, &t->condition, &yes)) {
                *x = yes ? t->yes : t->no;
                lower_expr(l, x);
                return false;
        }
        lower_expr(l, &t->yes);
        lower_expr(l, &t->no);
        (*x)->ctype = ternary_ctype(t);
        return false;
}

bool lower_binary(Lower *l, Expr **x) {
        ExprBinary *b = expr_as(Binary, *x);
        if (b->op != OP_LAND && b->op != OP_LOR)
                return true;
        bool left;
        if (lower_condition(l, &b->left, &left) && left == (b->op == OP_LOR))
                *x = make_number(l->e, (*x)->span, left);
        else
                lower_expr(l, &b->right);
        return false;
}
