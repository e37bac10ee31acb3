/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * A place in the stream of a session, as clients keep it: s=SESSION;b=BOOT;q=NUMBER;x=CHECK. It is behind
 * the record of that number. For clients it is opaque.
 */
#include <stdint.h>

#define CURSOR_MAX 128 /* bytes with the NUL */

/* `boot`: with or without dashes; NULL: unknown. */
void cursor_format(const char *session, const char *boot, uint64_t seq, char ret[static CURSOR_MAX]);
/* -EINVAL: damaged, or not one. -ESTALE: of another session or another boot. */
int cursor_parse(const char *text, const char *session, const char *boot, uint64_t *ret_seq);
