/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "translate/gen.h"

/* ------------------------------------------------------------------ leaves */

static const char *number_text(Gen *g, int64_t n) {
        if (n == INT64_MIN)
                return "(-9223372036854775807LL - 1)";
        return text(g, n < 0 ? "(%lldLL)" : "%lldLL", (long long) n);
}

static Value gen_number(Gen *g, Expr *e) {
        return value_constant(number_text(g, ((ExprNumber *) e)->value));
}

/* What may be longer than MAXSTRINGLEN, which only the C compiler knows, is cut there as any other value. */

static Value gen_string(Gen *g, Expr *e) {
        const char *s = ((ExprString *) e)->value, *literal = gen_literal(g, s);
        if (strlen(s) <= SURE_LENGTH)
                return value_constant(literal);
        const char *t = gen_temp(g), *buffer = gen_buffer(g);
        gen_line(g, "const char *%s = %s;", t, literal);
        gen_open(g, "if (sizeof(%s) > MAXSTRINGLEN) {", literal);
        gen_line(g, "stp_str_copy(%s, %s, MAXSTRINGLEN);", buffer, t);
        gen_line(g, "%s = %s;", t, buffer);
        gen_close(g, "");
        return value_temp(t);
}

static Value gen_name_expr(Gen *g, Expr *e) {
        const Var *v = ((ExprName *) e)->var;
        return (Value) {gen_variable(g, v), variable_life(v)};
}

static Value gen_unary(Gen *g, Expr *e) {
        static const char *const forms[_OP_MAX] = {
                [OP_NEG] = "(-%s)", [OP_PLUS] = "%s", [OP_NOT] = "(!%s)", [OP_BITNOT] = "(~%s)",
        };
        ExprUnary *u = (ExprUnary *) e;
        Value v = gen_expr(g, u->operand);
        v.text = text(g, forms[u->op], v.text);
        return v;
}

static Value gen_assign_expr(Gen *g, Expr *e) {
        return gen_assign(g, (ExprAssign *) e, /* wanted= */ true);
}

static Value gen_step_expr(Gen *g, Expr *e) {
        return gen_step(g, (ExprStep *) e, /* wanted= */ true);
}

static Value gen_call_expr(Gen *g, Expr *e) {
        return gen_call(g, (ExprCall *) e, /* dst= */ NULL, /* wanted= */ true);
}

static Value gen_print_expr(Gen *g, Expr *e) {
        ExprPrint *p = (ExprPrint *) e;
        if (!p->to_string)
                return gen_print(g, p);
        const char *t = gen_buffer(g);
        gen_sprint_to(g, t, p);
        return value_temp(t);
}

static Value gen_unexpected(Gen *g, Expr *e) {
        diag_add(g->diags, DIAG_E0501, e->span, "this operator cannot be used here");
        return e->type == TYPE_STRING ? VALUE_EMPTY : VALUE_ZERO;
}

/* ------------------------------------------------------------------ all of them */

static Value (*const writers[_EXPR_KIND_MAX])(Gen *g, Expr *e) = {
        [EXPR_NUMBER] = gen_number,
        [EXPR_STRING] = gen_string,
        [EXPR_NAME] = gen_name_expr,
        [EXPR_INDEX] = gen_index,
        [EXPR_CALL] = gen_call_expr,
        [EXPR_UNARY] = gen_unary,
        [EXPR_STEP] = gen_step_expr,
        [EXPR_BINARY] = gen_binary,
        [EXPR_ASSIGN] = gen_assign_expr,
        [EXPR_TERNARY] = gen_ternary,
        [EXPR_IN] = gen_in,
        [EXPR_REGEX] = gen_regex,
        [EXPR_PRINT] = gen_print_expr,
        [EXPR_STAT] = gen_stat,
        [EXPR_EMBEDDED] = gen_embedded_expr,
        [EXPR_CONTEXT] = gen_context,
        [EXPR_LOAD] = gen_load,
        [EXPR_STORE] = gen_store,
};

Value gen_expr(Gen *g, Expr *e) {
        Value (*writer)(Gen *, Expr *) = writers[e->kind];
        Value v = writer ? writer(g, e) : gen_unexpected(g, e);
        if (strlen(v.text) <= TEXT_LENGTH_MAX || v.text[0] == '"')
                return v;
        return gen_simple(g, v, e->type);
}

void gen_effect(Gen *g, Expr *e) {
        if (e->kind == EXPR_CALL)
                gen_call(g, (ExprCall *) e, /* dst= */ NULL, /* wanted= */ false);
        else if (e->kind == EXPR_ASSIGN)
                gen_assign(g, (ExprAssign *) e, /* wanted= */ false);
        else if (e->kind == EXPR_STEP)
                gen_step(g, (ExprStep *) e, /* wanted= */ false);
        else
                gen_expr(g, e);
}

/* Puts `a . b . c` together in dst; the operands are evaluated before the first byte is written. */
static void gen_concat_to(Gen *g, const char *dst, Expr *e) {
        VEC(Expr *) parts = {};
        Expr *left = e;
        for (ExprBinary *b; (b = expr_as(Binary, left)) && b->op == OP_CONCAT; left = b->left)
                vec_push(g->arena, &parts, b->right);
        vec_push(g->arena, &parts, left);
        for (size_t i = 0; i < parts.n / 2; i++) {
                Expr *swap = parts.items[i];
                parts.items[i] = parts.items[parts.n - 1 - i];
                parts.items[parts.n - 1 - i] = swap;
        }
        Value *values = arena_array(g->arena, Value, parts.n);
        gen_values(g, parts.items, parts.n, /* then_effect= */ false, values);
        gen_line(g, "stp_str_copy(%s, %s, MAXSTRINGLEN);", dst, values[0].text);
        for (size_t i = 1; i < parts.n; i++)
                gen_line(g, "stp_str_cat(%s, %s, MAXSTRINGLEN);", dst, values[i].text);
}

void gen_string_to(Gen *g, const char *dst, Expr *e) {
        ExprBinary *b = expr_as(Binary, e);
        ExprPrint *p = expr_as(Print, e);
        if (b && b->op == OP_CONCAT)
                gen_concat_to(g, dst, e);
        else if (p && p->to_string)
                gen_sprint_to(g, dst, p);
        else if (e->kind == EXPR_CALL && call_is_direct(g, (ExprCall *) e))
                gen_call(g, (ExprCall *) e, dst, /* wanted= */ true);
        else
                gen_line(g, "stp_str_copy(%s, %s, MAXSTRINGLEN);", dst, gen_expr(g, e).text);
}

void gen_values(Gen *g, Expr *const *items, size_t n, bool then_effect, Value *ret) {
        /* later[i]: something after item i may change a variable. */
        bool *later = arena_array(g->arena, bool, n + 1);
        later[n] = then_effect;
        for (size_t i = n; i-- > 0;)
                later[i] = later[i + 1] || usage_has_effect(g->usage, items[i]);
        for (size_t i = 0; i < n; i++) {
                if (!items[i])
                        continue;
                ret[i] = gen_expr(g, items[i]);
                if (later[i + 1])
                        ret[i] = gen_pin(g, ret[i], items[i]->type);
        }
}
