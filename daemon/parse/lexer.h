/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * Bytes to tokens, and script arguments: `$1` pastes the characters of the first argument where a token
 * begins, `@1` is the argument as a string, `$#` and `@#` are the number of them. Mistakes are faults of
 * the tokens (token.h).
 */
#include "parse/parse.h"
#include "parse/token.h"

/* The text that is being read: the file, or an argument that stands in it. */
typedef struct {
        SourceFile *file;
        const char *text;
        uint32_t pos, end;
        const Expansion *expansion; /* arguments: the place of the `$1` */
} Input;

typedef struct Lexer {
        Arena *arena;
        const ParseOptions *options;
        Input input, outer; /* outer: the file, while `input` is an argument */
        bool in_argument;
        bool starts_line;
        SourceFile **arguments; /* an argument's text as a source, made at its first use */
        bool *args_used;        /* n_args of them: those that the script asks for */
        uint8_t first[128];     /* by first character: where its operators stand in the table */
        unsigned *budget;       /* tokens that arguments may still bring in */
} Lexer;

void lexer_init(Lexer *l, Arena *a, SourceFile *source, const ParseOptions *o, unsigned *budget);
void lexer_next(Lexer *l, Token *ret_token);

/* ------------------------------------------------------------------ shared by the files of the lexer */

static inline char input_peek(const Input *in, uint32_t ahead) {
        return in->end - in->pos > ahead ? in->text[in->pos + ahead] : '\0';
}

static inline bool is_name_start(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static inline bool is_digit(char c) {
        return c >= '0' && c <= '9';
}

/* Letters of a name after the first; `$` is one of them, for `$x$` and `name$$`. */
static inline bool is_name_char(char c) {
        return is_name_start(c) || is_digit(c) || c == '$';
}

/* From `start` to where the input stands now. */
Span lexer_span(const Lexer *l, uint32_t start);
/* Sets the token's fault. */
void lexer_fault(Lexer *l, Token *t, DiagCode code, Span span, const char *hint, const char *fmt, ...)
                __attribute__((format(printf, 6, 7)));

/* literal.c: the input stands at the first digit, or at the quote. */
void lexer_number(Lexer *l, Token *ret_token);
void lexer_string(Lexer *l, Token *ret_token);

/* argument.c: true when the input stood at an argument; then either *ret_token is made and *ret_pasted is
 * false, or the argument's text is now the input. */
bool lexer_argument(Lexer *l, Token *ret_token, bool *ret_pasted);
