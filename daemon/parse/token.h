/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * Tokens, in one table each. The lexer takes the longest operator that fits, so that within one first
 * character the longer ones stand first.
 */
#include <stdbool.h>
#include "diag/diag.h"

#define KEYWORDS(X)                                                                                     \
        X(PROBE, "probe") X(GLOBAL, "global") X(PRIVATE, "private") X(FUNCTION, "function")             \
        X(IF, "if") X(ELSE, "else") X(FOR, "for") X(FOREACH, "foreach") X(IN, "in") X(LIMIT, "limit")   \
        X(RETURN, "return") X(DELETE, "delete") X(WHILE, "while") X(BREAK, "break")                     \
        X(CONTINUE, "continue") X(NEXT, "next") X(STRING_TYPE, "string") X(LONG_TYPE, "long")           \
        X(TRY, "try") X(CATCH, "catch")

#define PUNCTUATION(X)                                                                                  \
        X(LPAREN, "(") X(RPAREN, ")") X(LBRACKET, "[") X(RBRACKET, "]") X(LBRACE, "{") X(RBRACE, "}")   \
        X(COMMA, ",") X(SEMICOLON, ";") X(QUESTION, "?") X(COLON, ":") X(BITNOT, "~")                   \
        X(SHL_ASSIGN, "<<=") X(STAT_ADD, "<<<") X(SHL, "<<") X(LE, "<=") X(LT, "<")                     \
        X(USHR_ASSIGN, ">>>=") X(USHR, ">>>") X(SHR_ASSIGN, ">>=") X(SHR, ">>") X(GE, ">=") X(GT, ">")  \
        X(EQ, "==") X(MATCH, "=~") X(ASSIGN, "=") X(NE, "!=") X(NOT_MATCH, "!~") X(NOT, "!")            \
        X(INCREMENT, "++") X(ADD_ASSIGN, "+=") X(ADD, "+")                                              \
        X(DECREMENT, "--") X(SUB_ASSIGN, "-=") X(ARROW, "->") X(SUB, "-")                               \
        X(MUL_ASSIGN, "*=") X(MUL, "*") X(DIV_ASSIGN, "/=") X(DIV, "/")                                 \
        X(PP_OPEN, "%(") X(PP_THEN, "%?") X(PP_ELSE, "%:") X(PP_CLOSE, "%)")                            \
        X(MOD_ASSIGN, "%=") X(MOD, "%") X(LAND, "&&") X(AND_ASSIGN, "&=") X(AND, "&")                   \
        X(LOR, "||") X(OR_ASSIGN, "|=") X(OR, "|") X(XOR_ASSIGN, "^=") X(XOR, "^")                      \
        X(CONCAT_ASSIGN, ".=") X(DOT, ".")

typedef enum TokenKind {
        TOKEN_END,      /* of the input; for ever */
        TOKEN_BAD,      /* its fault says why */
        TOKEN_NAME,     /* name; also with `$` behind it: pretty printing */
        TOKEN_TARGET,   /* $name, $$name, with its dollars on both sides */
        TOKEN_AT,       /* @name: an operator or a macro */
        TOKEN_DOLLARS,  /* `$` or `$$` alone: pretty printing after `]` or `)` */
        TOKEN_NUMBER,
        TOKEN_STRING,
        TOKEN_EMBEDDED, /* %{ C %} */
#define X(kind, text) TOKEN_##kind,
        KEYWORDS(X)
        PUNCTUATION(X)
#undef X
        _TOKEN_KIND_MAX,
} TokenKind;

/*
 * A mistake inside a token. It becomes a diagnostic only when the grammar comes to the token: what stands
 * in a branch that a conditional leaves out may be of another version of the language.
 */
typedef struct {
        DiagCode code;
        Span span;
        const char *message;
        const char *hint; /* or NULL */
        Span note_span;   /* where `note` points to; a file in it: there is a note */
        const char *note; /* NULL: "it is defined here" */
} Fault;

typedef struct {
        TokenKind kind;
        bool starts_line; /* nothing but blanks before it on its line */
        Span span;
        union {
                const char *text; /* names: interned; strings: escapes done; embedded: the C */
                int64_t number;
        };
        const Fault *fault; /* or NULL */
} Token;

typedef VEC(Token) TokenVec;

static inline bool token_is_keyword(TokenKind kind) {
        return kind >= TOKEN_PROBE && kind <= TOKEN_CATCH;
}

/* "`(`", "a number" ...: the kind for "expected ...". */
const char *token_kind_name(TokenKind kind);
/* The operator's or keyword's spelling; NULL for the others. */
const char *token_kind_text(TokenKind kind);
/* What was found, for "found ...". */
const char *token_describe(Arena *a, const Token *t);
