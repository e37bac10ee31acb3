/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "manifest/bytes.h"
#include <errno.h>
#include <stdint.h>
#include <string.h>

/* Length of the character at s, 0 when it is none. */
static size_t utf8_char(const uint8_t *s, size_t left) {
        static const struct {
                uint8_t mask, lead;
                uint32_t min;
        } forms[] = { { 0x80, 0x00, 0 }, { 0xe0, 0xc0, 0x80 }, { 0xf0, 0xe0, 0x800 }, { 0xf8, 0xf0, 0x10000 } };
        for (size_t n = 0; n < ELEMENTSOF(forms) && n < left; n++) {
                if ((s[0] & forms[n].mask) != forms[n].lead)
                        continue;
                uint32_t c = s[0] & (uint8_t) ~forms[n].mask;
                for (size_t i = 1; i <= n; i++) {
                        if ((s[i] & 0xc0) != 0x80)
                                return 0;
                        c = c << 6 | (s[i] & 0x3f);
                }
                return c < forms[n].min || c > 0x10ffff || (c >= 0xd800 && c < 0xe000) ? 0 : n + 1;
        }
        return 0;
}

bool bytes_are_utf8(const char *s, size_t len) {
        for (size_t i = 0; i < len;) {
                /* Most text is ASCII: eight bytes at a time. */
                uint64_t word;
                if (len - i >= sizeof(word)) {
                        memcpy(&word, s + i, sizeof(word));
                        if ((word & 0x8080808080808080u) == 0) {
                                i += sizeof(word);
                                continue;
                        }
                }
                size_t n = utf8_char((const uint8_t *) s + i, len - i);
                if (n == 0)
                        return false;
                i += n;
        }
        return true;
}

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void bytes_add_base64(Buf *out, const void *data, size_t len) {
        const uint8_t *p = data;
        for (size_t i = 0; i < len; i += 3) {
                size_t n = MIN2(len - i, (size_t) 3);
                uint32_t v = (uint32_t) p[i] << 16 | (n > 1 ? p[i + 1] : 0) << 8 | (n > 2 ? p[i + 2] : 0);
                char quad[4] = { digits[v >> 18], digits[v >> 12 & 63], n > 1 ? digits[v >> 6 & 63] : '=',
                                 n > 2 ? digits[v & 63] : '=' };
                buf_add(out, quad, 4);
        }
}

static int digit_value(char c) {
        const char *p = c ? strchr(digits, c) : NULL;
        return p ? (int) (p - digits) : -1;
}

int bytes_from_base64(Buf *out, const char *s, size_t len) {
        if (len % 4 != 0)
                return -EBADMSG;
        for (size_t i = 0; i < len; i += 4) {
                bool last = i + 4 == len;
                unsigned n = last && s[i + 3] == '=' ? s[i + 2] == '=' ? 1 : 2 : 3;
                uint32_t v = 0;
                for (unsigned k = 0; k < 4; k++) {
                        int d = k <= n ? digit_value(s[i + k]) : 0;
                        if (d < 0)
                                return -EBADMSG;
                        v = v << 6 | (uint32_t) d;
                }
                char bytes[3] = { (char) (v >> 16), (char) (v >> 8), (char) v };
                buf_add(out, bytes, n);
        }
        return 0;
}

static void add_escaped(Buf *out, uint8_t c) {
        static const char hex[] = "0123456789abcdef";
        static const char shorts[] = "\"\"\\\\\bb\ff\nn\rr\tt"; /* pairs */
        for (const char *p = shorts; *p; p += 2)
                if ((uint8_t) *p == c) {
                        buf_add(out, (char[]) { '\\', p[1] }, 2);
                        return;
                }
        buf_add(out, (char[]) { '\\', 'u', '0', '0', hex[c >> 4], hex[c & 15] }, 6);
}

void bytes_add_json(Buf *out, const char *s, size_t len) {
        if (!bytes_are_utf8(s, len)) {
                buf_str(out, "{\"b64\":\"");
                bytes_add_base64(out, s, len);
                buf_str(out, "\"}");
                return;
        }
        buf_char(out, '"');
        size_t start = 0;
        for (size_t i = 0; i < len; i++) {
                uint8_t c = (uint8_t) s[i];
                if (c >= 0x20 && c != '"' && c != '\\' && c != 0x7f)
                        continue;
                buf_add(out, s + start, i - start);
                add_escaped(out, c);
                start = i + 1;
        }
        buf_add(out, s + start, len - start);
        buf_char(out, '"');
}
