/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * A growing byte buffer on the heap: text that is being made, or bytes that are being collected. An
 * allocation that fails, or a size above the limit, sets `failed` and makes every later call a no-op, so
 * that a caller checks once at the end.
 */
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include "base/cleanup.h"

typedef struct {
        char *data; /* NUL after the last byte when not NULL */
        size_t len, cap;
        size_t limit; /* bytes; 0: none */
        bool failed;
} Buf;

#define BUF_INIT ((Buf) {})

void buf_done(Buf *b);
void buf_add(Buf *b, const void *data, size_t len);
void buf_str(Buf *b, const char *s);
void buf_char(Buf *b, char c);
void buf_printf(Buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void buf_vprintf(Buf *b, const char *fmt, va_list ap) __attribute__((format(printf, 2, 0)));
/* Drops the first `len` bytes. */
void buf_consume(Buf *b, size_t len);
/* Makes room for `len` more bytes and returns where they go (NULL when it failed); b->len is unchanged. */
char *buf_reserve(Buf *b, size_t len);
/* Hands the NUL-terminated data over; NULL when something failed. The buffer is empty afterwards. */
char *buf_take(Buf *b);
