/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "parse/parser.h"

/* Types of other languages. */
static const char *const numbers[] = {
        "int", "unsigned", "short", "bool", "char", "s8", "s16", "s32", "s64", "u8", "u16", "u32", "u64",
        "size_t", "int8_t", "int16_t", "int32_t", "int64_t", "uint8_t", "uint16_t", "uint32_t", "uint64_t",
};
static const char *const texts[] = { "str", "text" };

/* `long` or `string`, or NULL when it is no such type. */
static const char *foreign_type(const char *name) {
        for (size_t i = 0; i < ELEMENTSOF(numbers); i++)
                if (strcmp(numbers[i], name) == 0)
                        return "long";
        for (size_t i = 0; i < ELEMENTSOF(texts); i++)
                if (strcmp(texts[i], name) == 0)
                        return "string";
        return NULL;
}

/* [`:` (`long` | `string`)] */
static Type parse_type(Parser *p) {
        if (!parser_accept(p, TOKEN_COLON))
                return TYPE_UNKNOWN;
        if (parser_accept(p, TOKEN_LONG_TYPE))
                return TYPE_LONG;
        if (parser_accept(p, TOKEN_STRING_TYPE))
                return TYPE_STRING;
        const char *type = parser_at(p, TOKEN_NAME) ? foreign_type(parser_peek(p)->text) : NULL;
        Diag *d = parser_fail_expected(p, "`long` or `string` after `:`");
        if (type)
                diag_hint(p->diags, d, "write `%s`", type);
        return TYPE_UNKNOWN;
}

/* `long x` and `int x`, as in C. */
static void fail_type_first(Parser *p, const char *expected, const char *name, const char *type) {
        diag_hint(p->diags, parser_fail_expected(p, expected), "types stand behind names: `%s:%s`", name,
                  type);
}

/* name [`:` type] */
static Var *parse_param(Parser *p) {
        Var *var = arena_new0(p->arena, Var);
        var->kind = VAR_PARAMETER;
        var->name = "";
        if (parser_at(p, TOKEN_LONG_TYPE) || parser_at(p, TOKEN_STRING_TYPE)) {
                const Token *next = parser_peek_second(p);
                fail_type_first(p, "the name of a parameter", next->kind == TOKEN_NAME ? next->text : "NAME",
                                parser_peek(p)->text);
                return var;
        }
        var->name = parser_expect_name(p, "the name of a parameter", &var->span) ?: "";
        var->type = parse_type(p);
        const char *type = foreign_type(var->name);
        if (type && parser_at(p, TOKEN_NAME))
                fail_type_first(p, "`,` or `)`", parser_peek(p)->text, type);
        return var;
}

/* `(` [param {`,` param}] `)` */
static void parse_params(Parser *p, Function *f) {
        Span open = parser_peek(p)->span;
        parser_expect(p, TOKEN_LPAREN, "and the parameters of the function");
        if (parser_accept(p, TOKEN_RPAREN))
                return;
        do {
                Var *param = parse_param(p);
                vec_push(p->arena, &f->params, param);
        } while (parser_accept(p, TOKEN_COMMA));
        parser_expect_close(p, TOKEN_RPAREN, open);
}

/* [`:` number] */
static void parse_priority(Parser *p, Function *f) {
        if (!parser_accept(p, TOKEN_COLON))
                return;
        Span span = parser_peek(p)->span;
        if (parser_at(p, TOKEN_STRING_TYPE) || parser_at(p, TOKEN_LONG_TYPE)) {
                Diag *d = parser_fail_expected(p, "the priority of the function, a number");
                diag_hint(p->diags, d,
                          "the type of the result stands behind the name: `function %s:TYPE(...)`", f->name);
                return;
        }
        f->priority = parser_expect_number(p, "the priority of the function, a number");
        f->has_priority = true;
        if (f->priority < 1)
                parser_report(p, DIAG_E0126, parser_span_from(p, span),
                              "the priority of a function is 1 or more");
}

static void parse_body(Parser *p, Function *f) {
        if (parser_at(p, TOKEN_EMBEDDED)) {
                Token t = parser_take(p);
                parser_check_guru(p, t.span, "a function in C");
                f->embedded = t.text;
                f->embedded_span = t.span;
                return;
        }
        p->in_function = true;
        p->loops = 0;
        f->body = parse_block(p, "the body of the function, `{` or `%{`");
}

/* [`private`] `function` name [`:` type] `(` params `)` [`:` priority] (block | embedded C) */
void parse_function(Parser *p, Span start, bool is_private) {
        parser_take(p);
        Function *f = arena_new0(p->arena, Function);
        f->is_private = is_private;
        f->from_library = p->options->is_library;
        f->file = p->file->source;
        f->order = (unsigned) p->file->functions.n;
        f->name = parser_expect_name(p, "the name of the function", &f->name_span) ?: "";
        f->result = parse_type(p);
        parse_params(p, f);
        parse_priority(p, f);
        parse_body(p, f);
        f->span = parser_span_from(p, start);
        if (*f->name)
                vec_push(p->arena, &p->file->functions, f);
}
