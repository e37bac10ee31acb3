/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
#include <stddef.h>
/* Where a stream's bytes go: standard output, or the file of -o. */
#include <stdbool.h>

/* "-" or NULL: standard output. The fd, or negative errno, printed. */
int output_open(const char *path);
/* All of it, also to a descriptor that does not block. */
int output_write(int fd, const char *data, size_t len);
/* Copies what has come on `from` once. 1: go on; 0: the stream ended; negative errno (-EPIPE: whoever reads
 * us is gone). */
int output_copy(int from, int to);
/* A message of a script, on standard error: "ERROR: ..." or "WARNING: ...". */
void output_message(const char *severity, const char *text);
