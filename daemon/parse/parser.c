/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "parse/parser.h"

static const Token end_token = { .kind = TOKEN_END };

/* Turns a fault into a diagnostic. */
static void report_fault(Parser *p, const Fault *f) {
        Diag *diag = diag_add(p->diags, f->code, f->span, "%s", f->message);
        if (f->hint)
                diag_hint(p->diags, diag, "%s", f->hint);
        if (f->note_span.file)
                diag_note(p->diags, diag, f->note_span, "%s", f->note ?: "it is defined here");
}

static void fill(Parser *p, unsigned n) {
        while (p->n_ahead < n)
                stream_next(&p->stream, &p->ahead[p->n_ahead++]);
}

const Token *parser_peek(Parser *p) {
        fill(p, 1);
        Token *t = &p->ahead[0];
        if (t->fault && !p->panic) {
                report_fault(p, t->fault);
                t->fault = NULL;
                p->faulted = t->span;
                p->panic = t->kind == TOKEN_BAD || t->kind == TOKEN_END;
        }
        return p->panic ? &end_token : t;
}

const Token *parser_peek_second(Parser *p) {
        parser_peek(p);
        fill(p, 2);
        return p->panic ? &end_token : &p->ahead[1];
}

const Token *parser_peek_any(Parser *p) {
        fill(p, 1);
        return &p->ahead[0];
}

Token parser_take_any(Parser *p) {
        fill(p, 1);
        Token t = p->ahead[0];
        memmove(&p->ahead[0], &p->ahead[1], sizeof(Token) * (ELEMENTSOF(p->ahead) - 1));
        p->n_ahead--;
        p->n_taken++;
        p->last = t.kind == TOKEN_END ? p->last : t.span;
        p->nesting += t.kind == TOKEN_LPAREN || t.kind == TOKEN_LBRACKET;
        p->nesting -= t.kind == TOKEN_RPAREN || t.kind == TOKEN_RBRACKET;
        return t;
}

Token parser_take(Parser *p) {
        parser_peek(p);
        return p->panic ? end_token : parser_take_any(p);
}

bool parser_at(Parser *p, TokenKind kind) {
        return parser_peek(p)->kind == kind;
}

bool parser_accept(Parser *p, TokenKind kind) {
        if (parser_peek(p)->kind != kind)
                return false;
        parser_take(p);
        return true;
}

Diag *parser_report(Parser *p, DiagCode code, Span span, const char *fmt, ...) {
        if (p->panic)
                return NULL;
        va_list ap;
        va_start(ap, fmt);
        Diag *diag = diag_add(p->diags, code, span, "%s", arena_vprintf(p->arena, fmt, ap));
        va_end(ap);
        return diag;
}

Diag *parser_fail(Parser *p, DiagCode code, Span span, const char *fmt, ...) {
        static Diag nowhere;
        /* Of a token that is wrong in itself, that it is also out of place says nothing. */
        if (span.file && span.file == p->faulted.file && span.offset == p->faulted.offset)
                p->panic = true;
        if (p->panic)
                return memset(&nowhere, 0, sizeof(nowhere));
        va_list ap;
        va_start(ap, fmt);
        Diag *diag = diag_add(p->diags, code, span, "%s", arena_vprintf(p->arena, fmt, ap));
        va_end(ap);
        p->panic = true;
        return diag;
}

/* Where the next token stands; for the end of the script, right behind the last token. */
static Span found_span(Parser *p, const Token *t) {
        if (t->kind != TOKEN_END || !p->last.file)
                return t->span;
        Span span = p->last;
        span.offset += span.len;
        span.len = 0;
        return span;
}

Diag *parser_fail_expected(Parser *p, const char *what) {
        const Token *t = parser_peek(p);
        const char *word = t->kind == TOKEN_NAME ? t->text : "";
        Diag *d = parser_fail(p, DIAG_E0101, found_span(p, t), "expected %s, found %s", what,
                              token_describe(p->arena, t));
        if (strcmp(word, "and") == 0 || strcmp(word, "or") == 0)
                diag_hint(p->diags, d, "write `%s`", *word == 'a' ? "&&" : "||");
        return d;
}

bool parser_expect(Parser *p, TokenKind kind, const char *where) {
        if (parser_accept(p, kind))
                return true;
        const char *space = *where ? " " : "";
        parser_fail_expected(p, arena_printf(p->arena, "%s%s%s", token_kind_name(kind), space, where));
        return false;
}

bool parser_expect_close(Parser *p, TokenKind kind, Span open) {
        if (parser_accept(p, kind))
                return true;
        if (p->panic)
                return false;
        Diag *diag = parser_fail_expected(p, token_kind_name(kind));
        diag_note(p->diags, diag, open, "to close this one");
        return false;
}

const char *parser_expect_name(Parser *p, const char *what, Span *ret_span) {
        const Token *t = parser_peek(p);
        if (t->kind != TOKEN_NAME) {
                Diag *diag = parser_fail_expected(p, what);
                if (token_is_keyword(t->kind))
                        diag_hint(p->diags, diag, "`%s` is a keyword; choose another name", t->text);
                return NULL;
        }
        if (strchr(t->text, '$')) {
                parser_fail(p, DIAG_E0101, t->span, "expected %s, found `%s`: a name has no `$`", what,
                            t->text);
                return NULL;
        }
        if (ret_span)
                *ret_span = t->span;
        return parser_take(p).text;
}

/* string {string} */
const char *parser_expect_string(Parser *p, const char *what, Span *ret_span) {
        Span start = parser_peek(p)->span;
        if (!parser_at(p, TOKEN_STRING)) {
                parser_fail_expected(p, what);
                return "";
        }
        const char *text = parser_take(p).text;
        size_t len = strlen(text), cap = len;
        while (parser_at(p, TOKEN_STRING)) {
                const char *more = parser_take(p).text;
                size_t more_len = strlen(more);
                if (len + more_len >= cap) { /* doubling, or gluing many would cost their square */
                        cap = 2 * (len + more_len) + 1;
                        text = memcpy(arena_alloc(p->arena, cap + 1), text, len);
                }
                memcpy((char *) text + len, more, more_len + 1);
                len += more_len;
        }
        if (ret_span)
                *ret_span = parser_span_from(p, start);
        return text;
}

int64_t parser_expect_number(Parser *p, const char *what) {
        bool negative = parser_accept(p, TOKEN_SUB);
        if (!parser_at(p, TOKEN_NUMBER)) {
                parser_fail_expected(p, what);
                return 0;
        }
        int64_t value = parser_take(p).number;
        return negative ? (int64_t) -(uint64_t) value : value;
}

bool parser_enter(Parser *p) {
        if (p->depth++ < PARSE_MAX_DEPTH)
                return true;
        parser_fail(p, DIAG_E0110, found_span(p, parser_peek(p)), "nested more than %d deep",
                    PARSE_MAX_DEPTH);
        p->too_deep = true;
        return false;
}

void parser_leave(Parser *p) {
        p->depth--;
}

void parser_check_guru(Parser *p, Span span, const char *what) {
        if (p->options->guru)
                return;
        Diag *diag = parser_report(p, DIAG_E0121, span,
                                   "%s can do anything in the kernel: it needs guru mode", what);
        if (diag)
                diag_hint(p->diags, diag, "run with -g, if you trust the script");
}
