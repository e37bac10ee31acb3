/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The ring of recent records, alone. */
#include "stream/keep.h"
#include <sys/mman.h>
#include <unistd.h>
#include "unit/test.h"

static void append(Keep *k, uint64_t seq, size_t len) {
        static char text[70000];
        memset(text, (int) ('a' + seq % 26), sizeof(text));
        if (seq % 3) {
                keep_append(k, &(Kept) { .stamp = { seq, seq * 10, -(int64_t) seq }, .is_line = true, .line = text,
                                         .line_len = len });
                return;
        }
        keep_append(k, &(Kept) {
                .stamp = { seq, seq * 10, -(int64_t) seq },
                .record = { .time = seq * 10, .id = 7, .pid = 1, .tid = 2, .uid = 3, .kind = STP_RECORD_PRINT, .probe = 9,
                            .cpu = 5, .payload = (const uint8_t *) text, .payload_len = (uint32_t) len },
        });
}

static size_t length_of(uint64_t seq) {
        return seq * 7919 % 300 + (seq % 100 == 0 ? 65000 : 0);
}

/* Every record from `first` on is there, with its bytes. */
static void check(const Keep *k, uint64_t first, uint64_t last) {
        uint64_t at = keep_seek(k, first), seq = first;
        Kept e;
        for (; keep_next(k, &at, &e) == 1; seq++) {
                const char *data = e.is_line ? e.line : (const char *) e.record.payload;
                size_t len = e.is_line ? e.line_len : e.record.payload_len;
                ASSERT_EQ(e.stamp.seq, seq);
                ASSERT_EQ(e.stamp.time_ns, seq * 10);
                ASSERT_EQ(e.stamp.time_usec, -(int64_t) seq);
                ASSERT_EQ(e.is_line, seq % 3 != 0);
                ASSERT_EQ(len, length_of(seq));
                for (size_t i = 0; i < len; i++)
                        ASSERT_EQ(data[i], 'a' + seq % 26);
                if (!e.is_line)
                        ASSERT(e.record.id == 7 && e.record.tid == 2 && e.record.probe == 9 &&
                               e.record.cpu == 5);
        }
        ASSERT_EQ(seq, last + 1);
}

static Keep fresh(int *ret_fd) {
        Keep k;
        *ret_fd = stream_keep_new(STREAM_KEEP_MIN);
        ASSERT_OK(*ret_fd);
        ASSERT_OK(keep_open(&k, dup(*ret_fd), 0));
        return k;
}

TEST(keeps_the_youngest_in_order) {
        int fd;
        Keep k = fresh(&fd);
        for (uint64_t seq = 1; seq <= 20000; seq++) {
                append(&k, seq, length_of(seq));
                ASSERT_EQ(k.last, seq);
                if (seq % 997 == 0)
                        check(&k, k.first, seq);
        }
        ASSERT(k.first > 15000 && k.head - k.tail <= k.capacity);
        uint64_t before = 0;
        Kept e;
        ASSERT_ERROR(keep_next(&k, &before, &e), -ESTALE);
        check(&k, k.last - 3, k.last);
        ASSERT_EQ(keep_seek(&k, k.last + 1), k.head);
        keep_close(&k);
        close(fd);
}

TEST(another_process_finds_what_was_committed) {
        int fd;
        Keep k = fresh(&fd), again;
        for (uint64_t seq = 1; seq <= 9000; seq++)
                append(&k, seq, length_of(seq));
        uint64_t head = k.head;
        for (uint64_t seq = 9001; seq <= 9030; seq++) /* never committed */
                append(&k, seq, length_of(seq));
        uint64_t first = k.first;
        ASSERT_OK(keep_open(&again, dup(fd), head));
        ASSERT_EQ(again.last, 9000);
        ASSERT_EQ(again.first, first);
        check(&again, first, 9000);
        for (uint64_t seq = 9001; seq <= 9100; seq++)
                append(&again, seq, length_of(seq));
        check(&again, again.first, 9100);
        keep_close(&again);
        keep_close(&k);
        close(fd);
}

TEST(what_is_damaged_is_given_up) {
        int fd;
        for (unsigned i = 0; i < 6; i++) {
                TEST_CASE("damage %u", i);
                Keep k = fresh(&fd), again;
                for (uint64_t seq = 1; seq <= 5000; seq++)
                        append(&k, seq, length_of(seq));
                uint64_t head = k.head;
                uint32_t *entry = (uint32_t *) (k.data + keep_seek(&k, k.last - 5) % k.capacity);
                switch (i) {
                case 0: entry[0] = 0; break;
                case 1: entry[0] = 0xfffffff8; break;
                case 2: entry[1] = 77; break;
                case 3: entry[2] += 1; break; /* the number */
                case 4: k.header->tail = head + 8; break;
                case 5: k.header->tail = head - 12; break;
                }
                ASSERT_OK(keep_open(&again, dup(fd), head));
                ASSERT_EQ(again.first, 0);
                ASSERT_EQ(keep_seek(&again, 1), again.head);
                append(&again, 5001, length_of(5001));
                check(&again, 5001, 5001);
                keep_close(&again);
                keep_close(&k);
                close(fd);
        }
        Keep k;
        ASSERT_ERROR(keep_open(&k, stream_ledger_new(), 1), -EBADMSG);
        ASSERT_ERROR(stream_keep_new(1), -EINVAL);
}
