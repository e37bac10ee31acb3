/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Conditionals: `%( condition %? tokens [%: tokens] %)`. The branch that does not count is dropped as it
 * stands: no macro in it is expanded, no definition taken, no fault in it reported.
 */
#include "parse/stream.h"

void stream_init(Stream *s, Arena *a, Diags *d, SourceFile *source, const ParseOptions *o) {
        *s = (Stream) { .arena = a, .diags = d, .options = o, .budget = PARSE_MAX_EXPANSION };
        lexer_init(&s->lexer, a, source, o, &s->budget);
}

void stream_stop(Stream *s) {
        s->frames.n = 0;
        s->has_unread = false;
        s->conditionals.n = 0;
        s->lexer.in_argument = false;
        s->lexer.input.pos = s->lexer.input.end;
}

static void no_end(Stream *s, Token *t, Span open) {
        if (!t->fault) /* an unterminated comment says more */
                stream_fault(s, t, DIAG_E0115, open, "this conditional has no end")
                                ->hint = "close it with `%)`";
        t->kind = TOKEN_END;
}

/* Drops tokens up to the `%:` (when one may come) or the `%)` of this level. False: the input ended. */
static bool skip_branch(Stream *s, Span open, bool stop_at_else, Token *t) {
        Token second = {}; /* a `%:` that is one too many */
        for (unsigned depth = 0;;) {
                frame_next(s, t);
                if (t->kind == TOKEN_END || (t->fault && t->fault->code == DIAG_E0111)) {
                        no_end(s, t, open);
                        return false;
                }
                if (depth == 0 && t->kind == TOKEN_PP_ELSE && stop_at_else)
                        return true;
                if (depth == 0 && t->kind == TOKEN_PP_ELSE && !second.fault) {
                        second = *t;
                        stream_fault(s, &second, DIAG_E0115, t->span, "a second `%%:` in this conditional");
                }
                if (depth == 0 && t->kind == TOKEN_PP_CLOSE)
                        break;
                depth += t->kind == TOKEN_PP_OPEN;
                depth -= t->kind == TOKEN_PP_CLOSE;
        }
        if (second.fault)
                *t = second;
        return !second.fault;
}

/* Behind a condition that is wrong at `bad`: to the end of its conditional, so that it is one error. */
static void skip_rest(Stream *s, Span open, const Token *bad) {
        const Span *at = &bad->span;
        bool closed = at->file && at->len == 2 && memcmp(at->file->text + at->offset, "%)", 2) == 0;
        Token skipped = {};
        if (!closed && skip_branch(s, open, /* stop_at_else= */ true, &skipped) &&
            skipped.kind == TOKEN_PP_ELSE)
                skip_branch(s, open, /* stop_at_else= */ false, &skipped);
}

/* `%(` has been read. False: *t is the token to go on with. */
static bool open_conditional(Stream *s, Token *t) {
        Span open = t->span;
        bool value, starts_line = t->starts_line;
        if (s->conditionals.n >= PARSE_MAX_DEPTH) {
                stream_fault(s, t, DIAG_E0110, open, "conditionals are nested more than %d deep",
                             PARSE_MAX_DEPTH);
                stream_stop(s);
                return false;
        }
        if (!condition_read(s, t, &value)) {
                skip_rest(s, open, t);
                t->starts_line = starts_line;
                return false;
        }
        if (value) {
                vec_push(s->arena, &s->conditionals, ((Conditional) { .span = open }));
                return true;
        }
        if (!skip_branch(s, open, /* stop_at_else= */ true, t))
                return false;
        if (t->kind == TOKEN_PP_ELSE)
                vec_push(s->arena, &s->conditionals, ((Conditional) { .span = open, .in_else = true }));
        return true;
}

/* `%:` or `%)` inside, or at the end, of the branch that counts. False: *t is the token to go on with. */
static bool leave_branch(Stream *s, Token *t) {
        if (s->conditionals.n == 0) {
                const char *name = token_kind_name(t->kind);
                stream_fault(s, t, DIAG_E0115, t->span, "%s without a `%%(` before it", name);
                return false;
        }
        if (t->kind == TOKEN_PP_ELSE && vec_last(&s->conditionals).in_else) {
                stream_fault(s, t, DIAG_E0115, t->span, "a second `%%:` in this conditional");
                return false;
        }
        Conditional c = vec_last(&s->conditionals);
        s->conditionals.n--;
        return t->kind == TOKEN_PP_CLOSE || skip_branch(s, c.span, /* stop_at_else= */ false, t);
}

void stream_next(Stream *s, Token *ret_token) {
        for (bool again = true; again;) {
                macro_next(s, ret_token);
                switch (ret_token->kind) {
                case TOKEN_PP_OPEN:
                        again = open_conditional(s, ret_token);
                        break;
                case TOKEN_PP_ELSE:
                case TOKEN_PP_CLOSE:
                        again = leave_branch(s, ret_token);
                        break;
                case TOKEN_PP_THEN:
                        stream_fault(s, ret_token, DIAG_E0115, ret_token->span,
                                     "`%%?` without a `%%(` before it");
                        return;
                case TOKEN_END:
                        if (s->conditionals.n > 0)
                                no_end(s, ret_token, vec_last(&s->conditionals).span);
                        s->conditionals.n = 0;
                        return;
                default:
                        return;
                }
        }
}
