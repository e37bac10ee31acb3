/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/* The SHA-256 of a recording's plain lines, while they are written; of those that a predecessor wrote, from
 * the file. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/cleanup.h"

typedef struct Digest Digest;

/* Of the first `end` bytes of the file; packed: they are gzip members. NULL: it cannot be known. */
Digest *digest_new(int fd, uint64_t end, bool packed);
Digest *digest_free(Digest *d);
/* NULL is none, here and below. */
void digest_add(Digest *d, const void *data, size_t len);
/* Ends it: nothing can be added any more. NULL: it is not known. */
const char *digest_hex(Digest *d, char ret[static 65]);
