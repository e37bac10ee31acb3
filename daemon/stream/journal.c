/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "stream/journal.h"
#include <errno.h>
#include <sys/socket.h>
#include "base/cleanup.h"
#include "stream/render.h"

static int send_one(int fd, const char *data, size_t len) {
        ssize_t n;
        do
                n = send(fd, data, len, MSG_DONTWAIT | MSG_NOSIGNAL);
        while (n < 0 && errno == EINTR);
        if (n >= 0 || errno == EMSGSIZE) /* one that is too long for it is not worth the others */
                return 1;
        return errno == EAGAIN || errno == ENOBUFS ? 0 : -errno;
}

int journal_flush(Queue *q, int fd) {
        static char data[2 * RENDER_MAX];
        JournalFrame f;
        while (q->tail < q->committed) {
                queue_peek(q, q->tail, &f, sizeof(f));
                if (f.len > sizeof(data))
                        return -EBADMSG; /* never, by the same program */
                queue_peek(q, q->tail + sizeof(f), data, f.len);
                int r = send_one(fd, data, f.len);
                if (r <= 0)
                        return r;
                queue_skip(q, q->tail + sizeof(f) + f.len);
        }
        return 1;
}
