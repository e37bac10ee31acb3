/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Probe points. A point with braces stands for each of their alternatives: `a.{b,c}.d` is a.b.d and a.c.d.
 * So a point is parsed as the set of its prefixes, which each component lengthens and each pair of braces
 * multiplies.
 */
#include "parse/parser.h"

typedef VEC(ProbeComponent) Chain;
typedef VEC(Chain) ChainVec;

static void parse_chain(Parser *p, ChainVec *chains);

/* A piece of a component's name: letters, digits and wildcards. Its spelling, not its value: `*64bit`. */
static bool is_piece(const Token *t) {
        return t->kind == TOKEN_NAME || t->kind == TOKEN_MUL || t->kind == TOKEN_NUMBER ||
               token_is_keyword(t->kind);
}

/* Whether the next token is a piece that directly follows the last one, as in `read*`. */
static bool at_piece(Parser *p) {
        const Token *t = parser_peek_any(p);
        Span a = p->last, b = t->span;
        bool adjacent = a.file == b.file && a.expansion == b.expansion && a.offset + a.len == b.offset;
        if (p->panic || !adjacent || !is_piece(t))
                return false;
        p->ahead[0].fault = NULL; /* that `64bit` is no number does not matter here */
        return true;
}

/* {name | keyword | `*` | digits}, without blanks between */
static const char *parse_component_name(Parser *p, Span *ret_span) {
        const Token *t = parser_peek(p);
        if (!is_piece(t) || t->kind == TOKEN_NUMBER) {
                parser_fail_expected(p, "a component of a probe point");
                return "";
        }
        Span span = t->span;
        do {
                parser_take(p);
                span.len = p->last.offset + p->last.len - span.offset;
        } while (at_piece(p));
        const char *name = arena_intern_n(p->arena, span.file->text + span.offset, span.len);
        if (strchr(name, '$'))
                parser_fail(p, DIAG_E0122, span, "`%s` is no name of a component: it has a `$`", name);
        *ret_span = span;
        return name;
}

/* `(` (string | number) `)` */
static Expr *parse_component_arg(Parser *p) {
        Span open = parser_take(p).span, start = parser_peek(p)->span;
        Expr *arg;
        if (parser_at(p, TOKEN_STRING)) {
                ExprString *e = expr_new(p->arena, String, start);
                e->base.type = TYPE_STRING;
                e->value = parser_expect_string(p, "a string", &e->base.span);
                arg = &e->base;
        } else {
                ExprNumber *e = expr_new(p->arena, Number, start);
                e->base.type = TYPE_LONG;
                e->value = parser_expect_number(
                                p, "a string or a number: the argument of a component is a literal");
                e->base.span = parser_span_from(p, start);
                arg = &e->base;
        }
        if (arg && arg->kind == EXPR_NUMBER && parser_at(p, TOKEN_DOT)) {
                Diag *d = parser_fail(p, DIAG_E0128, parser_peek(p)->span,
                                      "the language has no floating point numbers");
                diag_hint(p->diags, d, "take a smaller unit: timer.ms(500) is half a second");
        }
        parser_expect_close(p, TOKEN_RPAREN, open);
        return arg;
}

/* name [`(` literal `)`] */
static ProbeComponent parse_component(Parser *p) {
        ProbeComponent c = { .span = parser_peek(p)->span };
        Span start = c.span;
        c.name = parse_component_name(p, &c.span);
        if (parser_at(p, TOKEN_LPAREN))
                c.arg = parse_component_arg(p);
        c.span = parser_span_from(p, start);
        return c;
}

static Chain chain_join(Parser *p, const Chain *a, const Chain *b) {
        Chain joined = {};
        vec_foreach(c, a)
                vec_push(p->arena, &joined, *c);
        vec_foreach(c, b)
                vec_push(p->arena, &joined, *c);
        return joined;
}

/* Every chain of `chains` with every one of `tails` behind it. */
static void multiply(Parser *p, ChainVec *chains, const ChainVec *tails, Span span) {
        if (chains->n * tails->n > PARSE_MAX_POINTS) {
                parser_fail(p, DIAG_E0122, span, "these braces make more than %d probe points",
                            PARSE_MAX_POINTS);
                return;
        }
        ChainVec product = {};
        vec_foreach(chain, chains)
                vec_foreach(tail, tails)
                        vec_push(p->arena, &product, chain_join(p, chain, tail));
        *chains = product;
}

/* `{` chain {`,` chain} `}` */
static void parse_braces(Parser *p, ChainVec *chains) {
        Span open = parser_take(p).span;
        ChainVec tails = {};
        do {
                ChainVec some = {};
                parse_chain(p, &some);
                vec_foreach(chain, &some)
                        vec_push(p->arena, &tails, *chain);
        } while (parser_accept(p, TOKEN_COMMA));
        parser_expect_close(p, TOKEN_RBRACE, open);
        multiply(p, chains, &tails, open);
}

/* chain = (component | braces) {`.` (component | braces)} */
static void parse_chain(Parser *p, ChainVec *chains) {
        vec_push(p->arena, chains, ((Chain) {}));
        if (parser_enter(p))
                do {
                        if (parser_at(p, TOKEN_LBRACE)) {
                                parse_braces(p, chains);
                                continue;
                        }
                        ProbeComponent c = parse_component(p);
                        vec_foreach(chain, chains)
                                vec_push(p->arena, chain, c);
                } while (parser_accept(p, TOKEN_DOT));
        parser_leave(p);
}

/* point = chain [`?` | `!`] [`if` `(` expression `)`] */
void parse_probe_points(Parser *p, ProbePointVec *points) {
        Span start = parser_peek(p)->span;
        ChainVec chains = {};
        parse_chain(p, &chains);
        Span span = parser_span_from(p, start);
        bool optional = parser_accept(p, TOKEN_QUESTION);
        bool sufficient = !optional && parser_accept(p, TOKEN_NOT);
        Expr *condition = NULL;
        if (parser_accept(p, TOKEN_IF)) {
                Span open = parser_peek(p)->span;
                parser_expect(p, TOKEN_LPAREN, "after `if`");
                condition = parse_expression(p);
                parser_expect_close(p, TOKEN_RPAREN, open);
        }
        vec_foreach(chain, &chains) {
                ProbePoint *point = arena_new0(p->arena, ProbePoint);
                vec_foreach(c, chain)
                        vec_push(p->arena, &point->components, *c);
                point->span = span;
                point->optional = optional;
                point->sufficient = sufficient;
                point->condition = condition;
                vec_push(p->arena, points, point);
        }
}
