/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * What stands in the memory that a stapd-stream leaves to its successor. Both are the same program, so this
 * is no wire format; still, the successor of a killed process checks everything that it takes from here.
 */
#include <stdbool.h>
#include <stdint.h>
#include "manifest/stream-protocol.h"

#define LEDGER_MAGIC 0x4745444c /* "LDEG" */
#define QUEUE_HEADER_SIZE 4096

/* How far one CPU's buffer was consumed. */
typedef struct LedgerCpu {
        uint64_t seq;     /* of the sub-buffer that is being consumed, or comes next */
        uint64_t lost;    /* of its header, as far as it was reported */
        uint64_t records; /* that were written before it and accounted for */
        uint32_t done;    /* records of it that are in the queues */
        uint32_t damaged; /* bytes of earlier sub-buffers that made no sense and are not yet reported */
} LedgerCpu;

typedef struct LedgerReader {
        uint32_t used, id;
        uint64_t head;     /* bytes ever put into its queue */
        uint64_t dropped;  /* records that it did not get and has not been told of */
        uint64_t from, to; /* their numbers */
        uint64_t lost;     /* records that it did not get, in all */
        uint64_t next;     /* of the kept records, the number of the one that it gets next; 0: it is up to date */
        uint64_t until;    /* number of the last one that it wants; 0: it goes on */
} LedgerReader;

/* Where records were lost that no reader can get. */
#define LEDGER_LOSSES(X)                        \
        X(KERNEL_BUFFER, "kernel-buffer")       \
        X(KERNEL_NMI, "kernel-nmi")             \
        X(TRANSPORT_RESYNC, "transport-resync") \
        X(PROBE_SKIPPED, "probe-skipped")       \
        X(OVERWRITTEN, "overwritten")
typedef enum LedgerLoss {
#define X(name, text) LOSS_##name,
        LEDGER_LOSSES(X)
#undef X
        _LOSS_MAX,
} LedgerLoss;

typedef struct LedgerState {
        uint64_t seq;      /* the last number given to a record of the stream */
        uint64_t messages; /* the last number given to a message for stapd */
        uint64_t records, errors, bytes;
        uint64_t lost;     /* kernel and damage */
        uint64_t lost_at[_LOSS_MAX];
        uint64_t keep_head; /* bytes ever put into the ring of recent records */
        uint32_t started;  /* there was a reader once */
        uint32_t ended;    /* the last record is in the queues */
        LedgerReader readers[STREAM_READERS_MAX];
        LedgerCpu cpus[STREAM_CPUS_MAX];
} LedgerState;

/* One state is valid, the other is being written. */
typedef struct Ledger {
        uint32_t magic;
        uint32_t active; /* 0 or 1; stored last */
        LedgerState states[2];
} Ledger;

/*
 * In front of the ring of recent records. `tail` only grows, and is stored before the bytes of what it
 * leaves behind are overwritten; the other end is in the ledger.
 */
#define KEEP_HEADER_SIZE 4096
typedef struct KeepHeader {
        uint64_t tail; /* bytes that left it */
} KeepHeader;

/*
 * In front of a queue's bytes. Bytes go from the queue into the pipe and from there, by splice(), to the
 * reader. Only one of the two happens at a time, and the count of the other end stands here meanwhile: with
 * the number of bytes in the pipe, which the kernel knows exactly, that gives both, whenever the process
 * dies.
 */
typedef struct RecordState { /* of a recording: one of two is valid, as with the ledger */
        uint64_t tail;            /* bytes of the queue that are in files */
        uint64_t segment;         /* number of the file */
        uint64_t offset;          /* its bytes */
        uint64_t bytes, lines;    /* the same before compression; without header */
        uint64_t first, last;     /* numbers of its records */
        uint64_t opened_usec;     /* CLOCK_BOOTTIME */
        uint64_t total;           /* bytes of all files */
} RecordState;
typedef struct QueueHeader {
        uint64_t progress; /* bytes << 1 | phase: 0 filling: bytes that left the pipe; 1 draining: that entered it */
        uint32_t record_active;
        RecordState record[2];
} QueueHeader;
