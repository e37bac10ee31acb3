/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * What the files of the grammar share: the tokens ahead, errors and recovery.
 *
 * An error puts the parser into panic. While it lasts, every token looks like the end of the script and
 * further errors are not reported, so all parse functions come back by themselves, with some node in their
 * hands. Who knows a place to go on from (a statement, a declaration) skips to it and ends the panic.
 */
#include "parse/stream.h"

/* The highest tree that the parser makes: long chains `a + b + c ...` lean to the left without nesting, and
 * everybody who walks the tree recurses on them. */
#define PARSE_MAX_HEIGHT 1000
/* Probe points that the braces of one probe may multiply to. */
#define PARSE_MAX_POINTS 4096

typedef struct Parser {
        Arena *arena;
        Diags *diags;
        const ParseOptions *options;
        Stream stream;
        File *file;
        Token ahead[3];
        unsigned n_ahead;
        Span last;          /* of the token taken last */
        Span faulted;       /* of the token whose fault was reported last */
        bool panic;
        bool too_deep;      /* the panic is about depth: statements further in would only repeat it */
        unsigned n_taken;   /* tokens so far: has there been progress? */
        unsigned depth;     /* nested parse functions that count */
        unsigned height;    /* of the highest expression since it was last set */
        int nesting;        /* parentheses and brackets that are open */
        bool in_function;
        bool hist_allowed;  /* the next histogram may stand as it is */
        bool star_allowed;  /* the next index may hold `*` */
        unsigned loops;     /* around the statement */
        const char *meant;  /* the loop that the word before this block looks like */
} Parser;

/* The next token, and the one after it. */
const Token *parser_peek(Parser *p);
const Token *parser_peek_second(Parser *p);
Token parser_take(Parser *p);
bool parser_at(Parser *p, TokenKind kind);
/* Takes the token when it is of this kind. */
bool parser_accept(Parser *p, TokenKind kind);
/* Takes it, or reports that it was expected `where` ("after the condition"; "" for nothing more). */
bool parser_expect(Parser *p, TokenKind kind, const char *where);
/* The closing half of a pair; the error points back at `open`. */
bool parser_expect_close(Parser *p, TokenKind kind, Span open);
/* A plain name; NULL after an error. `what`: "the name of the function". */
const char *parser_expect_name(Parser *p, const char *what, Span *ret_span);
/* One or more string literals, put together; "" after an error. */
const char *parser_expect_string(Parser *p, const char *what, Span *ret_span);
/* [`-`] number. */
int64_t parser_expect_number(Parser *p, const char *what);

/* An error that ends what is being parsed. */
Diag *parser_fail(Parser *p, DiagCode code, Span span, const char *fmt, ...)
                __attribute__((format(printf, 4, 5)));
/* "expected `what`, found ..." at the next token. */
Diag *parser_fail_expected(Parser *p, const char *what);
/* An error that does not: the tree is well formed. NULL while in panic. */
Diag *parser_report(Parser *p, DiagCode code, Span span, const char *fmt, ...)
                __attribute__((format(printf, 4, 5)));

/* Guards recursion; false: too deep, reported. Pairs with parser_leave() in either case. */
bool parser_enter(Parser *p);
void parser_leave(Parser *p);

/* The same in panic, for recovery alone. */
const Token *parser_peek_any(Parser *p);
Token parser_take_any(Parser *p);

/* Ends the panic at a place where a statement may begin, or at the `}` of its block. True when there is
 * one before the next declaration. */
bool parser_recover_statement(Parser *p, unsigned taken_at_start, int nesting_at_start);
/* Ends the panic where a declaration begins, or at the end. */
void parser_recover_declaration(Parser *p, unsigned taken_at_start);

/* `probe`, `function`, `global`, `private`: no statement has them but as the name of a member. */
bool parser_begins_declaration(TokenKind kind);
/* `if`, `while` ...: the keywords that a statement begins with. */
bool parser_begins_statement(TokenKind kind);
/* Whether the next token may begin an expression. */
bool parser_at_expression(Parser *p);
/* Does an operator between two operands come next? */
bool parser_at_infix(Parser *p);

static inline Span parser_span_from(Parser *p, Span start) {
        return span_join(start, p->last);
}

/* ------------------------------------------------------------------ the grammar, by file */

Expr *parse_expression(Parser *p);                       /* expr.c */
Expr *parse_unary_operand(Parser *p);                    /* expr.c: what `&` stands before */
Expr *parse_primary(Parser *p);                          /* primary.c */
void parse_args(Parser *p, ExprVec *args);               /* primary.c: up to and with `)` */
void parse_keys(Parser *p, ExprVec *keys);               /* primary.c: up to and with `]` */
Expr *parse_postfix(Parser *p, Expr *e);                 /* target.c: -> [] $ */
Expr *parse_address_of(Parser *p);                       /* target.c */
Expr *parse_target(Parser *p);                           /* target.c: $x */
Expr *parse_print(Parser *p);                            /* print.c */
bool print_is_name(const char *name);                    /* print.c */
Expr *parse_operator(Parser *p);                         /* operator.c: @name(...) */
Expr *parse_hist(Parser *p);                             /* stat.c: wherever one may stand */
Expr *parse_array(Parser *p);                            /* stat.c: behind `in`: a name, or a histogram */
bool parser_at_hist(Parser *p);                          /* stat.c */
Stmt *parse_statement(Parser *p);                        /* statement.c */
Stmt *parse_block(Parser *p, const char *what);          /* statement.c */
Stmt *parse_foreach(Parser *p);                          /* foreach.c */
Stmt *parse_loop_body(Parser *p);                        /* statement.c */
void parse_probe_points(Parser *p, ProbePointVec *points); /* probepoint.c: one, or what its braces make */
void parse_probe(Parser *p);                             /* probe.c */
void parse_declaration(Parser *p);                       /* declare.c */
void parse_function(Parser *p, Span start, bool is_private); /* function.c */
/* Reports embedded C where guru mode is not on. */
void parser_check_guru(Parser *p, Span span, const char *what); /* parser.c */
