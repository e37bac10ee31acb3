/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Writing to target variables: guru mode, and only what is in memory or in a register of the hit. */
#include "elaborate/target.h"

static bool may_write(Lower *l, const ExprTarget *t) {
        if (l->e->options->guru || l->file->is_library)
                return true;
        Diag *d = target_error(l->e, DIAG_E0235, t->base.span, "writing to `%s` is for guru mode only",
                               expr_text(l->e, &t->base));
        diag_hint(l->e->diags, d, "run it with -g");
        return false;
}

static Expr *store_at(Elab *e, const Location *at, OperatorCode op, Expr *value, Span span) {
        if (op == OP_STAT_ADD || op == OP_CONCAT) {
                target_error(e, DIAG_E0236, span, "`%s=` cannot write to a target variable",
                             operator_text(op));
                return make_poison(e, span);
        }
        if (op != OP_NONE) {
                Location old = *at; /* two nodes never share a child */
                old.address = expr_copy(e->arena, at->address);
                old.value = expr_copy(e->arena, at->value);
                value = make_binary(e, span, op, location_read(e, &old, span), value);
        }
        return location_write(e, at, value, span) ?: make_poison(e, span);
}

/* Kept as it is until the C type of the value is known. */
static Expr *store_later(Elab *e, ExprTarget *t, OperatorCode op, Expr *value, Span span) {
        ExprAssign *a = expr_new(e->arena, Assign, span);
        a->op = op;
        a->op_span = span;
        a->target = &t->base;
        a->value = value;
        e->n_autocasts++;
        return &a->base;
}

/* What leads there, and what was there, is read. */
static Expr *written(Elab *e, const ExprTarget *t, Expr *x) {
        ExprStore *s = expr_as(Store, x);
        const char *origin = origin_text(e, t);
        if (s)
                s->origin = arena_intern(e->arena, arena_printf(e->arena, "%s =", origin));
        origin_mark(x, origin);
        return x;
}

Expr *store_autocast(Elab *e, ExprTarget *t, OperatorCode op, Expr *value, Span span) {
        if (!t->value->ctype)
                return NULL;
        Location at = location_of_value(t->value, t->value->ctype);
        if (!location_follow(e, &at, t->path.items, t->path.n))
                return make_poison(e, span);
        return written(e, t, store_at(e, &at, op, value, span));
}

Expr *lower_store(Lower *l, ExprTarget *t, OperatorCode op, Expr *value, Span span) {
        Elab *e = l->e;
        if (!may_write(l, t))
                return make_poison(e, span);
        vec_foreach(it, &t->path)
                lower_expr(l, &it->index);
        lower_expr(l, &t->value);
        if (t->target == TARGET_EXPR)
                return store_autocast(e, t, op, value, span) ?: store_later(e, t, op, value, span);
        Location at;
        if (target_pretty_depth(t) || t->address_of) {
                target_error(e, DIAG_E0236, t->base.span, "`%s` cannot be written", expr_text(e, &t->base));
                return make_poison(e, span);
        }
        bool skips = e->options->skip_bad_variables && !e->quiet;
        e->skipping += skips;
        bool found = target_locate(l, t, /* for_writing= */ true, &at);
        e->skipping -= skips;
        if (!found)
                return skips ? value : make_poison(e, span);
        return written(e, t, store_at(e, &at, op, value, span));
}
