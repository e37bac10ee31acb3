/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "parse/stat.h"

/* `+` | `-`: the one sorting that a foreach may have, here by `column` */
static void parse_sort(Parser *p, StmtForeach *s, int column) {
        TokenKind kind = parser_peek(p)->kind;
        if (kind != TOKEN_ADD && kind != TOKEN_SUB)
                return;
        Span span = parser_take(p).span;
        if (s->sort_direction)
                parser_report(p, DIAG_E0130, span, "a foreach is sorted by one thing");
        s->sort_direction = kind == TOKEN_ADD ? 1 : -1;
        s->sort_column = column;
}

/* name [`+` | `-`] */
static ExprName *parse_key(Parser *p, StmtForeach *s, int column) {
        Span span = parser_peek(p)->span;
        const char *name = parser_expect_name(p, "the name of a loop variable", &span);
        ExprName *e = expr_new(p->arena, Name, span);
        e->name = name ?: "";
        parse_sort(p, s, column);
        return e;
}

/* `[` key {`,` key} `]` | key */
static void parse_foreach_keys(Parser *p, StmtForeach *s) {
        Span open = parser_peek(p)->span;
        if (!parser_accept(p, TOKEN_LBRACKET)) {
                ExprName *key = parse_key(p, s, /* column= */ 0);
                vec_push(p->arena, &s->keys, key);
                return;
        }
        do {
                ExprName *key = parse_key(p, s, (int) s->keys.n);
                vec_push(p->arena, &s->keys, key);
        } while (parser_accept(p, TOKEN_COMMA));
        parser_expect_close(p, TOKEN_RBRACKET, open);
}

/* [value `=`] keys. One name may be either, until the `=` or the `in` that follows it. */
static void parse_variables(Parser *p, StmtForeach *s) {
        parse_foreach_keys(p, s);
        if (!parser_at(p, TOKEN_ASSIGN))
                return;
        Span span = parser_take(p).span;
        if (s->keys.n != 1)
                parser_report(p, DIAG_E0130, span, "only one variable takes the value of the element");
        s->value = s->keys.items[0];
        s->keys.n = 0;
        s->sort_column = FOREACH_SORT_VALUE; /* when there was a suffix: it was the value's */
        parse_foreach_keys(p, s);
}

/* array | name `[` keys `]` */
static void parse_elements(Parser *p, StmtForeach *s) {
        s->array = parse_array(p);
        if (s->array->kind == EXPR_NAME && parser_accept(p, TOKEN_LBRACKET))
                parse_keys(p, &s->slice);
}

/* [`@sum` ...] (`+` | `-`) */
static void parse_value_sort(Parser *p, StmtForeach *s) {
        const Token *t = parser_peek(p);
        if (t->kind == TOKEN_AT && stat_find(t->text) != _STAT_OP_MAX) {
                s->sort_stat = stat_find(parser_take(p).text);
                s->sort_has_stat = true;
                if (!parser_at(p, TOKEN_ADD) && !parser_at(p, TOKEN_SUB))
                        parser_fail_expected(p, "`+` or `-`: the direction of the sorting");
        }
        parse_sort(p, s, FOREACH_SORT_VALUE);
}

/* `foreach` `(` [value `=`] keys `in` array [sort] [`limit` expression] `)` statement */
Stmt *parse_foreach(Parser *p) {
        StmtForeach *s = stmt_new(p->arena, Foreach, parser_take(p).span);
        Span open = parser_peek(p)->span;
        parser_expect(p, TOKEN_LPAREN, "after `foreach`");
        bool several = parser_at(p, TOKEN_LPAREN);
        if (!several)
                parse_variables(p, s);
        if (!p->panic && (several || parser_at(p, TOKEN_COMMA))) {
                Diag *d = parser_fail_expected(p, several ? "a loop variable or `[`" : "`in` and an array");
                diag_hint(p->diags, d, "several keys stand in brackets: `foreach ([a, b] in array)`");
        }
        parser_expect(p, TOKEN_IN, "and an array");
        parse_elements(p, s);
        parse_value_sort(p, s);
        if (parser_accept(p, TOKEN_LIMIT))
                s->limit = parse_expression(p);
        parser_expect_close(p, TOKEN_RPAREN, open);
        s->body = parse_loop_body(p);
        return &s->base;
}
