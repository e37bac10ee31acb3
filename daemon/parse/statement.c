/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "parse/parser.h"

/* One semicolon belongs to the statement before it; a second one is an empty statement. */
static void end_statement(Parser *p) {
        parser_accept(p, TOKEN_SEMICOLON);
}

/* Also where it should have ended: no statement begins with the keyword of a declaration. */
static bool at_block_end(Parser *p) {
        TokenKind kind = parser_peek(p)->kind;
        return kind == TOKEN_RBRACE || kind == TOKEN_END || parser_begins_declaration(kind);
}

static void close_block(Parser *p, Span open) {
        TokenKind kind = parser_peek(p)->kind;
        if (parser_accept(p, TOKEN_RBRACE) || p->panic)
                return;
        Diag *diag = parser_fail_expected(p, token_kind_name(TOKEN_RBRACE));
        diag_note(p->diags, diag, open, "to close this one");
        if (kind == TOKEN_GLOBAL || kind == TOKEN_FUNCTION || kind == TOKEN_PRIVATE)
                diag_hint(p->diags, diag,
                          "declarations stand outside of probes and functions; locals need none");
}

/* `{` {statement} `}` */
Stmt *parse_block(Parser *p, const char *what) {
        Span open = parser_peek(p)->span;
        StmtBlock *s = stmt_new(p->arena, Block, open);
        int nesting = p->nesting;
        if (!parser_accept(p, TOKEN_LBRACE)) {
                parser_fail_expected(p, what);
                return &s->base;
        }
        while (!at_block_end(p)) {
                unsigned taken = p->n_taken;
                p->nesting = nesting;
                Stmt *stmt = parse_statement(p);
                if (!p->panic)
                        vec_push(p->arena, &s->body, stmt);
                else if (!parser_recover_statement(p, taken, nesting))
                        break;
        }
        close_block(p, open);
        s->base.span = parser_span_from(p, open);
        return &s->base;
}

static Stmt *parse_plain_block(Parser *p) {
        Stmt *s = parse_block(p, "`{`");
        p->meant = NULL;
        return s;
}

/* `;` */
static Stmt *parse_empty(Parser *p) {
        return &stmt_new(p->arena, Empty, parser_take(p).span)->base;
}

/* `(` expression `)` */
static Expr *parse_condition(Parser *p, const char *where) {
        Span open = parser_peek(p)->span;
        parser_expect(p, TOKEN_LPAREN, where);
        Expr *e = parse_expression(p);
        parser_expect_close(p, TOKEN_RPAREN, open);
        return e;
}

/* `if` `(` expression `)` statement [`else` statement] */
static Stmt *parse_if(Parser *p) {
        StmtIf *s = stmt_new(p->arena, If, parser_take(p).span);
        s->condition = parse_condition(p, "after `if`");
        s->yes = parse_statement(p);
        /* `if (a) { b }; else c`: the semicolon ends nothing when an else follows. */
        if (parser_at(p, TOKEN_SEMICOLON) && parser_peek_second(p)->kind == TOKEN_ELSE)
                parser_take(p);
        if (parser_accept(p, TOKEN_ELSE))
                s->no = parse_statement(p);
        return &s->base;
}

Stmt *parse_loop_body(Parser *p) {
        p->loops++;
        Stmt *body = parse_statement(p);
        p->loops--;
        return body;
}

/* `while` `(` expression `)` statement */
static Stmt *parse_while(Parser *p) {
        StmtWhile *s = stmt_new(p->arena, While, parser_take(p).span);
        s->condition = parse_condition(p, "after `while`");
        s->body = parse_loop_body(p);
        return &s->base;
}

static Expr *parse_optional(Parser *p, TokenKind end) {
        return parser_at(p, end) ? NULL : parse_expression(p);
}

static void expect_start_end(Parser *p, const Expr *start) {
        if (start && start->kind == EXPR_IN && parser_at(p, TOKEN_RPAREN))
                diag_hint(p->diags, parser_fail_expected(p, "`;` after the start of the loop"),
                          "`foreach` goes through an array");
        else
                parser_expect(p, TOKEN_SEMICOLON, "after the start of the loop");
}

