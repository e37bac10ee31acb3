/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "parse/parser.h"

/* The print family. The s-variants make a string of it. */
static const struct PrintName {
        const char *name;
        bool to_string, newline, delimited, formatted;
} print_names[] = {
        { "print" },
        { "println", .newline = true },
        { "printd", .delimited = true },
        { "printdln", .delimited = true, .newline = true },
        { "printf", .formatted = true },
        { "sprint", .to_string = true },
        { "sprintln", .to_string = true, .newline = true },
        { "sprintd", .to_string = true, .delimited = true },
        { "sprintdln", .to_string = true, .delimited = true, .newline = true },
        { "sprintf", .to_string = true, .formatted = true },
};

static const struct PrintName *find_print(const char *name) {
        for (size_t i = 0; i < ELEMENTSOF(print_names); i++)
                if (strcmp(print_names[i].name, name) == 0)
                        return &print_names[i];
        return NULL;
}

bool print_is_name(const char *name) {
        return (name[0] == 'p' || name[0] == 's') && find_print(name);
}

static ExprPrint *print_new(Parser *p, const struct PrintName *kind, Span start) {
        ExprPrint *e = expr_new(p->arena, Print, start);
        e->name = kind->name;
        e->to_string = kind->to_string;
        e->newline = kind->newline;
        e->delimited = kind->delimited;
        e->formatted = kind->formatted;
        return e;
}

/* string, the format or the delimiter, and the `,` before the arguments */
static void parse_literal(Parser *p, ExprPrint *e) {
        const char *what = e->formatted ? "a format as a string literal" : "a delimiter as a string literal";
        const char *text = parser_expect_string(p, what, &e->format_span);
        if (e->formatted)
                e->format = text;
        else
                e->delimiter = text;
        if (!parser_at(p, TOKEN_RPAREN) && !parser_accept(p, TOKEN_COMMA))
                parser_fail_expected(p, "`,` or `)` after the literal");
}

/* printname `(` [string `,`] [args] `)`, where a histogram may be the only argument of a plain one */
Expr *parse_print(Parser *p) {
        Token t = parser_take(p);
        ExprPrint *e = print_new(p, find_print(t.text), t.span);
        parser_take(p);
        bool plain = !e->formatted && !e->delimited;
        if (!plain)
                parse_literal(p, e);
        if (parser_at(p, TOKEN_RPAREN) && (e->delimited || (plain && !e->newline)))
                parser_fail_expected(p, "what to print");
        bool hist = plain && parser_at_hist(p);
        if (hist && e->to_string)
                parser_report(p, DIAG_E0125, parser_peek(p)->span,
                              "%s() cannot draw a histogram: print() and println() can", e->name);
        p->hist_allowed = hist;
        parse_args(p, &e->args);
        e->base.span = parser_span_from(p, t.span);
        return &e->base;
}
