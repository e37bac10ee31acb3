/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "parse/stat.h"

StatOp stat_find(const char *name) {
        StatOp op = 0;
        while (op < _STAT_OP_MAX && strcmp(stat_op_name(op), name) != 0)
                op++;
        return op;
}

static void check_statistic(Parser *p, const Expr *e, const char *name) {
        if (e->kind != EXPR_NAME && e->kind != EXPR_INDEX)
                parser_report(p, DIAG_E0126, e->span,
                              "`%s` takes a statistic: a global or an element of one", name);
}

/* (`@count` | ... | `@variance`) `(` statistic [`,` shift] `)` */
Expr *stat_parse(Parser *p, const char *name, Span start) {
        ExprStat *e = expr_new(p->arena, Stat, start);
        Span open = parser_peek(p)->span;
        e->op = stat_find(name);
        parser_expect(p, TOKEN_LPAREN, arena_printf(p->arena, "after `%s`", name));
        e->stat = parse_expression(p);
        if (e->op == STAT_VARIANCE && parser_accept(p, TOKEN_COMMA))
                e->param = parse_expression(p);
        parser_expect_close(p, TOKEN_RPAREN, open);
        e->base.span = parser_span_from(p, start);
        check_statistic(p, e->stat, name);
        return &e->base;
}

static bool is_hist(const Token *t) {
        return t->kind == TOKEN_AT &&
               (strcmp(t->text, "@hist_log") == 0 || strcmp(t->text, "@hist_linear") == 0);
}

bool parser_at_hist(Parser *p) {
        return is_hist(parser_peek(p));
}

static void parse_bounds(Parser *p, ExprHist *e) {
        parser_expect(p, TOKEN_COMMA, "and the lowest value of the histogram");
        e->low = parser_expect_number(p, "the lowest value of the histogram as a number");
        parser_expect(p, TOKEN_COMMA, "and the highest value of the histogram");
        e->high = parser_expect_number(p, "the highest value of the histogram as a number");
        parser_expect(p, TOKEN_COMMA, "and the width of a bucket");
        e->step = parser_expect_number(p, "the width of a bucket as a number");
}

/* `@hist_log` `(` statistic `)` | `@hist_linear` `(` statistic `,` low `,` high `,` width `)` */
static Expr *hist_parse(Parser *p, const char *name, Span start) {
        ExprHist *e = expr_new(p->arena, Hist, start);
        Span open = parser_peek(p)->span;
        e->linear = strcmp(name, "@hist_linear") == 0;
        parser_expect(p, TOKEN_LPAREN, arena_printf(p->arena, "after `%s`", name));
        e->stat = parse_expression(p);
        if (e->linear)
                parse_bounds(p, e);
        parser_expect_close(p, TOKEN_RPAREN, open);
        e->base.span = parser_span_from(p, start);
        check_statistic(p, e->stat, name);
        return &e->base;
}

Expr *parse_hist(Parser *p) {
        Token t = parser_take(p);
        return hist_parse(p, t.text, t.span);
}

Expr *parse_array(Parser *p) {
        if (parser_at_hist(p))
                return parse_hist(p);
        Span span = parser_peek(p)->span;
        const char *name = parser_expect_name(p, "the name of an array after `in`", &span);
        ExprName *e = expr_new(p->arena, Name, span);
        e->name = name ?: "";
        return &e->base;
}

Expr *hist_parse_value(Parser *p, const char *name, Span start) {
        bool allowed = p->hist_allowed;
        p->hist_allowed = false;
        Expr *e = hist_parse(p, name, start);
        if (parser_at(p, TOKEN_LBRACKET) || (allowed && parser_at(p, TOKEN_RPAREN)))
                return e;
        parser_report(p, DIAG_E0125, e->span,
                      "a histogram is no value: print() it alone, index it, or go through it by foreach");
        return e;
}
