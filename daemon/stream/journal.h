/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * A reader that is the systemd journal: each record in its queue, with its length in front, is one datagram.
 * Killed between sending one and writing down so, a successor sends that one again.
 */
#include "stream/queue.h"

typedef struct JournalFrame {
        uint64_t len; /* bytes of the datagram behind it */
} JournalFrame;

/* Sends what is committed: 1: all of it; 0: the journal takes no more now; negative: it is gone. */
int journal_flush(Queue *q, int fd);
