/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <ctype.h>
#include "elaborate/types.h"
#include "elaborate/scope.h"

static bool is_known(Type t) {
        return t == TYPE_LONG || t == TYPE_STRING || t == TYPE_STATS;
}

const char *type_words(Type t) {
        static const char *const words[_TYPE_MAX] = {
                [TYPE_UNKNOWN] = "of no known type", [TYPE_LONG] = "a long", [TYPE_STRING] = "a string",
                [TYPE_STATS] = "a statistic",        [TYPE_VOID] = "no value", [TYPE_POISON] = "wrong",
        };
        return words[t];
}

/* ------------------------------------------------------------------ contradictions */

static Var *var_of(Expr *x) {
        ExprIndex *index = expr_as(Index, x);
        ExprName *name = expr_as(Name, index ? index->array : x);
        return name ? name->var : NULL;
}

static void explain(Infer *t, Diag *d, Expr *x, Type got) {
        Var *v = var_of(x);
        ExprCall *call = expr_as(Call, x);
        if (v && var_info(v)->type_at.file)
                diag_note(t->e->diags, d, var_info(v)->type_at, "`%s` became %s here", v->name,
                          type_words(got));
        else if (call && call->targets.n)
                diag_note(t->e->diags, d, function_unit(call->targets.items[0])->result_at,
                          "`%s` gives %s", call->name, type_words(got));
}

/* The other place: what gave the type that is needed. */
static void explain_wanted(Infer *t, Diag *d, Type want) {
        const Unit *u = t->unit;
        if (t->wanted_by)
                explain(t, d, t->wanted_by, want);
        else if (u->function && u->result_at.file)
                diag_note(t->e->diags, d, u->result_at, "`%s` gives %s", u->function->name,
                          type_words(want));
}

/* As infer_expr(), for a value that gets its type from `by` (NULL: the result of the function). */
Type infer_given(Infer *t, Expr *x, Type want, Expr *by) {
        const Expr *of = t->wanted_of;
        Expr *before = t->wanted_by;
        t->wanted_of = x;
        t->wanted_by = by;
        Type got = infer_expr(t, x, want);
        t->wanted_of = of;
        t->wanted_by = before;
        return got;
}

/* `$file.x`, as in C: without blanks around, and of a C type. */
static bool is_member(const Expr *x) {
        const SourceFile *f = x->span.file;
        uint32_t end = x->span.offset + x->span.len;
        return f && x->ctype && end + 1 < f->len && f->text[end] == '.' &&
               (isalpha((unsigned char) f->text[end + 1]) || f->text[end + 1] == '_');
}

void infer_mismatch(Infer *t, Expr *x, Type got, Type want) {
        Elab *e = t->e;
        const char *text = expr_text(e, x);
        Diag *d;
        if (got == TYPE_STATS) {
                d = diag_add(e->diags, DIAG_E0304, x->span,
                             "`%s` is a statistic, and has no value of its own", text);
                diag_hint(e->diags, d, "extract one: @count(%s), @sum, @min, @max, @avg", text);
        } else if (got == TYPE_VOID)
                d = diag_add(e->diags, DIAG_E0302, x->span, "`%s` gives no value", text);
        else
                d = diag_add(e->diags, DIAG_E0301, x->span, "`%s` is %s, but %s is needed here", text,
                             type_words(got), type_words(want));
        if (t->joined == x && got == TYPE_STRING)
                diag_hint(e->diags, d, "`.` puts strings together, `.=` one behind another");
        else if (want == TYPE_STRING && hint_text(e, d, x))
                ;
        else if (got == TYPE_LONG && want == TYPE_STRING && t->joined == x && is_member(x))
                diag_hint(e->diags, d, "`->` leads to a member, of a structure too: `%s->...`", text);
        else if (got == TYPE_LONG && want == TYPE_STRING && t->joined == x)
                diag_hint(e->diags, d, "`sprint(%s)` makes a string of it", text);
        explain(t, d, x, got);
        if (t->wanted_of == x && got != TYPE_STATS && got != TYPE_VOID)
                explain_wanted(t, d, want);
        x->type = TYPE_POISON;
}

/* ------------------------------------------------------------------ variables */

Type infer_var(Infer *t, Var *v, Type type, Span at) {
        if (v->type == TYPE_UNKNOWN && is_known(type)) {
                v->type = type;
                var_info(v)->type_at = at;
                t->changed = true;
        }
        return v->type;
}

Type infer_key(Infer *t, Var *array, size_t i, Type type, Span at) {
        if (i >= array->keys.n)
                return TYPE_POISON;
        if (array->keys.items[i] == TYPE_UNKNOWN && (type == TYPE_LONG || type == TYPE_STRING)) {
                array->keys.items[i] = type;
                var_info(array)->key_at.items[i] = at;
                t->changed = true;
        }
        return array->keys.items[i];
}

static Type infer_name(Infer *t, Expr *x, Type want) {
        return infer_var(t, expr_as(Name, x)->var, want, x->span);
}

