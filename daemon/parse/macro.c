/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Macros: `@define name %( body %)` and `@define name(a, b) %( @a and @b %)`. One of a script counts in
 * that script; those of .stpm files, the library, count everywhere. What a script defines goes before.
 */
#include "parse/operator.h"
#include "parse/stream.h"

MacroLibrary *macro_library_new(Arena *a) {
        return arena_new0(a, MacroLibrary);
}

const Macro *macro_find(const Stream *s, const char *name) {
        const Macro *m = strmap_get(&s->macros, name);
        if (!m && s->options->macros)
                m = strmap_get(&s->options->macros->macros, name);
        return m;
}

Fault *stream_fault(Stream *s, Token *t, DiagCode code, Span span, const char *fmt, ...) {
        va_list ap;
        va_start(ap, fmt);
        Fault *fault = arena_new0(s->arena, Fault);
        *fault = (Fault) { .code = code, .span = span, .message = arena_vprintf(s->arena, fmt, ap) };
        va_end(ap);
        t->kind = TOKEN_BAD;
        t->fault = fault;
        return fault;
}

/* `(` name {`,` name} `)`, behind the `(`. */
static bool read_params(Stream *s, Macro *m, Token *t) {
        m->has_params = true;
        frame_next(s, t);
        while (t->kind != TOKEN_RPAREN) {
                if (t->kind != TOKEN_NAME && !token_is_keyword(t->kind))
                        break;
                vec_push(s->arena, &m->params, arena_printf(s->arena, "@%s", t->text));
                frame_next(s, t);
                if (t->kind != TOKEN_COMMA)
                        break;
                frame_next(s, t);
        }
        if (t->kind == TOKEN_RPAREN) {
                frame_next(s, t);
                return true;
        }
        if (t->kind != TOKEN_BAD)
                stream_fault(s, t, DIAG_E0116, t->span,
                             "expected `)` after the parameters of macro `%s`, found %s", m->name,
                             token_describe(s->arena, t));
        return false;
}

/* The tokens up to the `%)` that belongs to the `%(` at `open`. */
static bool read_body(Stream *s, Macro *m, Token *t) {
        Span open = t->span;
        for (unsigned depth = 1;;) {
                frame_next(s, t);
                depth += t->kind == TOKEN_PP_OPEN;
                depth -= t->kind == TOKEN_PP_CLOSE;
                if (depth == 0)
                        return true;
                if (t->kind == TOKEN_END) {
                        if (t->fault) /* an unterminated comment says more */
                                return false;
                        Fault *fault = stream_fault(s, t, DIAG_E0116, open,
                                                    "the body of macro `%s` has no end", m->name);
                        fault->hint = "close it with `%)`";
                        return false;
                }
                vec_push(s->arena, &m->body, *t);
        }
}

static bool check_name(Stream *s, const Macro *m, Token *t) {
        const Macro *known = strmap_get(&s->macros, m->name);
        if (known) {
                Fault *fault = stream_fault(s, t, DIAG_E0117, m->span, "macro `%s` is defined a second time",
                                            m->name);
                fault->note = "it is defined here";
                fault->note_span = known->span;
        } else if (operator_is_reserved(m->name)) {
                stream_fault(s, t, DIAG_E0117, m->span, "`%s` is an operator of the language", m->name);
        }
        return t->kind != TOKEN_BAD;
}

/* `@define` name [`(` params `)`] `%(` body `%)` */
bool macro_define(Stream *s, Token *t) {
        Macro *m = arena_new0(s->arena, Macro);
        frame_next(s, t);
        if (t->kind != TOKEN_NAME && !token_is_keyword(t->kind)) {
                frame_unread(s, t);
                if (t->kind != TOKEN_BAD)
                        stream_fault(s, t, DIAG_E0116, t->span,
                                     "expected the name of the macro after `@define`, found %s",
                                     token_describe(s->arena, t));
                return false;
        }
        m->span = t->span;
        m->name = arena_printf(s->arena, "@%s", t->text);
        frame_next(s, t);
        if (t->kind == TOKEN_LPAREN && !read_params(s, m, t))
                return false;
        if (t->kind != TOKEN_PP_OPEN) {
                if (t->kind != TOKEN_BAD)
                        stream_fault(s, t, DIAG_E0116, t->span,
                                     "expected `%%(` and the body of macro `%s`, found %s", m->name,
                                     token_describe(s->arena, t));
                return false;
        }
        if (!read_body(s, m, t) || !check_name(s, m, t))
                return false;
        strmap_put(s->arena, &s->macros, m->name, m);
        return true;
}

void macro_next(Stream *s, Token *ret_token) {
        for (;;) {
                frame_next(s, ret_token);
                if (ret_token->kind != TOKEN_AT)
                        return;
                const Macro *m = macro_find(s, ret_token->text);
                if (strcmp(ret_token->text, "@define") == 0) {
                        bool starts_line = ret_token->starts_line;
                        if (macro_define(s, ret_token))
                                continue;
                        ret_token->starts_line = starts_line;
                        return;
                }
                if (!m || !macro_expand(s, m, ret_token))
                        return;
        }
}
