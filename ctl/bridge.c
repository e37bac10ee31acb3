/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * stapctl bridge: standard input and output are a connection to stapd. It is what `stapctl -H HOST` runs on
 * the other side. The end of the input is the end of the client: the connection is closed, whatever is still
 * on its way, so that a session that belongs to it ends.
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "ctl/client.h"
#include "ctl/main.h"
#include "ctl/output.h"

/* 1: go on; 0: that side has ended; negative errno. */
static int copy(int from, int to) {
        static char buffer[256 * 1024];
        ssize_t n = read(from, buffer, sizeof(buffer));
        if (n < 0)
                return errno == EINTR || errno == EAGAIN ? 1 : errno == ECONNRESET ? 0 : -errno;
        int r = n > 0 ? output_write(to, buffer, (size_t) n) : 0;
        return r < 0 ? r : n > 0;
}

static int carry(int fd) {
        struct pollfd p[] = { { .fd = STDIN_FILENO, .events = POLLIN }, { .fd = fd, .events = POLLIN },
                              { .fd = STDOUT_FILENO } }; /* nobody reads any more: POLLERR comes unasked */
        for (;;) {
                if (poll(p, 3, -1) < 0 && errno != EINTR)
                        return -errno;
                if (p[2].revents & (POLLERR | POLLHUP | POLLNVAL))
                        return 0;
                int r = p[1].revents ? copy(fd, STDOUT_FILENO) : 1;
                if (r > 0 && p[0].revents)
                        r = copy(STDIN_FILENO, fd);
                if (r <= 0)
                        return r;
        }
}

int verb_bridge(int argc, char **argv) {
        _cleanup_(client_done) Client c = CLIENT_INIT;
        if (argc != 1) {
                puts("stapctl bridge\n\nCarries a connection to stapd on standard input and output; stapctl -H runs it.");
                return argc == 2 && strcmp(argv[1], "--help") == 0 ? EXIT_OK : EXIT_USAGE;
        }
        if (client_connect_alone(&c) < 0)
                return EXIT_USAGE;
        int r = carry(c.fd);
        return r < 0 && r != -EPIPE ? EXIT_USAGE : EXIT_OK;
}
