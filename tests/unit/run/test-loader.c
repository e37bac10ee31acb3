/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The child that loads: its answer is the kernel's, and nothing of it is left. What it loads is for a guest. */
#include "run/loader.h"
#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include "base/cleanup.h"
#include "base/fds.h"
#include "unit/test.h"

static int memory(const char *text) {
        int fd = memfd_create("no-module", MFD_CLOEXEC);
        ASSERT(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t) strlen(text));
        return fd;
}

static int load(int fd) {
        pid_t pid;
        int r = loader_start(fd, &pid);
        return r < 0 ? r : loader_wait(pid);
}

TEST(the_answer_is_that_of_the_kernel) {
        static const char *const images[] = { "", "no module", "\177ELF" };
        for (size_t i = 0; i < ELEMENTSOF(images); i++) {
                _cleanup_(closep) int fd = memory(images[i]);
                TEST_CASE("%s", images[i]);
                long r = syscall(SYS_finit_module, fd, "", 0);
                int expected = -errno;
                ASSERT_EQ(r, -1);
                ASSERT_EQ(load(fd), expected);
        }
        ASSERT_EQ(syscall(SYS_finit_module, -1, "", 0), -1);
        int expected = -errno;
        ASSERT_EQ(load(-1), expected);
}

TEST(nothing_is_left) {
        _cleanup_(closep) int fd = memory("no module"), other = memory("another");
        ASSERT(load(fd) < 0);
        ASSERT_EQ(waitpid(-1, NULL, WNOHANG), -1);
        ASSERT_EQ(errno, ECHILD);
        ASSERT(fcntl(fd, F_GETFD) >= 0 && fcntl(other, F_GETFD) >= 0);
}
