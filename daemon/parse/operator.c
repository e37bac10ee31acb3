/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * @operators, by a table: the statistics' extractors, the histograms, the ways into the program that is
 * probed, and the plain ones, which are nothing but a name and arguments until pass 2.
 */
#include "parse/operator.h"
#include "parse/parser.h"
#include "parse/stat.h"

typedef struct AtOperator AtOperator;
struct AtOperator {
        const char *name;
        /* `@name` has been taken. */
        Expr *(*parse)(Parser *p, const AtOperator *o, Span start);
        const char *args; /* plain ones: one letter each, small ones may be left out */
        bool guru;
};

/* `@cast` `(` expression `,` string [`,` string] `)` */
static Expr *parse_cast(Parser *p, const AtOperator *o, Span start) {
        ExprTarget *e = expr_new(p->arena, Target, start);
        e->target = TARGET_CAST;
        Span open = parser_peek(p)->span;
        parser_expect(p, TOKEN_LPAREN, "after `@cast`");
        e->value = parse_expression(p);
        parser_expect(p, TOKEN_COMMA, "and the name of a type");
        e->name = parser_expect_string(p, "the name of a type as a string literal", NULL);
        if (parser_accept(p, TOKEN_COMMA))
                e->module = parser_expect_string(p, "a module or a header as a string literal", NULL);
        parser_expect_close(p, TOKEN_RPAREN, open);
        e->base.span = parser_span_from(p, start);
        return &e->base;
}

/* `@var` `(` string [`,` string] `)` */
static Expr *parse_var(Parser *p, const AtOperator *o, Span start) {
        ExprTarget *e = expr_new(p->arena, Target, start);
        e->target = TARGET_AT_VAR;
        Span open = parser_peek(p)->span;
        parser_expect(p, TOKEN_LPAREN, "after `@var`");
        e->name = parser_expect_string(p, "the name of a variable as a string literal", NULL);
        if (parser_accept(p, TOKEN_COMMA))
                e->module = parser_expect_string(p, "a module as a string literal", NULL);
        parser_expect_close(p, TOKEN_RPAREN, open);
        e->base.span = parser_span_from(p, start);
        return &e->base;
}

static Expr *parse_one(Parser *p, const AtOperator *o) {
        Span open = parser_peek(p)->span;
        parser_expect(p, TOKEN_LPAREN, arena_printf(p->arena, "after `%s`", o->name));
        Expr *operand = parse_expression(p);
        parser_expect_close(p, TOKEN_RPAREN, open);
        return operand;
}

/* `@defined` `(` expression `)` */
static Expr *parse_defined(Parser *p, const AtOperator *o, Span start) {
        ExprDefined *e = expr_new(p->arena, Defined, start);
        e->operand = parse_one(p, o);
        e->base.span = parser_span_from(p, start);
        return &e->base;
}

/* `@entry` `(` expression `)` */
static Expr *parse_entry(Parser *p, const AtOperator *o, Span start) {
        ExprEntry *e = expr_new(p->arena, Entry, start);
        e->operand = parse_one(p, o);
        e->base.span = parser_span_from(p, start);
        return &e->base;
}

static Expr *parse_stat_op(Parser *p, const AtOperator *o, Span start) {
        return stat_parse(p, o->name, start);
}

static Expr *parse_hist_op(Parser *p, const AtOperator *o, Span start) {
        return hist_parse_value(p, o->name, start);
}

/* s, a string literal; n, a name; r, a string or a number; e, an expression. In capitals: must be there. */
static bool check_arg(char kind, const Expr *e) {
        switch (kind) {
        case 's':
        case 'S':
                return e->kind == EXPR_STRING;
        case 'n':
        case 'N':
                return e->kind == EXPR_NAME;
        case 'R':
                return e->kind == EXPR_STRING || e->kind == EXPR_NUMBER;
        default:
                return true;
        }
}

static void check_args(Parser *p, const AtOperator *o, const ExprOperator *e) {
        size_t most = strlen(o->args), least = strcspn(o->args, "sne");
        if (e->args.n < least || e->args.n > most) {
                const char *count = least == most ? arena_printf(p->arena, "%zu", least) :
                                                    arena_printf(p->arena, "%zu to %zu", least, most);
                parser_report(p, DIAG_E0126, e->base.span, "`%s` takes %s argument%s, and is given %zu",
                              o->name, count, most == 1 ? "" : "s", e->args.n);
                return;
        }
        for (size_t i = 0; i < e->args.n; i++)
                if (!check_arg(o->args[i], e->args.items[i]))
                        parser_report(p, DIAG_E0126, e->args.items[i]->span, "`%s` takes %s here", o->name,
                                      strchr("sS", o->args[i]) ? "a string literal" :
                                      o->args[i] == 'R' ? "the number or the name of a register" : "a name");
}

