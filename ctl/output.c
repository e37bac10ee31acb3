/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ctl/output.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include "base/cleanup.h"

/* Of one copy, before others have their turn. */
#define MAX_ROUNDS 64

int output_open(const char *path) {
        if (!path || strcmp(path, "-") == 0)
                return STDOUT_FILENO;
        int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
        if (fd >= 0)
                return fd;
        int r = -errno;
        fprintf(stderr, "stapctl: cannot write %s: %s\n", path, strerror(-r));
        return r;
}

int output_write(int fd, const char *data, size_t len) {
        while (len > 0) {
                ssize_t n = write(fd, data, len);
                if (n < 0 && errno == EAGAIN) {
                        struct pollfd p = { .fd = fd, .events = POLLOUT };
                        (void) poll(&p, 1, -1);
                        continue;
                }
                if (n < 0 && errno == EINTR)
                        continue;
                if (n < 0)
                        return -errno;
                data += n;
                len -= (size_t) n;
        }
        return 0;
}

/* What `fd` takes without making us wait: we must be there for the next Ctrl-C. Files always take all. */
static size_t room(int fd) {
        struct stat st;
        struct pollfd p = { .fd = fd, .events = POLLOUT };
        if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
                return SIZE_MAX;
        return poll(&p, 1, 0) > 0 ? PIPE_BUF : 0; /* or an error, which write() has the name of */
}

static int copy_once(Buf *early, int from, int to, size_t max) {
        static char buffer[256 * 1024];
        if (early->len > 0) {
                size_t n = max < early->len ? max : early->len;
                int r = output_write(to, early->data, n);
                buf_consume(early, n);
                return r < 0 ? r : 1;
        }
        ssize_t n = recv(from, buffer, max < sizeof(buffer) ? max : sizeof(buffer), MSG_DONTWAIT);
        if (n < 0)
                return errno == EINTR ? 1 : errno == ECONNRESET ? 0 : -errno;
        if (n == 0)
                return 0;
        int r = output_write(to, buffer, (size_t) n);
        return r < 0 ? r : 1;
}

int output_copy(Buf *early, int from, int to) {
        for (unsigned i = 0; i < MAX_ROUNDS; i++) {
                size_t max = room(to);
                if (max == 0)
                        return -ENOBUFS;
                int r = copy_once(early, from, to, max);
                if (r <= 0)
                        return r == -EAGAIN ? 1 : r;
        }
        return 1;
}

int output_read_tail(const char *text, int64_t *ret) {
        char *end;
        errno = 0;
        long long n = strtoll(text, &end, 10);
        if (errno || end == text || *end || n < 0) {
                fprintf(stderr, "stapctl: --tail takes a number of records, not '%s'\n", text);
                return -EINVAL;
        }
        *ret = n;
        return 0;
}

void output_message(const char *severity, const char *text) {
        const char *prefix = strcmp(severity, "error") == 0 ? "ERROR: " : "WARNING: ";
        if (strncmp(text, prefix, strlen(prefix)) == 0)
                prefix = "";
        size_t n = strlen(text);
        fprintf(stderr, "%s%s%s", prefix, text, n > 0 && text[n - 1] == '\n' ? "" : "\n");
}
