/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "stream/queue.h"
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include "base/cleanup.h"

enum { FILLING, DRAINING };

/* ------------------------------------------------------------------ what survives */

static void note(Queue *q, uint64_t bytes, unsigned phase) {
        __atomic_store_n(&q->header->progress, bytes << 1 | phase, __ATOMIC_RELEASE);
}

/* Where the last process was, from its note and the number of bytes in the pipe. */
static int recover(Queue *q) {
        int in_pipe;
        if (ioctl(q->pipe[0], FIONREAD, &in_pipe) < 0)
                return -errno;
        uint64_t bytes = q->header->progress >> 1;
        q->in_pipe = (size_t) in_pipe;
        q->tail = q->header->progress & DRAINING ? bytes : bytes + q->in_pipe;
        if (q->tail < q->in_pipe || q->tail > q->head || q->head - q->tail + q->in_pipe > q->capacity)
                return -EBADMSG;
        return 0;
}

int queue_open(Queue *q, int fds[STREAM_QUEUE_FDS], uint64_t head) {
        *q = (Queue) { .head = head, .committed = head, .pipe = { fds[1], fds[2] } };
        _cleanup_(closep) int memory = fds[0];
        struct stat st;
        if (fstat(memory, &st) < 0)
                return -errno;
        if (st.st_size < (off_t) (QUEUE_HEADER_SIZE + STREAM_QUEUE_MIN) ||
            st.st_size > (off_t) (QUEUE_HEADER_SIZE + STREAM_QUEUE_MAX))
                return -EBADMSG;
        q->capacity = (size_t) st.st_size - QUEUE_HEADER_SIZE;
        void *p = mmap(NULL, (size_t) st.st_size, PROT_READ | PROT_WRITE, MAP_SHARED, memory, 0);
        if (p == MAP_FAILED)
                return -errno;
        q->header = p;
        q->data = (char *) p + QUEUE_HEADER_SIZE;
        return recover(q);
}

void queue_close(Queue *q) {
        if (q->header)
                munmap(q->header, QUEUE_HEADER_SIZE + q->capacity);
        q->header = NULL;
        q->pipe[0] = close_fd(q->pipe[0]);
        q->pipe[1] = close_fd(q->pipe[1]);
}

/* ------------------------------------------------------------------ the ring */

/* Bytes in the pipe are still in the ring, for the case that they have to be taken back (go_direct()). */
size_t queue_room(const Queue *q) {
        return q->capacity - (size_t) (q->head - q->tail) - q->in_pipe;
}

void queue_append(Queue *q, const void *data, size_t len) {
        size_t at = (size_t) (q->head % q->capacity), first = MIN2(len, q->capacity - at);
        memcpy(q->data + at, data, first);
        memcpy(q->data, (const char *) data + first, len - first);
        q->head += len;
}

void queue_peek(const Queue *q, uint64_t at, void *to, size_t len) {
        size_t from = (size_t) (at % q->capacity), first = MIN2(len, q->capacity - from);
        memcpy(to, q->data + from, first);
        memcpy((char *) to + first, q->data, len - first);
}

void queue_skip(Queue *q, uint64_t tail) {
        q->tail = tail;
        note(q, tail, DRAINING);
}

void queue_commit(Queue *q) {
        q->committed = q->head;
}

/* Writes what stands in one piece. Returns the bytes written, 0 when there is nothing, negative errno. */
static ssize_t write_ring(Queue *q, int fd) {
        size_t at = (size_t) (q->tail % q->capacity);
        size_t len = MIN2((size_t) (q->committed - q->tail), q->capacity - at);
        if (len == 0)
                return 0;
        ssize_t n;
        do
                n = write(fd, q->data + at, len);
        while (n < 0 && errno == EINTR);
        return n < 0 ? -errno : n;
}

/* ------------------------------------------------------------------ the pipe */

static int fill(Queue *q) {
        note(q, q->tail - q->in_pipe, FILLING);
        ssize_t n = write_ring(q, q->pipe[1]);
        if (n < 0)
                return n == -EAGAIN ? 0 : (int) n;
        q->tail += (uint64_t) n;
        q->in_pipe += (size_t) n;
        return n > 0;
}

/* 1: some went out; 0: the descriptor takes none now. */
static int drain(Queue *q, int fd) {
        note(q, q->tail, DRAINING);
        ssize_t n;
        do
                n = splice(q->pipe[0], NULL, fd, NULL, q->in_pipe, SPLICE_F_NONBLOCK | SPLICE_F_MOVE);
        while (n < 0 && errno == EINTR);
        if (n < 0)
                return errno == EAGAIN ? 0 : -errno;
        if (n == 0)
                return -EIO; /* the pipe was not empty */
        q->in_pipe -= (size_t) n;
        return 1;
}

/* Takes back what is in the pipe: it is in the ring as well. */
static int go_direct(Queue *q) {
        char discard[4096];
        note(q, q->tail - q->in_pipe, FILLING);
        q->tail -= q->in_pipe;
        while (q->in_pipe > 0) {
                ssize_t n = read(q->pipe[0], discard, MIN2(sizeof(discard), q->in_pipe));
                if (n <= 0)
                        return n < 0 ? -errno : -EIO;
                q->in_pipe -= (size_t) n;
        }
        note(q, q->tail, DRAINING);
        q->direct = true;
        return 0;
}

static int flush_direct(Queue *q, int fd) {
        while (q->tail < q->committed) {
                ssize_t n = write_ring(q, fd);
                if (n < 0)
                        return n == -EAGAIN ? 0 : (int) n;
                q->tail += (uint64_t) n;
                note(q, q->tail, DRAINING);
        }
        return 1;
}

int queue_flush(Queue *q, int fd) {
        while (!q->direct) {
                if (q->in_pipe == 0 && q->tail == q->committed)
                        return 1;
                int r = fill(q);
                if (r >= 0)
                        r = drain(q, fd);
                if (r == -EINVAL)
                        r = go_direct(q) < 0 ? -EIO : 1;
                if (r <= 0)
                        return r;
        }
        return flush_direct(q, fd);
}
