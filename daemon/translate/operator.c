/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "translate/gen.h"

/* ------------------------------------------------------------------ arithmetic */

/* C texts; numbers wrap: kernel and tests are compiled so that signed overflow is defined. */
static const char *const forms[_OP_MAX] = {
        [OP_ADD] = "(%s + %s)",  [OP_SUB] = "(%s - %s)",       [OP_MUL] = "(%s * %s)",
        [OP_SHL] = "stp_shl(%s, %s)", [OP_SHR] = "stp_shr(%s, %s)", [OP_USHR] = "stp_ushr(%s, %s)",
        [OP_AND] = "(%s & %s)",  [OP_OR] = "(%s | %s)",        [OP_XOR] = "(%s ^ %s)",
        [OP_EQ] = "(%s == %s)",  [OP_NE] = "(%s != %s)",       [OP_LT] = "(%s < %s)",
        [OP_GT] = "(%s > %s)",   [OP_LE] = "(%s <= %s)",       [OP_GE] = "(%s >= %s)",
};

static const char *division_message(Gen *g, OperatorCode op, Span span) {
        const char *at = span_place(g->arena, span);
        /* `/` or `/=` */
        return gen_literal(g, text(g, "division by 0 near operator '%s%s' at %s", operator_text(op),
                                   span.len > 1 ? "=" : "", at));
}

static Value gen_division(Gen *g, OperatorCode op, Value a, Value b, const Expr *divisor, Span span) {
        const ExprNumber *n = divisor->kind == EXPR_NUMBER ? (const ExprNumber *) divisor : NULL;
        if (n && n->value != 0 && n->value != -1)
                return (Value) {text(g, op == OP_DIV ? "(%s / %s)" : "(%s %% %s)", a.text, b.text),
                                life_max(a.life, b.life)};
        const char *t = gen_temp(g);
        gen_line(g, "s64 %s = %s(c, %s, %s, %s);", t, op == OP_DIV ? "stp_div" : "stp_mod", a.text, b.text,
                 division_message(g, op, span));
        gen_check(g, NULL);
        return value_temp(t);
}

Value gen_arithmetic(Gen *g, OperatorCode op, Value a, Value b, const Expr *divisor, Span op_span) {
        if (op == OP_DIV || op == OP_MOD)
                return gen_division(g, op, a, b, divisor, op_span);
        return (Value) {text(g, forms[op], a.text, b.text), life_max(a.life, b.life)};
}

/* ------------------------------------------------------------------ strings */

static bool is_empty_literal(const Expr *e) {
        return e->kind == EXPR_STRING && !*((const ExprString *) e)->value;
}

/* Comparing with "" needs one byte. */
static Value gen_string_compare(Gen *g, const ExprBinary *b, Value left, Value right) {
        Life life = life_max(left.life, right.life);
        if (is_empty_literal(b->right) && (b->op == OP_EQ || b->op == OP_NE))
                return (Value) {text(g, "(*%s %s 0)", left.text, operator_text(b->op)), life};
        return (Value) {text(g, "(stp_str_cmp(%s, %s) %s 0)", left.text, right.text, operator_text(b->op)), life};
}

/* ------------------------------------------------------------------ && || ?: */

/* When the right side needs no statements, C's own operator does; else it is evaluated in a branch. */
static Value gen_logical(Gen *g, ExprBinary *b) {
        bool and = b->op == OP_LAND;
        Value left = gen_expr(g, b->left);
        Capture c;
        gen_capture(g, &c);
        g->routine->indent++;
        Value right = gen_expr(g, b->right);
        g->routine->indent--;
        const char *lines = gen_captured(g, &c);
        if (!*lines)
                return (Value) {text(g, "(%s %s %s)", left.text, operator_text(b->op), right.text),
                                life_max(left.life, right.life)};
        const char *t = gen_temp(g);
        gen_line(g, "s64 %s = !!%s;", t, left.text);
        gen_open(g, and ? "if (%s) {" : "if (!%s) {", t);
        gen_text(g, lines);
        gen_line(g, "%s = !!%s;", t, right.text);
        gen_close(g, "");
        return value_temp(t);
}

Value gen_binary(Gen *g, Expr *e) {
        ExprBinary *b = (ExprBinary *) e;
        if (b->op == OP_LAND || b->op == OP_LOR)
                return gen_logical(g, b);
        if (b->op == OP_CONCAT) {
                const char *t = gen_buffer(g);
                gen_string_to(g, t, e);
                return value_temp(t);
        }
        Value v[2];
        gen_values(g, (Expr *[]) {b->left, b->right}, 2, /* then_effect= */ false, v);
        if (b->left->type == TYPE_STRING)
                return gen_string_compare(g, b, v[0], v[1]);
        return gen_arithmetic(g, b->op, v[0], v[1], b->right, b->op_span);
}

static const char *gen_branch(Gen *g, Expr *e, const char *t, Life *ret_life) {
        Capture c;
        gen_capture(g, &c);
        g->routine->indent++;
        Value v = gen_expr(g, e);
        gen_line(g, "%s = %s;", t, v.text);
        g->routine->indent--;
        *ret_life = v.life;
        return gen_captured(g, &c);
}

Value gen_ternary(Gen *g, Expr *e) {
        ExprTernary *x = (ExprTernary *) e;
        Value condition = gen_expr(g, x->condition);
        bool is_string = e->type == TYPE_STRING;
        const char *t = gen_temp(g);
        Life yes, no;
        const char *yes_lines = gen_branch(g, x->yes, t, &yes), *no_lines = gen_branch(g, x->no, t, &no);
        gen_line(g, "%s%s;", is_string ? "const char *" : "s64 ", t);
        gen_open(g, "if (%s) {", condition.text);
        gen_text(g, yes_lines);
        g->routine->indent--;
        gen_open(g, "} else {");
        gen_text(g, no_lines);
        gen_close(g, "");
        return (Value) {t, is_string ? life_max(LIFE_TEMP, life_max(yes, no)) : LIFE_TEMP};
}
