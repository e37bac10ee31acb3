/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A memo is whole wherever the one who writes it is killed, and the newest that is whole is read. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include "base/cleanup.h"
#include "session/memo.c"
#include "unit/test.h"

static json_object *number(int n) {
        json_object *o = json_object_new_object();
        json_object_object_add(o, "n", json_object_new_int(n));
        return o;
}

static void write_number(Memo *m, int n) {
        json_object *o = number(n);
        ASSERT_EQ(memo_write(m, o), 0);
        json_object_put(o);
}

static int read_number(int fd) {
        Memo m;
        json_object *o;
        int r = memo_open(fcntl(fd, F_DUPFD_CLOEXEC, 3), &m, &o);
        if (r < 0)
                return r;
        int n = json_object_get_int(json_object_object_get(o, "n"));
        json_object_put(o);
        memo_done(&m);
        return n;
}

TEST(the_newest_is_read) {
        Memo m = MEMO_INIT;
        ASSERT_EQ(memo_new(&m), 0);
        ASSERT_EQ(read_number(m.fd), -EBADMSG);
        for (int i = 1; i < 6; i++) {
                write_number(&m, i);
                ASSERT_EQ(read_number(m.fd), i);
        }
        memo_done(&m);
}

/* Any one byte of the newest is wrong: then the one before it is there. */
TEST(what_is_not_whole_does_not_count) {
        Memo m = MEMO_INIT;
        ASSERT_EQ(memo_new(&m), 0);
        write_number(&m, 1);
        write_number(&m, 2);
        off_t place = (off_t) (m.number % 2) * PLACE;
        for (size_t i = 0; i < sizeof(Head) + 7; i++) {
                unsigned char byte, wrong;
                ASSERT_EQ(pread(m.fd, &byte, 1, place + (off_t) i), 1);
                wrong = byte ^ 0x55;
                ASSERT_EQ(pwrite(m.fd, &wrong, 1, place + (off_t) i), 1);
                int n = read_number(m.fd);
                TEST_CASE("byte %zu", i);
                ASSERT(n == 1 || (n == 2 && i >= offsetof(Head, number) && i < offsetof(Head, sum)));
                ASSERT_EQ(pwrite(m.fd, &byte, 1, place + (off_t) i), 1);
        }
        ASSERT_EQ(read_number(m.fd), 2);
        memo_done(&m);
}

TEST(it_goes_on_where_it_was) {
        Memo m = MEMO_INIT, next;
        json_object *o;
        ASSERT_EQ(memo_new(&m), 0);
        write_number(&m, 1);
        write_number(&m, 2);
        ASSERT_EQ(memo_open(fcntl(m.fd, F_DUPFD_CLOEXEC, 3), &next, &o), 0);
        json_object_put(o);
        write_number(&next, 3);
        ASSERT_EQ(read_number(m.fd), 3);
        memo_done(&next);
        memo_done(&m);
}

TEST(foreign_bytes) {
        Memo m = MEMO_INIT;
        ASSERT_EQ(memo_new(&m), 0);
        Head head = { .magic = MAGIC, .len = UINT32_MAX, .number = 7 };
        ASSERT_EQ(pwrite(m.fd, &head, sizeof(head), 0), (ssize_t) sizeof(head));
        ASSERT_EQ(read_number(m.fd), -EBADMSG);
        char text[] = "[[[[[[[[[[[[1]]]]]]]]]]]]";
        head = (Head) { .magic = MAGIC, .len = sizeof(text) - 1, .number = 7, .sum = sum_of(text, sizeof(text) - 1) };
        ASSERT_EQ(pwrite(m.fd, &head, sizeof(head), 0), (ssize_t) sizeof(head));
        ASSERT_EQ(pwrite(m.fd, text, sizeof(text) - 1, sizeof(head)), (ssize_t) sizeof(text) - 1);
        ASSERT_EQ(read_number(m.fd), -EBADMSG);
        memo_done(&m);
}
