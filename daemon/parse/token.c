/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "parse/token.h"

#define MAX_DESCRIBED 40 /* bytes of a token that a message repeats */

static const char *const texts[_TOKEN_KIND_MAX] = {
#define X(kind, text) [TOKEN_##kind] = text,
        KEYWORDS(X)
        PUNCTUATION(X)
#undef X
};

static const char *const names[_TOKEN_KIND_MAX] = {
        [TOKEN_END] = "the end of the script",
        [TOKEN_BAD] = "an unknown character",
        [TOKEN_NAME] = "a name",
        [TOKEN_TARGET] = "a target variable",
        [TOKEN_AT] = "an @operator",
        [TOKEN_DOLLARS] = "`$`",
        [TOKEN_NUMBER] = "a number",
        [TOKEN_STRING] = "a string",
        [TOKEN_EMBEDDED] = "embedded C",
#define X(kind, text) [TOKEN_##kind] = "`" text "`",
        KEYWORDS(X)
        PUNCTUATION(X)
#undef X
};

const char *token_kind_name(TokenKind kind) {
        return names[kind];
}

const char *token_kind_text(TokenKind kind) {
        return texts[kind];
}

const char *token_describe(Arena *a, const Token *t) {
        switch (t->kind) {
        case TOKEN_NAME:
        case TOKEN_TARGET:
        case TOKEN_AT:
                return arena_printf(a, "`%.*s`", MAX_DESCRIBED, t->text);
        case TOKEN_NUMBER:
                return arena_printf(a, "the number %lld", (long long) t->number);
        default:
                return names[t->kind];
        }
}
