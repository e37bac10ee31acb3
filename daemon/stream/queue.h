/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * What one reader has yet to get: a ring of bytes in shared memory, and a pipe between it and the reader's
 * descriptor, so that the kernel itself counts what was delivered (manifest/ledger-layout.h says how).
 */
#include <stdbool.h>
#include <stddef.h>
#include "manifest/ledger-layout.h"

typedef struct Queue {
        QueueHeader *header; /* the mapping */
        char *data;
        size_t capacity;
        uint64_t head;       /* bytes ever appended */
        uint64_t committed;  /* that may be written out */
        uint64_t tail;       /* that entered the pipe */
        size_t in_pipe;
        int pipe[2];         /* owned: read, write */
        bool direct;         /* the descriptor cannot be spliced to */
} Queue;

/* Takes over the descriptors of stream_queue_new(), also on failure. `head`: bytes ever appended, from the
 * ledger; everything before was committed. -EBADMSG: they do not fit together. */
int queue_open(Queue *q, int fds[STREAM_QUEUE_FDS], uint64_t head);
void queue_close(Queue *q);

size_t queue_room(const Queue *q);
/* Needs room. */
void queue_append(Queue *q, const void *data, size_t len);
/* What was appended may be written out from now on. */
void queue_commit(Queue *q);
/* For who takes bytes out himself: copies some, and leaves everything before `tail` behind. */
void queue_peek(const Queue *q, uint64_t at, void *to, size_t len);
void queue_skip(Queue *q, uint64_t tail);
/* Writes to the descriptor: 1 when all that was committed is out, 0 when it takes no more now. */
int queue_flush(Queue *q, int fd);
