/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * A reader whose records go into files. The files are the client's: it opens each one and sends it over the
 * reader's socket when it is told so; nothing here has a right to open any. Each file stands alone: it
 * begins with a header and ends with its number of records and their SHA-256.
 *
 * On the socket: "want N\n" to the client, which answers with the four bytes of N in the machine's order and
 * the descriptor of file N, open for reading and writing; the same one again, if it is asked again. "full\n"
 * and
 * "room\n": there is no room to write, there is again. "failed TEXT\n".
 */
#include "base/buf.h"
#include "manifest/ledger-layout.h"
#include "stream/queue.h"

typedef struct RecordOptions {
        bool is_text;            /* what the script prints, and nothing else */
        bool compress;           /* gzip */
        uint64_t segment_bytes;  /* of a file; 0: any */
        uint64_t segment_usec;   /* from its first record; 0: any */
        uint64_t min_free_bytes; /* that stay free in the file system */
        uint64_t max_bytes;      /* in all; 0: any */
} RecordOptions;

/* Bytes of records stand in the queue with this in front of each. */
typedef struct RecordFrame {
        uint64_t seq;
        uint64_t lost; /* it tells of so many lost records, this the last; 0: it is one */
        uint64_t len;  /* of what follows */
} RecordFrame;

/* What waits in the queue: numbers of records, and how many of them wait themselves. */
typedef struct RecordRest {
        uint64_t from, to, waiting;
} RecordRest;

typedef struct RecordLines {
        void (*header)(void *userdata, uint64_t seq, uint64_t segment, Buf *out);
        void (*segment)(void *userdata, const RecordState *s, const char *reason, const char *sha256,
                        Buf *out);
        void *userdata;
} RecordLines;

typedef struct Recorder Recorder;

/* Goes on where the queue's header says. Borrows the queue and the socket. */
Recorder *recorder_new(const RecordOptions *o, Queue *q, int socket, const RecordLines *lines);
Recorder *recorder_free(Recorder *r);
/* Writes what is committed: 1: all of it; 0: not now, either a file is awaited or there is no room;
 * negative: it cannot go on. */
int recorder_flush(Recorder *r);
/* There may be a descriptor. -EPIPE: the client is gone. */
int recorder_receive(Recorder *r);
/* Ends the file, for this reason; the next record begins another. As recorder_flush(). */
int recorder_end_segment(Recorder *r, const char *reason);
/* There was no room the last time. */
bool recorder_is_full(const Recorder *r);
RecordRest recorder_rest(const Recorder *r);
/* Gives up what waits, and ends the file with a line that tells of these lost records, in the room that was
 * to stay free. As recorder_flush(). */
int recorder_end_full(Recorder *r, uint64_t from, uint64_t to, const Buf *line);
