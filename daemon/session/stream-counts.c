/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "session/stream-counts.h"
#include <stddef.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/cleanup.h"
#include "manifest/ledger-layout.h"

#define HEAD_SIZE offsetof(LedgerState, cpus) /* what is there besides the CPUs */

static bool read_at(int fd, void *ret, size_t size, size_t offset) {
        return pread(fd, ret, size, (off_t) offset) == (ssize_t) size;
}

/* The state that is valid now. It may be written while it is read: each number is whole, and either the
 * old or the new. */
static bool read_head(int ledger_fd, LedgerState *ret) {
        struct { uint32_t magic, active; } start;
        if (!read_at(ledger_fd, &start, sizeof(start), 0) || start.magic != LEDGER_MAGIC || start.active > 1)
                return false;
        return read_at(ledger_fd, ret, HEAD_SIZE,
                       offsetof(Ledger, states) + start.active * sizeof(LedgerState));
}

static LedgerState head; /* as it was read last: too large for a stack */

void stream_counts_read(int ledger_fd, int64_t gone_lost, StreamTotals *ret) {
        const LedgerState *l = &head;
        if (!read_head(ledger_fd, &head))
                return;
        int64_t lost = gone_lost;
        for (size_t i = 0; i < STREAM_READERS_MAX; i++)
                lost += l->readers[i].used ? (int64_t) l->readers[i].lost : 0;
        *ret = (StreamTotals) { .records = (int64_t) l->records, .lost = (int64_t) l->lost, .reader_lost = lost,
                                .errors = (int64_t) l->errors, .bytes = (int64_t) l->bytes };
}

void stream_counts_read_keep(int ledger_fd, int keep_fd, StreamMemory *ret) {
        KeepHeader keep;
        struct stat st;
        if (fstat(keep_fd, &st) < 0 || st.st_size < KEEP_HEADER_SIZE)
                return;
        ret->keep = (uint64_t) st.st_size - KEEP_HEADER_SIZE;
        if (read_head(ledger_fd, &head) && read_at(keep_fd, &keep, sizeof(keep), 0) &&
            head.keep_head >= keep.tail)
                ret->kept = MIN2(head.keep_head - keep.tail, ret->keep);
}

/* Bytes that went to its descriptor, or are in the pipe on their way there. */
static uint64_t written(int queue_fd) {
        QueueHeader queue;
        return read_at(queue_fd, &queue, sizeof(queue), 0) ? queue.progress >> 1 : 0;
}

bool stream_counts_read_reader(int ledger_fd, unsigned id, int queue_fd, StreamerProgress *ret) {
        ret->bytes = written(queue_fd);
        if (!read_head(ledger_fd, &head))
                return false;
        for (size_t i = 0; i < STREAM_READERS_MAX; i++) {
                const LedgerReader *r = &head.readers[i];
                if (!r->used || r->id != id || r->next == 0)
                        continue;
                ret->next = r->next;
                ret->until = r->until;
                return true;
        }
        return false;
}
