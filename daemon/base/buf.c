/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/buf.h"
#include <string.h>

void buf_done(Buf *b) {
        free(b->data);
        *b = (Buf) { .limit = b->limit };
}

char *buf_reserve(Buf *b, size_t len) {
        if (b->failed)
                return NULL;
        size_t need;
        if (__builtin_add_overflow(b->len, len + 1, &need) || (b->limit && need > b->limit)) {
                b->failed = true;
                return NULL;
        }
        if (need > b->cap) {
                size_t cap = b->cap ? b->cap : 256;
                while (cap < need)
                        cap *= 2;
                char *data = realloc(b->data, cap);
                if (!data) {
                        b->failed = true;
                        return NULL;
                }
                b->data = data;
                b->cap = cap;
        }
        return b->data + b->len;
}

void buf_add(Buf *b, const void *data, size_t len) {
        char *p = buf_reserve(b, len);
        if (!p)
                return;
        if (len)
                memcpy(p, data, len);
        b->len += len;
        b->data[b->len] = 0;
}

void buf_str(Buf *b, const char *s) {
        buf_add(b, s, strlen(s));
}

void buf_char(Buf *b, char c) {
        buf_add(b, &c, 1);
}

void buf_vprintf(Buf *b, const char *fmt, va_list ap) {
        va_list again;
        va_copy(again, ap);
        int n = vsnprintf(NULL, 0, fmt, again);
        va_end(again);
        char *p = n < 0 ? NULL : buf_reserve(b, (size_t) n);
        if (!p) {
                b->failed = true;
                return;
        }
        vsnprintf(p, (size_t) n + 1, fmt, ap);
        b->len += (size_t) n;
}

void buf_printf(Buf *b, const char *fmt, ...) {
        va_list ap;
        va_start(ap, fmt);
        buf_vprintf(b, fmt, ap);
        va_end(ap);
}

void buf_consume(Buf *b, size_t len) {
        if (len >= b->len) {
                b->len = 0;
        } else {
                memmove(b->data, b->data + len, b->len - len);
                b->len -= len;
        }
        if (b->data)
                b->data[b->len] = 0;
}

char *buf_take(Buf *b) {
        if (b->failed || !buf_reserve(b, 0)) {
                buf_done(b);
                return NULL;
        }
        b->data[b->len] = 0;
        char *data = TAKE_PTR(b->data);
        buf_done(b);
        return data;
}