void infer_keys(Infer *t, Var *array, ExprVec *keys) {
        for (size_t i = 0; i < keys->n; i++) {
                Expr *key = keys->items[i];
                if (!key || i >= array->keys.n)
                        continue;
                Type known = array->keys.items[i];
                Type got = infer_expr(t, key, TYPE_UNKNOWN);
                if (is_known(known) && is_known(got) && got != known) {
                        Diag *d = diag_add(t->e->diags, DIAG_E0301, key->span,
                                           "key %zu of `%s` is %s, not %s", i + 1,
                                           array->name, type_words(known), type_words(got));
                        diag_note(t->e->diags, d, var_info(array)->key_at.items[i], "the key became %s here",
                                  type_words(known));
                        key->type = TYPE_POISON;
                } else if (is_known(known) && got == TYPE_UNKNOWN)
                        infer_expr(t, key, known);
                else if (got == TYPE_STATS || got == TYPE_VOID)
                        infer_mismatch(t, key, got, TYPE_LONG);
                else
                        infer_key(t, array, i, got, key->span);
        }
}

/* hist[i], i in hist */
static Type infer_bucket(Infer *t, Expr *hist, const ExprVec *keys) {
        infer_expr(t, hist, TYPE_UNKNOWN);
        vec_foreach(it, keys)
                if (*it)
                        infer_expr(t, *it, TYPE_LONG);
        return TYPE_LONG;
}

static Type infer_index(Infer *t, Expr *x, Type want) {
        ExprIndex *index = expr_as(Index, x);
        if (index->array->kind == EXPR_HIST)
                return infer_bucket(t, index->array, &index->keys);
        Var *array = var_of(x);
        infer_keys(t, array, &index->keys);
        return infer_var(t, array, want, x->span);
}

static Type infer_in(Infer *t, Expr *x, Type want) {
        ExprIn *in = expr_as(In, x);
        if (in->array->kind == EXPR_HIST)
                return infer_bucket(t, in->array, &in->keys);
        infer_keys(t, expr_as(Name, in->array)->var, &in->keys);
        return TYPE_LONG;
}

/* ------------------------------------------------------------------ operators */

/* Two expressions of one type, whatever it is. */
static Type infer_both(Infer *t, Expr *a, Expr *b, Type want) {
        Type left = infer_expr(t, a, want);
        Type right = infer_given(t, b, is_known(left) ? left : want, a);
        if (!is_known(left) && is_known(right))
                left = infer_expr(t, a, right);
        return is_known(left) ? left : right;
}

static Type infer_unary(Infer *t, Expr *x, Type want) {
        infer_expr(t, expr_as(Unary, x)->operand, TYPE_LONG);
        return TYPE_LONG;
}

/* A statistic is not assigned to, as it has no value. */
static bool refuse_stats(Infer *t, Expr *target) {
        if (infer_expr(t, target, TYPE_UNKNOWN) != TYPE_STATS)
                return false;
        const char *text = expr_text(t->e, target);
        Diag *d = diag_add(t->e->diags, DIAG_E0304, target->span,
                           "`%s` is a statistic, and cannot be assigned to", text);
        explain(t, d, target, TYPE_STATS);
        diag_hint(t->e->diags, d, "`%s <<< n` adds a value, `delete %s` begins anew", text, text);
        target->type = TYPE_POISON;
        return true;
}

static Type infer_step(Infer *t, Expr *x, Type want) {
        if (refuse_stats(t, expr_as(Step, x)->operand))
                return TYPE_POISON;
        infer_expr(t, expr_as(Step, x)->operand, TYPE_LONG);
        return TYPE_LONG;
}

static void infer_operand(Infer *t, Expr *x, Type type, OperatorCode op) {
        const Expr *before = t->joined;
        t->joined = op == OP_ADD || op == OP_CONCAT ? x : NULL;
        infer_expr(t, x, type);
        t->joined = before;
}

static Type infer_binary(Infer *t, Expr *x, Type want) {
        ExprBinary *b = expr_as(Binary, x);
        if (b->op >= OP_EQ && b->op <= OP_GE) {
                if (infer_both(t, b->left, b->right, TYPE_UNKNOWN) == TYPE_STATS)
                        infer_mismatch(t, b->left, TYPE_STATS, TYPE_LONG);
                return TYPE_LONG;
        }
        Type type = b->op == OP_CONCAT ? TYPE_STRING : TYPE_LONG;
        infer_operand(t, b->left, type, b->op);
        infer_operand(t, b->right, type, b->op);
        return type;
}

static Type infer_stat_add(Infer *t, ExprAssign *a) {
        Var *v = var_of(a->target);
        infer_expr(t, a->value, TYPE_LONG);
        if (v && v->kind != VAR_GLOBAL && v->type != TYPE_POISON) {
                Diag *d = diag_add(t->e->diags, DIAG_E0305, a->base.span,
                                   "a statistic has to be global, and `%s` is local", v->name);
                hint_global(t->e, t->unit->file, d, v->name);
                v->type = TYPE_POISON;
        }
        infer_expr(t, a->target, TYPE_STATS);
        return TYPE_LONG;
}

