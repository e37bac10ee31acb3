/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where parsing goes on after an error. The aim is that the next message is about another mistake: what is
 * skipped costs a message that comes after the first one is mended, what is resumed too early costs one
 * that is wrong.
 */
#include "parse/parser.h"

bool parser_begins_declaration(TokenKind kind) {
        return kind == TOKEN_PROBE || kind == TOKEN_FUNCTION || kind == TOKEN_GLOBAL ||
               kind == TOKEN_PRIVATE;
}

bool parser_begins_statement(TokenKind kind) {
        switch (kind) {
        case TOKEN_IF:
        case TOKEN_WHILE:
        case TOKEN_FOR:
        case TOKEN_FOREACH:
        case TOKEN_RETURN:
        case TOKEN_NEXT:
        case TOKEN_BREAK:
        case TOKEN_CONTINUE:
        case TOKEN_DELETE:
        case TOKEN_TRY:
                return true;
        default:
                return false;
        }
}

/* Errors enough: nobody reads more, and each costs time. Leaves nothing to read. */
static bool give_up(Parser *p) {
        if (p->diags->n_errors < DIAG_MAX_ERRORS)
                return false;
        stream_stop(&p->stream);
        p->n_ahead = 0;
        return true;
}

/* What the skipping has gone through. */
typedef struct {
        bool progress;    /* a token was taken since what failed began */
        int braces;       /* `{` that are open */
        int nesting;      /* parentheses that were open when it began */
        TokenKind before; /* the token taken last */
} Skip;

static void skip_token(Parser *p, Skip *s) {
        s->before = parser_take_any(p).kind;
        s->braces += s->before == TOKEN_LBRACE;
        s->braces -= s->before == TOKEN_RBRACE;
        s->progress = true;
}

/* Names of members and of components may be keywords. */
static bool is_member(const Skip *s) {
        return s->before == TOKEN_DOT || s->before == TOKEN_ARROW;
}

/* Whether the next token may begin a statement, or ends the block. */
static bool is_resumable(Parser *p, const Skip *s) {
        const Token *t = parser_peek_any(p);
        if (s->braces > 0 || t->kind == TOKEN_ELSE || t->kind == TOKEN_CATCH)
                return false;
        if (t->kind == TOKEN_RBRACE)
                return true;
        if (!s->progress)
                return false;
        bool outside = p->nesting <= s->nesting;
        /* A semicolon in parentheses: of a `for (`, or the parenthesis was forgotten and the line ends. */
        if (s->before == TOKEN_RBRACE || (s->before == TOKEN_SEMICOLON && (outside || t->starts_line)))
                return true;
        return !is_member(s) && (parser_begins_statement(t->kind) || (t->starts_line && outside));
}

bool parser_recover_statement(Parser *p, unsigned taken_at_start, int nesting_at_start) {
        Skip s = { .progress = p->n_taken != taken_at_start, .nesting = nesting_at_start };
        if (give_up(p) || p->too_deep)
                return false;
        while (!is_resumable(p, &s)) {
                const Token *t = parser_peek_any(p);
                if (t->kind == TOKEN_END || (parser_begins_declaration(t->kind) && !is_member(&s)))
                        return false;
                skip_token(p, &s);
        }
        p->panic = false;
        p->nesting = nesting_at_start;
        return true;
}

void parser_recover_declaration(Parser *p, unsigned taken_at_start) {
        Skip s = { .progress = p->n_taken != taken_at_start };
        give_up(p);
        for (;; skip_token(p, &s)) {
                const Token *t = parser_peek_any(p);
                bool is_next = parser_begins_declaration(t->kind) && s.progress && !is_member(&s);
                bool is_mistake = t->fault && t->starts_line; /* another one, to be reported */
                bool is_beside = s.before == TOKEN_RBRACE && s.braces == 0 && t->starts_line;
                if (t->kind == TOKEN_END || is_next || is_mistake || is_beside)
                        break;
        }
        p->panic = p->too_deep = false;
        p->nesting = 0;
}
