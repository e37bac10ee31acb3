/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * SHA-256 over files and memory (libcrypto).
 */
#include <stddef.h>
#include <stdint.h>
#include "base/cleanup.h"

#define DIGEST_SIZE 32
#define DIGEST_HEX (2 * DIGEST_SIZE + 1)

typedef struct Digest Digest;

/* NULL: no memory. Feeding a failed one does nothing; digest_hex() then gives -ENOMEM. */
Digest *digest_new(void);
Digest *digest_free(Digest *d);
void digest_add(Digest *d, const void *data, size_t len);
void digest_add_string(Digest *d, const char *s); /* with its NUL, so that two never run together */
int digest_hex(Digest *d, char ret[static DIGEST_HEX]);
DEFINE_CLEANUP(Digest *, digest_freep, digest_free)

int digest_memory(const void *data, size_t len, char ret[static DIGEST_HEX]);
/* Negative errno when the file cannot be read. `directory`: AT_FDCWD or a directory's fd. *ret_size:
 * bytes. */
int digest_file(int directory, const char *path, char ret[static DIGEST_HEX], uint64_t *ret_size);
