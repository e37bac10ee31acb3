/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/* Where a stream's bytes go: standard output, or the file of -o. */
#include <stddef.h>
#include <stdint.h>
#include "base/buf.h"

/* "-" or NULL: standard output. The fd, or negative errno, printed. */
int output_open(const char *path);
/* All of it, also to a descriptor that does not block. */
int output_write(int fd, const char *data, size_t len);
/* Copies what is in `early` and then what has come on `from`, a socket, as far as `to` takes it at once.
 * 1: go on; 0: the stream ended; negative errno (-ENOBUFS: `to` has no room now; -EPIPE: whoever reads us
 * is gone). */
int output_copy(Buf *early, int from, int to);
/* Of -n: a number of records; complains. */
int output_read_tail(const char *text, int64_t *ret);
/* A message of a script, on standard error: "ERROR: ..." or "WARNING: ...". */
void output_message(const char *severity, const char *text);
