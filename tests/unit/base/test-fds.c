/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/fds.h"
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include "base/cleanup.h"
#include "unit/test.h"

/* Open descriptors of this process. */
static unsigned count_fds(void) {
        unsigned n = 0;
        for (int fd = 0; fd < 256; fd++)
                n += fcntl(fd, F_GETFD) >= 0;
        return n;
}

TEST(messages_carry_descriptors) {
        int pair[2], fds[2] = { 0, 1 }, got[4];
        char data[16];
        size_t n = 4;
        unsigned before = count_fds();
        ASSERT(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) == 0);
        ASSERT_OK(fds_send(pair[0], "hello", 5, fds, 2));
        ASSERT_EQ(fds_recv(pair[1], data, sizeof(data), got, &n), 5);
        ASSERT_EQ(n, 2);
        ASSERT_MEMEQ(data, "hello", 5);
        ASSERT(fcntl(got[0], F_GETFD) & FD_CLOEXEC);
        close(got[0]);
        close(got[1]);
        close(pair[0]);
        n = 4;
        ASSERT_EQ(fds_recv(pair[1], data, sizeof(data), got, &n), 0);
        close(pair[1]);
        ASSERT_EQ(count_fds(), before);
}

TEST(what_nobody_asked_for_is_closed) {
        int pair[2], got[2], many[FDS_MAX + 1] = {};
        char data[16];
        ASSERT(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) == 0);
        unsigned before = count_fds();
        static const struct {
                size_t len, sent, room;
        } cases[] = { { 4, 3, 2 }, { 4, 1, 0 }, { 40, 2, 2 }, { 4, FDS_MAX, 2 } };
        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                size_t n = cases[i].room;
                TEST_CASE("%zu bytes, %zu descriptors, room for %zu", cases[i].len, cases[i].sent, n);
                ASSERT_OK(fds_send(pair[0], "0123456789012345678901234567890123456789", cases[i].len, many,
                                   cases[i].sent));
                ASSERT_EQ(fds_recv(pair[1], data, sizeof(data), got, n ? &n : NULL), -EBADMSG);
                ASSERT_EQ(n, 0);
                ASSERT_EQ(count_fds(), before);
        }
        ASSERT_ERROR(fds_send(pair[0], "x", 1, many, FDS_MAX + 1), -E2BIG);
        close(pair[0]);
        close(pair[1]);
        ASSERT_ERROR(fds_send(-1, "x", 1, NULL, 0), -EBADF);
}

TEST(a_reader_that_is_gone_is_an_error_not_a_signal) {
        int pair[2];
        ASSERT(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) == 0);
        close(pair[1]);
        ASSERT_ERROR(fds_send(pair[0], "x", 1, NULL, 0), -EPIPE);
        close(pair[0]);
}

TEST(sealed_files_cannot_change) {
        int fd = fds_new_sealed("test", "abc", 3);
        ASSERT_OK(fd);
        ASSERT(fds_is_sealed(fd));
        ASSERT(write(fd, "x", 1) < 0 && errno == EPERM);
        ASSERT(ftruncate(fd, 0) < 0 && errno == EPERM);
        ASSERT(mmap(NULL, 3, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0) == MAP_FAILED);
        char *data;
        size_t len;
        ASSERT_OK(fds_read_all(fd, 3, &data, &len));
        ASSERT_EQ(len, 3);
        ASSERT_STREQ(data, "abc");
        free(data);
        ASSERT_ERROR(fds_read_all(fd, 2, &data, &len), -EFBIG);
        close(fd);
        int open_one = memfd_create("test", MFD_CLOEXEC | MFD_ALLOW_SEALING);
        ASSERT(!fds_is_sealed(open_one));
        ASSERT_OK(fds_seal(open_one));
        ASSERT(fds_is_sealed(open_one));
        close(open_one);
        ASSERT(!fds_is_sealed(STDIN_FILENO));
}

TEST(pipes_and_proc_are_read_to_their_end) {
        int ends[2];
        char *data;
        size_t len;
        ASSERT(pipe(ends) == 0);
        ASSERT_OK(fds_write_all(ends[1], "from a pipe", 11));
        close(ends[1]);
        ASSERT_OK(fds_read_all(ends[0], 100, &data, &len));
        ASSERT_STREQ(data, "from a pipe");
        free(data);
        close(ends[0]);
        ASSERT_OK(fds_read_file("/proc/self/maps", 1 << 20, &data, &len));
        ASSERT(len > 100 && strlen(data) == len);
        free(data);
        ASSERT_ERROR(fds_read_file("/proc/self/maps", 10, &data, &len), -EFBIG);
        ASSERT_ERROR(fds_read_file("/nonexistent", 10, &data, &len), -ENOENT);
}

TEST(atomic_files_appear_whole_or_not_at_all) {
        char dir[] = "/tmp/test-fds-XXXXXX", path[64], *data;
        struct stat st;
        ASSERT_NOT_NULL(mkdtemp(dir));
        snprintf(path, sizeof(path), "%s/file", dir);
        ASSERT_OK(fds_write_file_atomic(path, "one", 3, 0640));
        ASSERT_OK(fds_write_file_atomic(path, "second", 6, 0600));
        ASSERT_OK(fds_read_file(path, 100, &data, NULL));
        ASSERT_STREQ(data, "second");
        free(data);
        ASSERT(stat(path, &st) == 0 && (st.st_mode & 07777) == 0600);
        ASSERT(unlink(path) == 0);
        snprintf(path, sizeof(path), "%s/no/file", dir);
        ASSERT_ERROR(fds_write_file_atomic(path, "x", 1, 0600), -ENOENT);
        ASSERT(rmdir(dir) == 0); /* nothing was left beside it */
}
