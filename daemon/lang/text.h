/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * String literals as the language writes them, and the one check for UTF-8 that the parser and the dump
 * share.
 */
#include <stdbool.h>
#include "base/arena.h"
#include "base/buf.h"

/* Length in bytes of the UTF-8 character at `s`, of which `len` bytes are there; 0: it is not one. */
unsigned utf8_char_len(const char *s, size_t len);
bool utf8_is_valid(const char *s, size_t len);

/* A literal, with its quotes, that parses back to `s`: escapes for what cannot stand in one as it is. */
void text_add_quoted(Buf *out, const char *s);
/* The same in the arena. */
const char *text_quote(Arena *a, const char *s);
