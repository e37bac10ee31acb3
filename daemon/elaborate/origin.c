/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a value of the finished tree is to those who read what a script sees: the target variable that it
 * came from. It is put together from the tree and not cut out of the source, where macros could make it say
 * something else.
 */
#include <inttypes.h>
#include "base/buf.h"
#include "elaborate/target.h"
#include "lang/text.h"

static void add_head(const ExprTarget *t, Elab *e, Buf *out) {
        switch (t->target) {
        case TARGET_VAR:
                buf_str(out, t->name);
                return;
        case TARGET_AT_VAR:
        case TARGET_CAST:
                buf_str(out, t->target == TARGET_CAST ? "@cast(..., " : "@var(");
                text_add_quoted(out, t->name);
                if (t->module && *t->module) {
                        buf_str(out, ", ");
                        text_add_quoted(out, t->module);
                }
                buf_char(out, ')');
                return;
        case TARGET_EXPR:
                buf_printf(out, "(%s)", t->value->ctype ? type_text(e->arena, t->value->ctype) : "?");
                return;
        }
}

static void add_step(const Access *a, Buf *out) {
        const ExprNumber *n = a->kind == ACCESS_INDEX ? expr_as(Number, a->index) : NULL;
        if (a->kind == ACCESS_MEMBER)
                buf_printf(out, "->%s", a->member);
        else if (n)
                buf_printf(out, "[%" PRId64 "]", n->value);
        else
                buf_str(out, a->kind == ACCESS_INDEX ? "[...]" : a->depth > 1 ? "$$" : "$");
}

const char *origin_text(Elab *e, const ExprTarget *t) {
        _cleanup_(buf_done) Buf out = BUF_INIT;
        if (t->address_of)
                buf_char(&out, '&');
        add_head(t, e, &out);
        vec_foreach(it, &t->path)
                add_step(it, &out);
        return out.failed ? "?" : arena_intern_n(e->arena, out.data, out.len);
}

typedef struct {
        Visitor visitor;
        const char *origin;
} Marking;

static bool mark(Visitor *v, Expr **x) {
        ExprContext *context = expr_as(Context, *x);
        ExprLoad *load = expr_as(Load, *x);
        const char **origin = context ? &context->origin : load ? &load->origin : NULL;
        if (origin && !*origin)
                *origin = ((Marking *) v)->origin;
        return true;
}

void origin_mark(Expr *x, const char *origin) {
        Marking m = { .visitor = { .expr_pre = mark }, .origin = origin };
        walk_expr(&m.visitor, &x);
}
