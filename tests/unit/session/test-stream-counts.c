/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a stream has counted is read out of its ledger: the valid one of two states, and nothing from what
 * is no ledger. */
#include <string.h>
#include <sys/mman.h>
#include "base/cleanup.h"
#include "manifest/ledger-layout.h"
#include "session/stream-counts.h"
#include "unit/test.h"

static Ledger *map(int fd) {
        return mmap(NULL, sizeof(Ledger), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
}

TEST(the_valid_state_is_read) {
        _cleanup_(closep) int fd = stream_ledger_new();
        Ledger *l = map(fd);
        StreamTotals t = { .records = 77 };
        ASSERT(l != MAP_FAILED);
        stream_counts_read(fd, 0, &t);
        ASSERT_EQ(t.records, 77); /* no stream has opened it yet */
        l->magic = LEDGER_MAGIC;
        l->active = 1;
        l->states[0].records = 1;
        l->states[1].records = 5;
        l->states[1].lost = 3;
        l->states[1].bytes = 500;
        l->states[1].readers[2] = (LedgerReader) { .used = 1, .lost = 10 };
        l->states[1].readers[3] = (LedgerReader) { .used = 0, .lost = 1000 };
        stream_counts_read(fd, 4, &t);
        ASSERT_EQ(t.records, 5);
        ASSERT_EQ(t.lost, 3);
        ASSERT_EQ(t.bytes, 500);
        ASSERT_EQ(t.reader_lost, 14);
        l->active = 2; /* nonsense: left as it was */
        l->states[1].records = 6;
        stream_counts_read(fd, 4, &t);
        ASSERT_EQ(t.records, 5);
        munmap(l, sizeof(*l));
}

TEST(how_much_is_kept) {
        _cleanup_(closep) int fd = stream_ledger_new();
        _cleanup_(closep) int keep = stream_keep_new(STREAM_KEEP_MIN);
        Ledger *l = map(fd);
        KeepHeader *k = mmap(NULL, KEEP_HEADER_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, keep, 0);
        StreamMemory m = {};
        ASSERT(l != MAP_FAILED && k != MAP_FAILED);
        l->magic = LEDGER_MAGIC;
        l->states[0].keep_head = 1000;
        k->tail = 400;
        stream_counts_read_keep(fd, keep, &m);
        ASSERT_EQ(m.kept, 600);
        ASSERT_EQ(m.keep, STREAM_KEEP_MIN);
        k->tail = 2000; /* nonsense */
        m.kept = 0;
        stream_counts_read_keep(fd, keep, &m);
        ASSERT_EQ(m.kept, 0);
        l->states[0].keep_head = UINT64_MAX;
        stream_counts_read_keep(fd, keep, &m);
        ASSERT_EQ(m.kept, STREAM_KEEP_MIN);
        munmap(l, sizeof(*l));
        munmap(k, KEEP_HEADER_SIZE);
}

TEST(what_is_no_memory_says_nothing) {
        StreamTotals t = { .records = 1 };
        StreamMemory m = {};
        stream_counts_read(-1, 0, &t);
        stream_counts_read_keep(-1, -1, &m);
        ASSERT_EQ(t.records, 1);
        ASSERT_EQ(m.keep, 0);
}

TEST(how_far_a_reader_is) {
        _cleanup_(closep) int fd = stream_ledger_new();
        int queue[STREAM_QUEUE_FDS];
        ASSERT_OK(stream_queue_new(STREAM_QUEUE_MIN, queue));
        Ledger *l = map(fd);
        QueueHeader *q = mmap(NULL, QUEUE_HEADER_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, queue[0], 0);
        StreamerProgress p = { .next = 77 };
        ASSERT(l != MAP_FAILED && q != MAP_FAILED);
        ASSERT(!stream_counts_read_reader(fd, 5, queue[0], &p)); /* no stream yet */
        l->magic = LEDGER_MAGIC;
        l->states[0].readers[3] = (LedgerReader) { .used = 1, .id = 5, .next = 11, .until = 20 };
        q->progress = 4096 << 1 | 1;
        ASSERT(stream_counts_read_reader(fd, 5, queue[0], &p));
        ASSERT_EQ(p.next, 11);
        ASSERT_EQ(p.until, 20);
        ASSERT_EQ(p.bytes, 4096);
        ASSERT(!stream_counts_read_reader(fd, 6, queue[0], &p)); /* somebody else's */
        l->states[0].readers[3].next = 0; /* it is up to date */
        ASSERT(!stream_counts_read_reader(fd, 5, queue[0], &p));
        l->states[0].readers[3] = (LedgerReader) { .used = 0, .id = 5, .next = 11, .until = 20 };
        ASSERT(!stream_counts_read_reader(fd, 5, queue[0], &p));
        munmap(l, sizeof(*l));
        munmap(q, QUEUE_HEADER_SIZE);
        for (unsigned i = 0; i < STREAM_QUEUE_FDS; i++)
                close_fd(queue[i]);
}
