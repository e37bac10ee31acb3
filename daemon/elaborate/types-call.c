/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "elaborate/types.h"

static Type infer_argument(Infer *t, ExprCall *x, size_t i, Var *param) {
        Expr *arg = x->args.items[i];
        Type got = infer_expr(t, arg, TYPE_UNKNOWN);
        if (got == TYPE_STATS || got == TYPE_VOID) {
                infer_mismatch(t, arg, got, param->type == TYPE_UNKNOWN ? TYPE_LONG : param->type);
                return TYPE_POISON;
        }
        if (got == TYPE_UNKNOWN)
                return infer_expr(t, arg, param->type);
        Type wanted = infer_var(t, param, got, arg->span);
        if (got == TYPE_POISON || wanted == TYPE_POISON || got == wanted)
                return got;
        Diag *d = diag_add(t->e->diags, DIAG_E0301, arg->span, "parameter `%s` of `%s` is a %s, not a %s",
                           param->name, x->name, type_name(wanted), type_name(got));
        diag_note(t->e->diags, d, var_info(param)->type_at, "`%s` became a %s here", param->name,
                  type_name(wanted));
        if (wanted == TYPE_STRING)
                hint_text(t->e, d, arg);
        arg->type = TYPE_POISON;
        return TYPE_POISON;
}

static void set_result(Infer *t, Function *f, Type type, Span at) {
        if (f->result != TYPE_UNKNOWN || (type != TYPE_LONG && type != TYPE_STRING))
                return;
        f->result = type;
        function_unit(f)->result_at = at;
        t->changed = true;
}

/* A result is what the body returns; where that says nothing, what the caller needs. */
static bool may_take_from_caller(const Infer *t, const Function *f) {
        return f->embedded || (t->from_callers && function_unit(f)->returns_value);
}

/* An overload that only says `next` gives what the others give. */
Type infer_call(Infer *t, ExprCall *x, Type want) {
        Type result = TYPE_UNKNOWN;
        vec_foreach(it, &x->targets) {
                Function *f = *it;
                for (size_t i = 0; i < x->args.n && i < f->params.n; i++)
                        infer_argument(t, x, i, f->params.items[i]);
                if (result == TYPE_UNKNOWN)
                        result = f->result;
        }
        Type wanted = result == TYPE_UNKNOWN ? want : result;
        vec_foreach(it, &x->targets)
                if (may_take_from_caller(t, *it) || result == TYPE_LONG || result == TYPE_STRING)
                        set_result(t, *it, wanted, x->base.span);
        vec_foreach(it, &x->targets)
                if ((*it)->result != TYPE_UNKNOWN && (*it)->result != TYPE_VOID && result != TYPE_UNKNOWN
                    && result != TYPE_VOID && (*it)->result != result && result != TYPE_POISON) {
                        Diag *d = diag_add(t->e->diags, DIAG_E0301, x->base.span,
                                           "overloads of `%s` give values of different types", x->name);
                        diag_note(t->e->diags, d, function_unit(*it)->result_at, "a %s here",
                                  type_name((*it)->result));
                        return TYPE_POISON;
                }
        if (x->targets.n && result == TYPE_UNKNOWN)
                result = x->targets.items[0]->result;
        /* The value of a function that gives none may be thrown away, and nothing else. */
        if (t->last && want != TYPE_VOID && result == TYPE_VOID) {
                infer_mismatch(t, &x->base, TYPE_VOID, want);
                return TYPE_POISON;
        }
        return result;
}

void infer_result(Infer *t, Type type, Span at) {
        if (t->unit->function)
                set_result(t, t->unit->function, type, at);
}
