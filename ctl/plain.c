/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ctl/plain.h"
#include <stdint.h>

/* The code point of two or three bytes of UTF-8 (none of those below has more), and how many; 0: another. */
static unsigned decode(const unsigned char *s, uint32_t *ret) {
        if ((s[0] & 0xe0) == 0xc0 && (s[1] & 0xc0) == 0x80) {
                *ret = (s[0] & 0x1fu) << 6 | (s[1] & 0x3fu);
                return 2;
        }
        if ((s[0] & 0xf0) == 0xe0 && (s[1] & 0xc0) == 0x80 && (s[2] & 0xc0) == 0x80) {
                *ret = (s[0] & 0x0fu) << 12 | (s[1] & 0x3fu) << 6 | (s[2] & 0x3fu);
                return 3;
        }
        return 0;
}

/* C1 controls; marks, embeddings, overrides and isolates of direction; what has no width, or ends a line. */
static int is_deceptive(uint32_t c) {
        return (c >= 0x80 && c < 0xa0) || c == 0x61c || (c >= 0x200b && c <= 0x200f) ||
               (c >= 0x2028 && c <= 0x202e) || (c >= 0x2060 && c <= 0x2069) || c == 0xfeff;
}

void plain_print(FILE *f, const char *text) {
        for (const unsigned char *p = (const unsigned char *) text; *p;) {
                uint32_t c = 0;
                unsigned n = decode(p, &c);
                if (n > 0 && is_deceptive(c)) {
                        fprintf(f, "<U+%04X>", c);
                        p += n;
                } else if ((*p < ' ' && *p != '\n' && *p != '\t') || *p == 0x7f) {
                        fprintf(f, "<%02X>", *p++);
                } else {
                        putc(*p++, f);
                }
        }
}
