/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * What is counted: of each session while it is there, and in all since stapd started. What a client is told
 * of sessions (describe.h) and of the service (api/metrics.c) is made of these.
 */
#include <json-c/json.h>
#include <stdint.h>

typedef struct Session Session;
typedef struct Manager Manager;

/* Where records are lost. */
#define COUNT_PLACES(X)                                                                         \
        X(KERNEL_BUFFER, "kernel-buffer")       /* no room in the buffer of a CPU */            \
        X(KERNEL_NMI, "kernel-nmi")             /* a hit where nothing can be recorded */       \
        X(TRANSPORT_RESYNC, "transport-resync") /* bytes of a buffer that made no sense */      \
        X(READER_QUEUE, "reader-queue")         /* a reader, or a recording, was too slow */

/* Why a handler did not run. */
#define COUNT_SKIPS(X)                                                  \
        X(BUSY, "busy")     /* the CPU was in a handler already */      \
        X(LOCK, "lock")                                                 \
        X(STACK, "stack")                                               \
        X(RETURN, "return") /* no room for another call that has not returned */

#define X(name, text) COUNT_PLACE_##name,
typedef enum CountPlace { COUNT_PLACES(X) _COUNT_PLACE_MAX } CountPlace;
#undef X
#define X(name, text) COUNT_SKIP_##name,
typedef enum CountSkip { COUNT_SKIPS(X) _COUNT_SKIP_MAX } CountSkip;
#undef X

typedef struct Counts {
        uint64_t hits, records, errors;
        uint64_t bytes; /* of records that were read */
        uint64_t lost[_COUNT_PLACE_MAX], skipped[_COUNT_SKIP_MAX];
} Counts;

const char *count_place_to_string(CountPlace p);
const char *count_skip_to_string(CountSkip s);

/* Adds what a session has counted by now. */
void counts_add(Counts *sum, const Session *s);
uint64_t counts_lost(const Counts *c);    /* at all places */
uint64_t counts_skipped(const Counts *c); /* as what a session is told: hits while a handler ran are no loss */

/* Since stapd started, of what is over. */
typedef struct Tally {
        Counts ended;          /* of sessions that have ended */
        json_object *results;  /* of those: {"success": 4, ...} */
        json_object *compiled; /* by the compiler's result word: {"ok": 3, ...} */
        json_object *pass_usec; /* {"parse": 812, ...} */
        uint64_t cache_hits, cache_misses;
} Tally;

int tally_init(Tally *t); /* -ENOMEM */
void tally_done(Tally *t);
/* Adds to a member of one of its objects. */
void tally_add(json_object *o, const char *word, int64_t n);
