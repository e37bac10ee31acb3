/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lang/text.h"

/* Lead bytes: what they say of the length, and the smallest code point that needs it (no overlong forms). */
static unsigned lead_length(unsigned char c, uint32_t *ret_bits, uint32_t *ret_least) {
        static const struct {
                unsigned char mask, value, len;
                uint32_t least;
        } leads[] = {
                { 0x80, 0x00, 1, 0 },
                { 0xe0, 0xc0, 2, 0x80 },
                { 0xf0, 0xe0, 3, 0x800 },
                { 0xf8, 0xf0, 4, 0x10000 },
        };
        for (size_t i = 0; i < ELEMENTSOF(leads); i++)
                if ((c & leads[i].mask) == leads[i].value) {
                        *ret_bits = c & (unsigned char) ~leads[i].mask;
                        *ret_least = leads[i].least;
                        return leads[i].len;
                }
        return 0;
}

unsigned utf8_char_len(const char *s, size_t len) {
        uint32_t c, least;
        if (len == 0)
                return 0;
        unsigned n = lead_length((unsigned char) s[0], &c, &least);
        if (n == 0 || n > len)
                return 0;
        for (unsigned i = 1; i < n; i++) {
                if ((s[i] & 0xc0) != 0x80)
                        return 0;
                c = c << 6 | (s[i] & 0x3f);
        }
        bool is_surrogate = c >= 0xd800 && c <= 0xdfff;
        return c >= least && c <= 0x10ffff && !is_surrogate ? n : 0;
}

bool utf8_is_valid(const char *s, size_t len) {
        while (len > 0) {
                unsigned n = utf8_char_len(s, len);
                if (n == 0)
                        return false;
                s += n;
                len -= n;
        }
        return true;
}

/* The letter that stands for this byte after a backslash, or 0. */
static char escape_letter(unsigned char c) {
        static const char letters[256] = {
                ['\a'] = 'a', ['\b'] = 'b', ['\t'] = 't', ['\n'] = 'n',  ['\v'] = 'v',
                ['\f'] = 'f', ['\r'] = 'r', ['"'] = '"',  ['\\'] = '\\',
        };
        return letters[c];
}

void text_add_quoted(Buf *out, const char *s) {
        size_t len = strlen(s);
        bool valid = utf8_is_valid(s, len);
        buf_char(out, '"');
        for (size_t i = 0; i < len; i++) {
                unsigned char c = (unsigned char) s[i];
                if (escape_letter(c))
                        buf_printf(out, "\\%c", escape_letter(c));
                else if (c < 0x20 || c == 0x7f || (c >= 0x80 && !valid))
                        buf_printf(out, "\\%03o", c);
                else
                        buf_char(out, (char) c);
        }
        buf_char(out, '"');
}

const char *text_quote(Arena *a, const char *s) {
        Buf b = BUF_INIT;
        text_add_quoted(&b, s);
        const char *text = b.failed || !b.data ? "\"\"" : arena_strndup(a, b.data, b.len);
        buf_done(&b);
        return text;
}