/* `for` `(` [expression] `;` [expression] `;` [expression] `)` statement */
static Stmt *parse_for(Parser *p) {
        StmtFor *s = stmt_new(p->arena, For, parser_take(p).span);
        Span open = parser_peek(p)->span;
        parser_expect(p, TOKEN_LPAREN, "after `for`");
        s->init = parse_optional(p, TOKEN_SEMICOLON);
        expect_start_end(p, s->init);
        s->condition = parse_optional(p, TOKEN_SEMICOLON);
        parser_expect(p, TOKEN_SEMICOLON, "after the condition of the loop");
        s->step = parse_optional(p, TOKEN_RPAREN);
        parser_expect_close(p, TOKEN_RPAREN, open);
        s->body = parse_loop_body(p);
        return &s->base;
}

static void check_loop(Parser *p, const Token *t) {
        if (p->loops > 0)
                return;
        Diag *diag = parser_report(p, DIAG_E0127, t->span, "`%s` outside of a loop", t->text);
        if (diag && p->meant)
                diag_hint(p->diags, diag, "did you mean `%s` before this block?", p->meant);
}

/* `next()` */
static void check_no_call(Parser *p, const Token *t) {
        if (!parser_at(p, TOKEN_LPAREN) || parser_peek_second(p)->kind != TOKEN_RPAREN)
                return;
        parser_take(p);
        parser_take(p);
        parser_report(p, DIAG_E0101, parser_span_from(p, t->span),
                      "`%s` is no function: it has no parentheses", t->text);
}

/* `break` */
static Stmt *parse_break(Parser *p) {
        Token t = parser_take(p);
        check_loop(p, &t);
        check_no_call(p, &t);
        end_statement(p);
        return &stmt_new(p->arena, Break, t.span)->base;
}

/* `continue` */
static Stmt *parse_continue(Parser *p) {
        Token t = parser_take(p);
        check_loop(p, &t);
        check_no_call(p, &t);
        end_statement(p);
        return &stmt_new(p->arena, Continue, t.span)->base;
}

/* `next` */
static Stmt *parse_next(Parser *p) {
        Token t = parser_take(p);
        check_no_call(p, &t);
        end_statement(p);
        return &stmt_new(p->arena, Next, t.span)->base;
}

/* `return` [expression] */
static Stmt *parse_return(Parser *p) {
        Token t = parser_take(p);
        if (!p->in_function) {
                Diag *diag = parser_report(p, DIAG_E0127, t.span, "`return` outside of a function");
                if (diag)
                        diag_hint(p->diags, diag, "`next` ends a probe");
        }
        StmtReturn *s = stmt_new(p->arena, Return, t.span);
        if (parser_at_expression(p))
                s->value = parse_expression(p);
        end_statement(p);
        return &s->base;
}

/* `delete` (name | name `[` keys `]`) */
static Stmt *parse_delete(Parser *p) {
        StmtDelete *s = stmt_new(p->arena, Delete, parser_take(p).span);
        p->star_allowed = true;
        s->target = parse_expression(p);
        p->star_allowed = false;
        if (s->target->kind != EXPR_NAME && s->target->kind != EXPR_INDEX)
                parser_report(p, DIAG_E0123, s->target->span,
                              "`delete` takes a variable, an array or an element of one");
        end_statement(p);
        return &s->base;
}

static ExprName *parse_catch_name(Parser *p) {
        Span open = parser_take(p).span, span = open;
        const char *name = parser_expect_name(p, "the name of a variable for the error", &span);
        ExprName *e = expr_new(p->arena, Name, span);
        e->name = name ?: "";
        parser_expect_close(p, TOKEN_RPAREN, open);
        return e;
}

