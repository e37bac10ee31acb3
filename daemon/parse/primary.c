/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "parse/parser.h"

static Expr *poison(Parser *p) {
        return &expr_new(p->arena, Number, p->last)->base;
}

/* `(` expression `)` */
static Expr *parse_parenthesis(Parser *p) {
        Span open = parser_take(p).span;
        Expr *e = parse_expression(p);
        parser_expect_close(p, TOKEN_RPAREN, open);
        return e;
}

static Expr *parse_number(Parser *p) {
        Token t = parser_take(p);
        ExprNumber *e = expr_new(p->arena, Number, t.span);
        e->base.type = TYPE_LONG;
        e->value = t.number;
        return &e->base;
}

/* string {string} */
static Expr *parse_string(Parser *p) {
        Span span = parser_peek(p)->span;
        const char *text = parser_expect_string(p, "a string", &span);
        ExprString *e = expr_new(p->arena, String, span);
        e->base.type = TYPE_STRING;
        e->value = text;
        return &e->base;
}

/* [expression {`,` expression}] `)` */
void parse_args(Parser *p, ExprVec *args) {
        Span open = p->last;
        while (!parser_at(p, TOKEN_RPAREN)) {
                Expr *arg = parse_expression(p);
                vec_push(p->arena, args, arg);
                if (!parser_accept(p, TOKEN_COMMA))
                        break;
                if (parser_at(p, TOKEN_RPAREN))
                        parser_fail_expected(p, "an expression after `,`");
        }
        if (parser_accept(p, TOKEN_RPAREN) || p->panic)
                return;
        bool semicolon = parser_at(p, TOKEN_SEMICOLON);
        Diag *diag = parser_fail_expected(p, args->n ? "`,` or `)`" : "an expression or `)`");
        diag_note(p->diags, diag, open, "to close this one");
        if (semicolon)
                diag_hint(p->diags, diag, "only the parentheses of `for` have `;` in them");
}

/* key {`,` key} `]`, where a key is an expression or `*` */
void parse_keys(Parser *p, ExprVec *keys) {
        Span open = p->last;
        do {
                bool star = parser_at(p, TOKEN_MUL);
                if (star)
                        parser_take(p);
                Expr *key = star ? NULL : parse_expression(p);
                vec_push(p->arena, keys, key);
        } while (parser_accept(p, TOKEN_COMMA));
        if (parser_accept(p, TOKEN_RBRACKET) || p->panic)
                return;
        Diag *diag = parser_fail_expected(p, "`,` or `]`");
        diag_note(p->diags, diag, open, "to close this one");
}

/* `[` keys `]` `in` array */
static Expr *parse_tuple_in(Parser *p) {
        Span start = parser_take(p).span;
        ExprVec keys = {};
        parse_keys(p, &keys);
        parser_expect(p, TOKEN_IN, "and an array after these keys");
        Expr *array = parse_array(p);
        ExprIn *e = expr_new(p->arena, In, parser_span_from(p, start));
        e->keys = keys;
        e->array = array;
        return &e->base;
}

/* name [`(` args `)`]. The dollars of `v$` are an operator: parse_postfix() takes them from the name. */
static Expr *parse_name(Parser *p) {
        const Token *next = parser_peek_second(p);
        bool is_call = next->kind == TOKEN_LPAREN;
        if (is_call && print_is_name(parser_peek(p)->text))
                return parse_print(p);
        Token t = parser_take(p);
        if (!is_call) {
                ExprName *e = expr_new(p->arena, Name, t.span);
                e->name = t.text;
                return &e->base;
        }
        parser_take(p);
        ExprVec args = {};
        parse_args(p, &args);
        ExprCall *e = expr_new(p->arena, Call, parser_span_from(p, t.span));
        e->name = t.text;
        e->name_span = t.span;
        e->args = args;
        return &e->base;
}

/* `%{` C `%}` */
static Expr *parse_embedded(Parser *p) {
        Token t = parser_take(p);
        parser_check_guru(p, t.span, "embedded C");
        ExprEmbedded *e = expr_new(p->arena, Embedded, t.span);
        e->code = t.text;
        e->code_span = t.span;
        return &e->base;
}

static Expr *(*const primaries[_TOKEN_KIND_MAX])(Parser *p) = {
        [TOKEN_NUMBER] = parse_number,     [TOKEN_STRING] = parse_string,  [TOKEN_NAME] = parse_name,
        [TOKEN_LPAREN] = parse_parenthesis, [TOKEN_LBRACKET] = parse_tuple_in, [TOKEN_TARGET] = parse_target,
        [TOKEN_AT] = parse_operator,       [TOKEN_EMBEDDED] = parse_embedded,
};

bool parser_at_expression(Parser *p) {
        TokenKind kind = parser_peek(p)->kind;
        return primaries[kind] || kind == TOKEN_SUB || kind == TOKEN_ADD || kind == TOKEN_NOT ||
               kind == TOKEN_BITNOT || kind == TOKEN_INCREMENT || kind == TOKEN_DECREMENT ||
               kind == TOKEN_AND;
}

/* primary = number | string | name | call | `(` expression `)` | `[` keys `]` `in` array | $target |
 *           @operator | embedded C */
Expr *parse_primary(Parser *p) {
        Expr *(*parse)(Parser *p) = primaries[parser_peek(p)->kind];
        if (parse)
                return parse(p);
        if (!p->panic) {
                TokenKind kind = parser_peek(p)->kind;
                bool is_name = token_is_keyword(kind) && !parser_begins_statement(kind);
                const char *text = is_name ? parser_peek(p)->text : NULL;
                Diag *diag = parser_fail_expected(p, "an expression");
                if (text)
                        diag_hint(p->diags, diag, "`%s` is a keyword; it is no name of a variable", text);
                else if (kind == TOKEN_MUL)
                        diag_hint(p->diags, diag, "what a pointer leads to is `$p[0]`, `$p->member` or `$p$`");
        }
        return poison(p);
}
