/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Expansion without copies. Reading `@name` pushes a frame that yields the tokens of its body; reading
 * `@param` in that body pushes a frame that yields the tokens of the argument. Arguments are taken where the
 * call stands, with the parameters of the surrounding macro already replaced, so an argument needs no scope
 * of its own: what it names is what its caller sees.
 */
#include "parse/stream.h"

/* A fault that also points to where the macro is defined. */
#define macro_fault(s, t, macro, code, where, ...) \
        (stream_fault((s), (t), (code), (where), __VA_ARGS__)->note_span = (macro)->span)

/* The call of `m` in its own body, when that is being read: the outermost one, so that the chain which the
 * message shows is short. */
static const Expansion *find_recursion(const Stream *s, const Macro *m) {
        const Frame *outer = NULL;
        for (const Frame *f = s->frames.items; m && f < s->frames.items + s->frames.n; f++) {
                if (f->macro != m)
                        continue;
                if (outer)
                        return f->expansion;
                outer = f;
        }
        return NULL;
}

/*
 * An expansion that never ends goes through the limit of depth; asking earlier whether the macro is being
 * read would be wrong about `@f(@f(1))`, where the inner one comes from an argument. Afterwards all that is
 * still to be read of the outermost call is dropped: it may be 2^200 tokens.
 */
static bool frame_push(Stream *s, Frame frame, Token *t) {
        if (s->frames.n < PARSE_MAX_DEPTH) {
                vec_push(s->arena, &s->frames, frame);
                return true;
        }
        const Macro *m = frame.macro ?: vec_last(&s->frames).macro; /* an argument: whose it is */
        const Expansion *call = find_recursion(s, m);
        if (call)
                macro_fault(s, t, m, DIAG_E0118, call->from, "macro `%s` expands to itself", m->name);
        else
                stream_fault(s, t, DIAG_E0110, t->span, "macros are nested more than %d deep",
                             PARSE_MAX_DEPTH);
        s->frames.n = 0;
        return false;
}

/* The argument that stands for this token in the frame's macro, or NULL. */
static const TokenVec *find_argument(const Frame *f, const Token *t) {
        if (t->kind != TOKEN_AT || !f->macro)
                return NULL;
        for (size_t i = 0; i < f->macro->params.n; i++)
                if (strcmp(f->macro->params.items[i], t->text) == 0)
                        return &f->args[i];
        return NULL;
}

static bool take_budget(Stream *s, Token *t) {
        if (s->budget > 0) {
                s->budget--;
                return true;
        }
        Span span = t->span;
        stream_stop(s);
        stream_fault(s, t, DIAG_E0111, span, "macros and arguments bring in more than %u tokens",
                     PARSE_MAX_EXPANSION);
        return false;
}

void frame_unread(Stream *s, const Token *t) {
        s->unread = *t;
        s->has_unread = true;
}

void frame_next(Stream *s, Token *ret_token) {
        if (s->has_unread) {
                *ret_token = s->unread;
                s->has_unread = false;
                return;
        }
        while (s->frames.n > 0) {
                Frame *f = &vec_last(&s->frames);
                if (f->pos == f->tokens->n) {
                        s->frames.n--;
                        continue;
                }
                *ret_token = f->tokens->items[f->pos++];
                if (!ret_token->span.expansion)
                        ret_token->span.expansion = f->expansion;
                if (!take_budget(s, ret_token))
                        return;
                const TokenVec *arg = find_argument(f, ret_token);
                if (!arg)
                        return;
                if (!frame_push(s, (Frame) { .tokens = arg }, ret_token))
                        return;
        }
        lexer_next(&s->lexer, ret_token);
}

static int nesting_of(TokenKind kind) {
        switch (kind) {
        case TOKEN_LPAREN:
        case TOKEN_LBRACKET:
        case TOKEN_LBRACE:
        case TOKEN_PP_OPEN:
                return 1;
        case TOKEN_RPAREN:
        case TOKEN_RBRACKET:
        case TOKEN_RBRACE:
        case TOKEN_PP_CLOSE:
                return -1;
        default:
                return 0;
        }
}

/* A limit has been reached on the way: what is read from here on is not what the script means. */
static bool is_overflow(const Token *t) {
        return t->fault && (t->fault->code == DIAG_E0110 || t->fault->code == DIAG_E0111 ||
                            t->fault->code == DIAG_E0118);
}

/* `(` [tokens {`,` tokens}] `)`: one vector for each argument. */
static bool read_args(Stream *s, const Macro *m, Token *call, TokenVec *args) {
        size_t n = 0;
        bool any = m->params.n > 0; /* `@f()`: one empty argument, but none when there is no parameter */
        Token t;
        for (int depth = 0;; any = true) {
                frame_next(s, &t);
                if (t.kind == TOKEN_END || is_overflow(&t)) {
                        Fault *fault = stream_fault(s, call, DIAG_E0119, call->span,
                                                    "the arguments of `%s` have no end", m->name);
                        if (t.fault)
                                *fault = *t.fault;
                        return false;
                }
                if (depth == 0 && t.kind == TOKEN_RPAREN)
                        break;
                depth += nesting_of(t.kind);
                if (depth == 0 && t.kind == TOKEN_COMMA)
                        n++;
                else if (n < m->params.n)
                        vec_push(s->arena, &args[n], t);
        }
        n += any;
        if (n != m->params.n)
                macro_fault(s, call, m, DIAG_E0119, call->span,
                            "`%s` takes %zu argument%s, and is given %zu", m->name, m->params.n,
                            m->params.n == 1 ? "" : "s", n);
        return n == m->params.n;
}

static const Expansion *expansion_new(Stream *s, const Macro *m, Span from) {
        Expansion *e = arena_new0(s->arena, Expansion);
        e->what = arena_printf(s->arena, "macro %s", m->name);
        e->from = from;
        return e;
}

bool macro_expand(Stream *s, const Macro *m, Token *call) {
        TokenVec *args = NULL;
        if (m->has_params) {
                Token open;
                frame_next(s, &open);
                if (is_overflow(&open)) {
                        *call = open;
                        return false;
                }
                if (open.kind != TOKEN_LPAREN) {
                        frame_unread(s, &open);
                        macro_fault(s, call, m, DIAG_E0119, call->span,
                                    "`%s` takes arguments: expected `(` after it", m->name);
                        return false;
                }
                args = arena_array(s->arena, TokenVec, m->params.n);
                if (!read_args(s, m, call, args))
                        return false;
        }
        Frame frame = {
                .tokens = &m->body, .macro = m, .args = args, .expansion = expansion_new(s, m, call->span)
        };
        return frame_push(s, frame, call);
}
