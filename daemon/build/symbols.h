/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * An index of exported symbols (Module.symvers of the kernel and of the core), as a file that is mapped and
 * used as it is: looking up the dozen symbols of a script touches a dozen pages, where reading
 * Module.symvers parses 1.7 MB.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/buf.h"

typedef struct {
        const void *data; /* mapped, or memory of the caller's */
        size_t size;
} SymbolIndex;

typedef struct {
        const char *module; /* base name, '-' as '_'; "vmlinux" for the kernel itself */
        uint32_t crc;
} Symbol;

/* Makes the index from the texts of Module.symvers files; of two entries the first counts. -EBADMSG: a line
 * is not "CRC<tab>NAME<tab>MODULE<tab>..."; -ENOMEM. */
int symbols_make(const char *const *texts, size_t n_texts, Buf *out);

/* Checks that `data` is an index (every offset in bounds). -EBADMSG. Borrows the memory. */
int symbols_open(const void *data, size_t size, SymbolIndex *ret);
bool symbols_find(const SymbolIndex *s, const char *name, Symbol *ret);
size_t symbols_count(const SymbolIndex *s);
