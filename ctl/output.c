/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ctl/output.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include "base/cleanup.h"

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

int output_copy(int from, int to) {
        static char buffer[256 * 1024];
        ssize_t n = read(from, buffer, sizeof(buffer));
        if (n < 0)
                return errno == EINTR || errno == EAGAIN ? 1 : errno == ECONNRESET ? 0 : -errno;
        if (n == 0)
                return 0;
        int r = output_write(to, buffer, (size_t) n);
        return r < 0 ? r : 1;
}

void output_message(const char *severity, const char *text) {
        const char *prefix = strcmp(severity, "error") == 0 ? "ERROR: " : "WARNING: ";
        if (strncmp(text, prefix, strlen(prefix)) == 0)
                prefix = "";
        size_t n = strlen(text);
        fprintf(stderr, "%s%s%s", prefix, text, n > 0 && text[n - 1] == '\n' ? "" : "\n");
}