static Type infer_assign(Infer *t, Expr *x, Type want) {
        ExprAssign *a = expr_as(Assign, x);
        if (a->op == OP_STAT_ADD)
                return infer_stat_add(t, a);
        if (refuse_stats(t, a->target))
                return TYPE_POISON;
        if (a->op != OP_NONE) {
                Type type = a->op == OP_CONCAT ? TYPE_STRING : TYPE_LONG;
                infer_operand(t, a->target, type, a->op == OP_ADD ? OP_ADD : OP_NONE);
                infer_operand(t, a->value, type, a->op);
                return type;
        }
        Type target = infer_expr(t, a->target, TYPE_UNKNOWN);
        Type value = infer_given(t, a->value, is_known(target) ? target : want == TYPE_VOID ? TYPE_UNKNOWN
                                 : want, a->target);
        if (value == TYPE_STATS) {
                infer_mismatch(t, a->value, TYPE_STATS, TYPE_LONG);
                return TYPE_POISON;
        }
        return is_known(target) ? target : infer_expr(t, a->target, value);
}

static Type infer_ternary(Infer *t, Expr *x, Type want) {
        ExprTernary *c = expr_as(Ternary, x);
        infer_expr(t, c->condition, TYPE_LONG);
        return infer_both(t, c->yes, c->no, want);
}

static Type infer_regex(Infer *t, Expr *x, Type want) {
        infer_expr(t, expr_as(Regex, x)->subject, TYPE_STRING);
        return TYPE_LONG;
}

static Type infer_stat(Infer *t, Expr *x, Type want) {
        ExprStat *s = expr_as(Stat, x);
        infer_expr(t, s->stat, TYPE_STATS);
        if (s->param)
                infer_expr(t, s->param, TYPE_LONG);
        return TYPE_LONG;
}

static Type infer_hist(Infer *t, Expr *x, Type want) {
        infer_expr(t, expr_as(Hist, x)->stat, TYPE_STATS);
        return TYPE_UNKNOWN;
}

/* A string that was kept at the entry is one still. */
static Type infer_context(Infer *t, Expr *x, Type want) {
        ExprContext *c = expr_as(Context, x);
        const Unit *h = t->unit->handler;
        if (c->source != CONTEXT_SAVED || !h || c->index >= h->saved.n)
                return TYPE_LONG;
        return infer_expr(t, h->saved.items[c->index], want);
}

static Type infer_load(Infer *t, Expr *x, Type want) {
        infer_expr(t, expr_as(Load, x)->address, TYPE_LONG);
        return TYPE_LONG;
}

static Type infer_store(Infer *t, Expr *x, Type want) {
        infer_expr(t, expr_as(Store, x)->address, TYPE_LONG);
        infer_expr(t, expr_as(Store, x)->value, TYPE_LONG);
        return TYPE_LONG;
}

static Type infer_embedded(Infer *t, Expr *x, Type want) {
        return embedded_tags(expr_as(Embedded, x)->code) & TAG_STRING ? TYPE_STRING : TYPE_LONG;
}

static Type infer_number(Infer *t, Expr *x, Type want) {
        return TYPE_LONG;
}

static Type infer_string(Infer *t, Expr *x, Type want) {
        return TYPE_STRING;
}

static Type infer_call_node(Infer *t, Expr *x, Type want) {
        return infer_call(t, expr_as(Call, x), want);
}

static Type infer_print_node(Infer *t, Expr *x, Type want) {
        return infer_print(t, expr_as(Print, x), want);
}

static Type (*const inferrers[_EXPR_KIND_MAX])(Infer *t, Expr *x, Type want) = {
        [EXPR_NUMBER] = infer_number,     [EXPR_STRING] = infer_string,     [EXPR_NAME] = infer_name,
        [EXPR_INDEX] = infer_index,       [EXPR_CALL] = infer_call_node,    [EXPR_UNARY] = infer_unary,
        [EXPR_STEP] = infer_step,         [EXPR_BINARY] = infer_binary,     [EXPR_ASSIGN] = infer_assign,
        [EXPR_TERNARY] = infer_ternary,   [EXPR_IN] = infer_in,             [EXPR_REGEX] = infer_regex,
        [EXPR_PRINT] = infer_print_node,  [EXPR_STAT] = infer_stat,         [EXPR_HIST] = infer_hist,
        [EXPR_EMBEDDED] = infer_embedded, [EXPR_CONTEXT] = infer_context,   [EXPR_LOAD] = infer_load,
        [EXPR_STORE] = infer_store,
};

Type infer_expr(Infer *t, Expr *x, Type want) {
        if (!x || x->type == TYPE_POISON || !inferrers[x->kind])
                return TYPE_POISON;
        Type got = inferrers[x->kind](t, x, want);
        if (x->type == TYPE_POISON)
                return TYPE_POISON;
        if (is_known(want) && got != TYPE_UNKNOWN && got != TYPE_POISON && got != want)
                infer_mismatch(t, x, got, want);
        else
                x->type = got;
        return x->type;
}
