/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * The kernel's side of a session as the stream sees it: buffers that are mapped, and sub-buffers of them
 * that are taken and given back one by one (runtime/abi.h). Those of a flight recorder may be overwritten
 * meanwhile: they are copied, and given back at once. Behind a table, so that tests and benchmarks feed
 * buffers without a kernel. Negative errno on error.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "runtime/abi.h"

typedef struct ReaderOps {
        int (*flush)(void *userdata, uint64_t *ret_until);
        int (*get)(void *userdata, struct stp_get *get);
        int (*put)(void *userdata, unsigned cpu);
        int (*stat)(void *userdata, struct stp_stat *ret);
        /* Maps the buffer of a CPU read-only; -ENODEV when it has none (yet). */
        int (*map)(void *userdata, unsigned cpu, size_t size, const uint8_t **ret);
        /* NULL, or what a test has set CLOCK_REALTIME by, ns. */
        int64_t (*realtime)(void *userdata);
} ReaderOps;

typedef struct Reader {
        const ReaderOps *ops;
        void *userdata;
        unsigned n_cpus, n_subbufs;
        size_t subbuf_size;
        const uint8_t **maps; /* per CPU; NULL: it has no buffer */
        unsigned n_missing;
        bool overwrites;      /* a flight recorder */
        uint8_t **copies;     /* then, per CPU, of the sub-buffer in hand; NULL: none was yet */
} Reader;

extern const ReaderOps reader_kernel_ops; /* userdata: the reader's descriptor as a pointer */

/* Asks for the geometry and maps every buffer. -EBADMSG: the geometry makes no sense. */
int reader_init(Reader *r, const ReaderOps *ops, void *userdata, bool overwrites);
void reader_done(Reader *r);
/* Tries again for the CPUs that had no buffer: they may have come online. */
int reader_map_missing(Reader *r);

/* The next full sub-buffer: 1 and its bytes, 0 when there is none. It stays until reader_put(). Bytes
 * that the kernel cannot have meant come as an empty sub-buffer. */
int reader_get(Reader *r, unsigned cpu, const uint8_t **ret, size_t *ret_bytes);
int reader_put(Reader *r, unsigned cpu);
/* Every record with a time before *ret_until is in a full sub-buffer now. */
int reader_flush(Reader *r, uint64_t *ret_until);
int reader_stat(Reader *r, struct stp_stat *ret);
