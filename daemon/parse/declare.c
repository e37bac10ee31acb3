/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What stands at the top of a file. */
#include "parse/parser.h"

/* [`-`] number | string {string} */
static Expr *parse_initializer(Parser *p) {
        Span start = parser_peek(p)->span;
        if (parser_at(p, TOKEN_STRING)) {
                ExprString *e = expr_new(p->arena, String, start);
                e->base.type = TYPE_STRING;
                e->value = parser_expect_string(p, "a string", &e->base.span);
                return &e->base;
        }
        ExprNumber *e = expr_new(p->arena, Number, start);
        e->base.type = TYPE_LONG;
        e->value = parser_expect_number(p, "a number or a string: what a global starts with is a literal");
        e->base.span = parser_span_from(p, start);
        return &e->base;
}

static void check_literal(Parser *p, const Var *var) {
        if (p->panic || !parser_at_infix(p))
                return;
        Diag *d = parser_fail(p, DIAG_E0126, parser_peek(p)->span,
                              "what a global starts with is a literal, and is not worked out");
        diag_hint(p->diags, d, "assign it in a probe: `probe begin { %s = ... }`", var->name);
}

/* `[` [number] `]` */
static void parse_size(Parser *p, Var *var) {
        Span open = parser_take(p).span;
        var->is_array = true;
        if (!parser_at(p, TOKEN_RBRACKET)) {
                ExprNumber *e = expr_new(p->arena, Number, parser_peek(p)->span);
                e->base.type = TYPE_LONG;
                e->value = parser_expect_number(p, "the size of the array as a number");
                var->size_expr = &e->base;
                if (e->value < 1)
                        parser_report(p, DIAG_E0126, e->base.span,
                                      "an array has room for 1 element or more");
        }
        parser_expect_close(p, TOKEN_RBRACKET, open);
}

/* name [`%`] [`[` size `]`] [`%`] [`=` literal] */
static void parse_global(Parser *p, bool is_private) {
        Var *var = arena_new0(p->arena, Var);
        var->kind = VAR_GLOBAL;
        var->is_private = is_private;
        var->name = parser_expect_name(p, "the name of a global variable", &var->span);
        if (!var->name)
                return;
        var->wraps = parser_accept(p, TOKEN_MOD);
        if (parser_at(p, TOKEN_LBRACKET))
                parse_size(p, var);
        var->wraps |= parser_accept(p, TOKEN_MOD);
        if (parser_accept(p, TOKEN_ASSIGN)) {
                var->init = parse_initializer(p);
                check_literal(p, var);
        }
        if (var->init && (var->is_array || var->wraps))
                parser_report(p, DIAG_E0126, var->init->span,
                              "an array starts empty: only a scalar has a value to start with");
        vec_push(p->arena, &p->file->globals, var);
}

/* global {`,` global} [`;`] */
static void parse_globals(Parser *p, bool is_private) {
        do
                parse_global(p, is_private);
        while (parser_accept(p, TOKEN_COMMA));
        parser_accept(p, TOKEN_SEMICOLON);
}

/* `private` (function | [`global`] globals) */
static void parse_private(Parser *p) {
        Span start = parser_take(p).span;
        if (parser_at(p, TOKEN_FUNCTION)) {
                parse_function(p, start, /* is_private= */ true);
                return;
        }
        parser_accept(p, TOKEN_GLOBAL);
        parse_globals(p, /* is_private= */ true);
}

/* `%{` C `%}` */
static void parse_embedded(Parser *p) {
        Token t = parser_take(p);
        parser_check_guru(p, t.span, "embedded C");
        EmbeddedDecl *e = arena_new0(p->arena, EmbeddedDecl);
        e->code = t.text;
        e->span = t.span;
        vec_push(p->arena, &p->file->embedded, e);
}

static void unknown_declaration(Parser *p) {
        static const char *const words[] = { "probe", "function", "global", "private" };
        const Token *t = parser_peek(p);
        const char *near = t->kind == TOKEN_NAME ? diag_suggest(t->text, words, ELEMENTSOF(words)) : NULL;
        if (p->panic)
                return;
        bool type = t->kind == TOKEN_LONG_TYPE || t->kind == TOKEN_STRING_TYPE;
        const char *text = t->text;
        Diag *diag = parser_fail_expected(p, "`probe`, `function`, `global` or `private`");
        if (type)
                diag_hint(p->diags, diag, "types stand behind names: `function NAME:%s(...)`", text);
        if (near)
                diag_hint(p->diags, diag, "did you mean `%s`?", near);
}

/* declaration = probe | function | `global` globals | private | embedded C | `;` */
void parse_declaration(Parser *p) {
        Span start = parser_peek(p)->span;
        switch (parser_peek(p)->kind) {
        case TOKEN_PROBE:
                parse_probe(p);
                break;
        case TOKEN_FUNCTION:
                parse_function(p, start, /* is_private= */ false);
                break;
        case TOKEN_GLOBAL:
                parser_take(p);
                parse_globals(p, /* is_private= */ false);
                break;
        case TOKEN_PRIVATE:
                parse_private(p);
                break;
        case TOKEN_EMBEDDED:
                parse_embedded(p);
                break;
        case TOKEN_SEMICOLON:
                parser_take(p);
                break;
        default:
                unknown_declaration(p);
                break;
        }
}