/* @name [`(` args `)`] */
static Expr *parse_plain(Parser *p, const AtOperator *o, Span start) {
        ExprOperator *e = expr_new(p->arena, Operator, start);
        e->name = o->name;
        if (o->guru)
                parser_check_guru(p, start, arena_printf(p->arena, "`%s`", o->name));
        if (*o->args)
                parser_expect(p, TOKEN_LPAREN, arena_printf(p->arena, "after `%s`", o->name));
        if (*o->args || parser_accept(p, TOKEN_LPAREN))
                parse_args(p, &e->args);
        e->base.span = parser_span_from(p, start);
        if (!p->panic)
                check_args(p, o, e);
        return &e->base;
}

static const AtOperator operators[] = {
        { "@count", parse_stat_op },
        { "@sum", parse_stat_op },
        { "@min", parse_stat_op },
        { "@max", parse_stat_op },
        { "@avg", parse_stat_op },
        { "@variance", parse_stat_op },
        { "@hist_log", parse_hist_op },
        { "@hist_linear", parse_hist_op },
        { "@cast", parse_cast },
        { "@var", parse_var },
        { "@defined", parse_defined },
        { "@entry", parse_entry },
        { "@cast_sizeof", parse_plain, "Ss" },
        { "@cast_module_sizeof", parse_plain, "SS" },
        { "@probewrite", parse_plain, "N" },
        { "@const", parse_plain, "S", .guru = true },
        { "@enum", parse_plain, "Ss" },
        { "@enumname", parse_plain, "SEs" },
        { "@perf", parse_plain, "S" },
        { "@kregister", parse_plain, "R", .guru = true },
        { "@uregister", parse_plain, "R" },
        { "@kderef", parse_plain, "EE", .guru = true },
        { "@uderef", parse_plain, "EE" },
        { "@errno", parse_plain, "" },
};

static const AtOperator *find_operator(const char *name) {
        for (size_t i = 0; i < ELEMENTSOF(operators); i++)
                if (strcmp(operators[i].name, name) == 0)
                        return &operators[i];
        return NULL;
}

bool operator_is_reserved(const char *name) {
        return find_operator(name) || strcmp(name, "@define") == 0;
}

/* The operator or macro that was probably meant, or NULL. */
static const char *suggest(Parser *p, const char *name, Span span) {
        VEC(const char *) names = {};
        static const char in_macro[] = "macro ";
        bool expanded = span.expansion && strncmp(span.expansion->what, in_macro, strlen(in_macro)) == 0;
        const Macro *inside = expanded ? macro_find(&p->stream, span.expansion->what + strlen(in_macro))
                                       : NULL;
        for (size_t i = 0; inside && i < inside->params.n; i++)
                vec_push(p->arena, &names, inside->params.items[i]);
        for (size_t i = 0; i < ELEMENTSOF(operators); i++)
                vec_push(p->arena, &names, operators[i].name);
        strmap_foreach(macro, &p->stream.macros)
                vec_push(p->arena, &names, macro->key);
        if (p->options->macros)
                strmap_foreach(macro, &p->options->macros->macros)
                        vec_push(p->arena, &names, macro->key);
        return diag_suggest(name, names.items, names.n);
}

/* Macros of SystemTap that write pages for other programs. */
static bool is_exporter(const char *name) {
        static const char *const prefixes[] = { "@json_", "@prometheus_" };
        for (size_t i = 0; i < ELEMENTSOF(prefixes); i++)
                if (strncmp(name, prefixes[i], strlen(prefixes[i])) == 0)
                        return true;
        return false;
}

Expr *parse_operator(Parser *p) {
        Token t = parser_take(p);
        const AtOperator *o = find_operator(t.text);
        if (o)
                return o->parse(p, o, t.span);
        const char *near = suggest(p, t.text, t.span);
        Diag *diag = parser_fail(p, DIAG_E0120, t.span, "there is no operator or macro `%s`", t.text);
        if (is_exporter(t.text))
                diag_note(p->diags, diag, SPAN_NONE, "SystemTap has it, and this version of stapd does not: a script serves "
                          "no pages; stapctl run --json gives every print as an event");
        else if (near)
                diag_hint(p->diags, diag, "did you mean `%s`?", near);
        return &expr_new(p->arena, Number, t.span)->base;
}
