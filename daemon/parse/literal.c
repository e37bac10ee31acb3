/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Numbers and strings: the tokens with a value. */
#include <errno.h>
#include "lang/text.h"
#include "parse/lexer.h"

static const char *number_mistake(const char *s, const char *end, bool overflow) {
        if (overflow)
                return "does not fit in 64 bits";
        if (s[0] == '0' && (s[1] == 'x' || s[1] == 'X'))
                return "is not a hexadecimal number";
        if (s[0] == '0' && is_digit(*end))
                return "is not an octal number, which the leading 0 makes it";
        return "is not a number";
}

/* Decimal, 0x hexadecimal or 0 octal. Up to 2^64 - 1; the upper half wraps to the negative numbers. */
void lexer_number(Lexer *l, Token *ret_token) {
        Input *in = &l->input;
        uint32_t start = in->pos;
        while (is_name_start(input_peek(in, 0)) || is_digit(input_peek(in, 0)))
                in->pos++;
        uint32_t len = in->pos - start;
        char digits[80] = "";
        memcpy(digits, in->text + start, MIN2((size_t) len, sizeof(digits) - 1));

        char *end;
        errno = 0;
        unsigned long long value = strtoull(digits, &end, /* base= */ 0);
        bool overflow = errno == ERANGE || len >= sizeof(digits);
        ret_token->kind = TOKEN_NUMBER;
        ret_token->number = (int64_t) value;
        if (*end || overflow)
                lexer_fault(l, ret_token, DIAG_E0106, lexer_span(l, start), NULL, "`%s` %s", digits,
                            number_mistake(digits, end, overflow));
}

/* A number of up to `max` digits of `base`. */
static unsigned char escape_number(Input *in, unsigned base, unsigned max) {
        unsigned value = 0;
        for (unsigned i = 0; i < max; i++) {
                char c = input_peek(in, 0);
                unsigned digit = is_digit(c)              ? (unsigned) (c - '0')
                                 : c >= 'a' && c <= 'f' ? (unsigned) (c - 'a' + 10)
                                 : c >= 'A' && c <= 'F' ? (unsigned) (c - 'A' + 10)
                                                          : base;
                if (digit >= base)
                        break;
                value = value * base + digit;
                in->pos++;
        }
        return (unsigned char) value;
}

static bool is_hex_digit(char c) {
        return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/* The input stands behind the backslash. An unknown escape is the character itself. */
static char lex_escape(Input *in) {
        static const char letters[128] = {
                ['a'] = '\a', ['b'] = '\b', ['t'] = '\t', ['n'] = '\n',
                ['v'] = '\v', ['f'] = '\f', ['r'] = '\r',
        };
        char c = input_peek(in, 0);
        if (c >= '0' && c <= '7')
                return (char) escape_number(in, 8, 3);
        in->pos++;
        if (c == 'x' && is_hex_digit(input_peek(in, 0)))
                return (char) escape_number(in, 16, 2);
        return (unsigned char) c < sizeof(letters) && letters[(unsigned char) c] ?
                               letters[(unsigned char) c] :
                               c;
}

/* The bytes of the literal as they stand in the script: escapes may make any byte, the script itself not. */
static void check_encoding(Lexer *l, Token *t, uint32_t start) {
        const char *s = l->input.text + start;
        uint32_t len = l->input.pos - start, at = 0;
        for (unsigned n = 1; at < len && n > 0; at += n)
                n = utf8_char_len(s + at, len - at);
        if (at == len)
                return;
        Span span = { l->input.file, start + at, 1, l->input.expansion };
        unsigned char byte = (unsigned char) s[at];
        const char *hint = arena_printf(l->arena, "write it as `\\x%02x`, or save the script as UTF-8",
                                        byte);
        lexer_fault(l, t, DIAG_E0107, span, hint, "the byte 0x%02x in this string is not UTF-8", byte);
}

/* Where the literal ends: at its quote, at the end of its line (also behind a backslash), or at the end of
 * the input. */
static uint32_t find_string_end(const Input *in) {
        uint32_t at = in->pos;
        while (at < in->end && in->text[at] != '"' && in->text[at] != '\n')
                at += in->text[at] == '\\' && at + 1 < in->end && in->text[at + 1] != '\n' ? 2 : 1;
        return at;
}

/* "...", on one line. The value ends at its first NUL, like any string of the language. */
void lexer_string(Lexer *l, Token *ret_token) {
        Input *in = &l->input;
        uint32_t start = in->pos++, end = find_string_end(in), len = 0;
        char *value = arena_alloc(l->arena, end - in->pos + 1);
        while (in->pos < end) {
                char c = in->text[in->pos++];
                value[len++] = c == '\\' && in->pos < end ? lex_escape(in) : c;
        }
        ret_token->kind = TOKEN_STRING;
        ret_token->text = value;
        if (input_peek(in, 0) == '"') {
                in->pos++;
                check_encoding(l, ret_token, start);
                return;
        }
        ret_token->kind = TOKEN_BAD;
        lexer_fault(l, ret_token, DIAG_E0103, lexer_span(l, start),
                    "close it with `\"`, or write a line end as `\\n`",
                    "this string has no end on its line");
}