/* `try` block `catch` [`(` name `)`] block */
static Stmt *parse_try(Parser *p) {
        StmtTry *s = stmt_new(p->arena, Try, parser_take(p).span);
        s->body = parse_block(p, "`{` after `try`");
        parser_expect(p, TOKEN_CATCH, "after the block of `try`");
        bool named = parser_at(p, TOKEN_LPAREN);
        if (named)
                s->variable = parse_catch_name(p);
        s->handler = parse_block(p, named ? "`{` after `catch (...)`" : "`{` or `(` after `catch`");
        return &s->base;
}

/* `%{` C `%}` */
static Stmt *parse_embedded(Parser *p) {
        Token t = parser_take(p);
        parser_check_guru(p, t.span, "embedded C");
        StmtEmbedded *s = stmt_new(p->arena, Embedded, t.span);
        s->code = t.text;
        s->code_span = t.span;
        end_statement(p);
        return &s->base;
}

/* `else` | `catch`, which belong to a statement that is not there */
static Stmt *parse_stray(Parser *p) {
        const Token *t = parser_peek(p);
        const char *before = t->kind == TOKEN_ELSE ? "if" : "try";
        parser_fail(p, DIAG_E0101, t->span, "there is no `%s` for this `%s`", before, t->text);
        return &stmt_new(p->arena, Empty, t->span)->base;
}

/* Statements of C that the language does not have. */
static const struct { const char *name, *instead; } foreign[] = {
        { "switch", "use `if` and `else if`" },
        { "do", "`while` looks before each turn: use it, or `while (1)` with `break`" },
};

/* `word {` and `word (...) {` are two statements, which nobody writes who does not mean a third. */
static void check_block_word(Parser *p, Expr *e) {
        static const char *const loops[] = { "while", "for", "foreach" };
        const ExprCall *call = expr_as(Call, e);
        const ExprName *alone = expr_as(Name, e);
        const char *name = call ? call->name : alone ? alone->name : NULL;
        for (size_t i = 0; name && i < ELEMENTSOF(foreign); i++)
                if (strcmp(name, foreign[i].name) == 0) {
                        Diag *diag = parser_fail(p, DIAG_E0101, e->span, "the language has no `%s`", name);
                        diag_hint(p->diags, diag, "%s", foreign[i].instead);
                        return;
                }
        p->meant = call && strlen(name) > 2 ? diag_suggest(name, loops, ELEMENTSOF(loops)) : NULL;
}

/* expression */
static Stmt *parse_expression_statement(Parser *p) {
        StmtExpr *s = stmt_new(p->arena, Expr, parser_peek(p)->span);
        s->expr = parse_expression(p);
        if (parser_at(p, TOKEN_LBRACE) && !p->panic)
                check_block_word(p, s->expr);
        end_statement(p);
        return &s->base;
}

static Stmt *(*const statements[_TOKEN_KIND_MAX])(Parser *p) = {
        [TOKEN_LBRACE] = parse_plain_block,
        [TOKEN_SEMICOLON] = parse_empty,
        [TOKEN_IF] = parse_if,
        [TOKEN_WHILE] = parse_while,
        [TOKEN_FOR] = parse_for,
        [TOKEN_FOREACH] = parse_foreach,
        [TOKEN_BREAK] = parse_break,
        [TOKEN_CONTINUE] = parse_continue,
        [TOKEN_NEXT] = parse_next,
        [TOKEN_RETURN] = parse_return,
        [TOKEN_DELETE] = parse_delete,
        [TOKEN_TRY] = parse_try,
        [TOKEN_EMBEDDED] = parse_embedded,
        [TOKEN_ELSE] = parse_stray,
        [TOKEN_CATCH] = parse_stray,
};

/* statement = block | `;` | if | while | for | foreach | break | continue | next | return | delete | try |
 *             embedded C | expression; each but a block may have a `;` behind it */
Stmt *parse_statement(Parser *p) {
        Span start = parser_peek(p)->span;
        Stmt *(*parse)(Parser *p) = statements[parser_peek(p)->kind] ?: parse_expression_statement;
        p->height = 0;
        Stmt *s = parser_enter(p) ? parse(p) : &stmt_new(p->arena, Empty, start)->base;
        parser_leave(p);
        s->span = parser_span_from(p, start);
        return s;
}
