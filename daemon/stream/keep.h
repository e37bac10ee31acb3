/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * The recent records of a session, whatever their readers are: a ring in memory that outlives the process.
 * What the kernel recorded is kept as it came, so that each reader may have it in its own format; what is
 * made here, as its line of JSON. Numbers go up by one from record to record.
 */
#include <stdbool.h>
#include "manifest/ledger-layout.h"
#include "stream/decode.h"
#include "stream/render.h"

/* One numbered record of the stream. */
typedef struct Kept {
        Stamp stamp;
        bool is_line;     /* `line` of JSON; otherwise `record` */
        Record record;    /* its payload points into the ring */
        const char *line;
        size_t line_len;
} Kept;

typedef struct Keep {
        KeepHeader *header; /* the mapping */
        uint8_t *data;
        size_t capacity;
        uint64_t head, tail; /* bytes ever put in, and that left */
        uint64_t first, last; /* numbers of the records in it; 0: it is empty */
} Keep;

/* Takes the descriptor of stream_keep_new(), also on failure. `head`: from the ledger. What does not fit
 * to it is given up, and the ring is empty. */
int keep_open(Keep *k, int fd, uint64_t head);
void keep_close(Keep *k);

/* Puts a record in; the oldest leave. */
void keep_append(Keep *k, const Kept *e);
/* Where the record of this number stands, or the oldest one that is younger. */
uint64_t keep_seek(const Keep *k, uint64_t seq);
/* The record at *at, and *at behind it: 1; 0: there is none any more; -ESTALE: it has left. */
int keep_next(const Keep *k, uint64_t *at, Kept *ret);
