/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * Bytes of scripts and kernels in JSON: a string when they are UTF-8, otherwise {"b64": "..."}.
 */
#include <stdbool.h>
#include <stddef.h>
#include "base/buf.h"

/* True for well-formed UTF-8: no overlong form, no surrogate, nothing above U+10FFFF. */
bool bytes_are_utf8(const char *s, size_t len);
void bytes_add_base64(Buf *out, const void *data, size_t len);
/* A JSON string in quotes, or the b64 object. Adds no raw control byte. */
void bytes_add_json(Buf *out, const char *s, size_t len);
/* -EBADMSG for what is not base64. Appends the bytes. */
int bytes_from_base64(Buf *out, const char *s, size_t len);
