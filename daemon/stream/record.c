/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Records wait in the queue like those of any reader. They are written in batches at the place where the
 * last batch ended, and only then the state in the queue's header moves on, as a whole: a process that takes
 * over writes the same bytes to the same place again. Compressed, a batch is a gzip member; members one
 * after the other are one gzip file. The digest is over the plain lines; a successor reads them back for it.
 */
#include "stream/record.h"
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <time.h>
#include <zlib.h>
#include "base/cleanup.h"
#include "base/fds.h"
#include "stream/digest.h"

#define BATCH ((size_t) 256 << 10)
#define NO_SEGMENT UINT64_MAX

struct Recorder {
        RecordOptions options;
        Queue *queue;
        int socket, fd;
        const RecordLines *lines;
        RecordState state;
        Digest *digest; /* NULL: unknown */
        Buf batch, packed;
        uint64_t taken;     /* bytes of the queue that are in the batch */
        uint64_t asked;     /* number of the file that was asked for */
        bool full;
};

static uint64_t now_usec(void) {
        struct timespec t;
        clock_gettime(CLOCK_BOOTTIME, &t);
        return (uint64_t) t.tv_sec * 1000000 + (uint64_t) t.tv_nsec / 1000;
}

/* ------------------------------------------------------------------ state */

static RecordState *slot(Recorder *r, unsigned i) {
        return &r->queue->header->record[i];
}

static void publish(Recorder *r) {
        unsigned next = !r->queue->header->record_active;
        *slot(r, next) = r->state;
        __atomic_store_n(&r->queue->header->record_active, next, __ATOMIC_RELEASE);
        queue_skip(r->queue, r->state.tail);
}

Recorder *recorder_new(const RecordOptions *o, Queue *q, int socket, const RecordLines *lines) {
        Recorder *r = calloc(1, sizeof(*r));
        if (!r)
                return NULL;
        *r = (Recorder) { .options = *o, .queue = q, .socket = socket, .fd = -1, .lines = lines, .asked = NO_SEGMENT };
        r->state = *slot(r, q->header->record_active & 1);
        if (r->state.tail > q->head)
                r->state.tail = q->head; /* never, by the same program */
        queue_skip(q, r->state.tail);
        return r;
}

Recorder *recorder_free(Recorder *r) {
        if (!r)
                return NULL;
        close_fd(r->fd);
        digest_free(r->digest);
        buf_done(&r->batch);
        buf_done(&r->packed);
        free(r);
        return NULL;
}

bool recorder_is_full(const Recorder *r) {
        return r->full;
}

/* ------------------------------------------------------------------ the client */

static void say(Recorder *r, const char *what, const char *detail) {
        char line[256];
        int n = snprintf(line, sizeof(line), "%s%s%s\n", what, *detail ? " " : "", detail);
        (void) send(r->socket, line, (size_t) n, MSG_DONTWAIT | MSG_NOSIGNAL);
}

static void ask(Recorder *r) {
        char number[24];
        if (r->asked == r->state.segment)
                return;
        r->asked = r->state.segment;
        snprintf(number, sizeof(number), "%llu", (unsigned long long) r->state.segment);
        say(r, "want", number);
}

static int fail(Recorder *r, int error, const char *what) {
        say(r, "failed", what);
        return error;
}

/* ------------------------------------------------------------------ a file that is gone on with */

static void start_digest(Recorder *r) {
        digest_free(r->digest);
        r->digest = digest_new(r->fd, r->state.offset, r->options.compress);
}

static int take_file(Recorder *r, int fd) {
        struct stat st;
        int flags = fcntl(fd, F_GETFL);
        if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || flags < 0 || (flags & O_ACCMODE) == O_RDONLY)
                return fail(r, -EBADF, "a recording needs a regular file that can be written");
        if (flags & O_APPEND && fcntl(fd, F_SETFL, flags & ~O_APPEND) < 0)
                return -errno;
        if (ftruncate(fd, (off_t) r->state.offset) < 0)
                return fail(r, -errno, "the file cannot be cut to its length");
        r->fd = fd;
        start_digest(r);
        return 0;
}

int recorder_receive(Recorder *r) {
        for (;;) {
                uint32_t number = 0;
                int fd = -1;
                size_t n_fds = 1;
                ssize_t n = fds_recv(r->socket, &number, sizeof(number), &fd, &n_fds);
                if (n == -EAGAIN)
                        return 0;
                if (n <= 0)
                        return -EPIPE;
                if (n_fds == 0)
                        continue;
                if (r->fd >= 0 || n != sizeof(number) || number != r->state.segment) {
                        close_fd(fd);
                        continue;
                }
                int k = take_file(r, fd);
                if (k < 0) {
                        close_fd(fd);
                        return k;
                }
        }
}

/* ------------------------------------------------------------------ writing */

static int pack(Recorder *r) {
        z_stream z = { .next_in = (Bytef *) r->batch.data, .avail_in = (uInt) r->batch.len };
        r->packed.len = 0;
        if (deflateInit2(&z, Z_DEFAULT_COMPRESSION, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK)
                return -ENOMEM;
        size_t bound = deflateBound(&z, (uLong) r->batch.len);
        z.next_out = (Bytef *) buf_reserve(&r->packed, bound);
        z.avail_out = (uInt) bound;
        int k = z.next_out ? deflate(&z, Z_FINISH) : Z_MEM_ERROR;
        r->packed.len = z.total_out;
        deflateEnd(&z);
        return k == Z_STREAM_END ? 0 : -ENOMEM;
}

static bool has_free_space(const Recorder *r, size_t len) {
        struct statfs fs;
        if (r->options.min_free_bytes == 0 || fstatfs(r->fd, &fs) < 0)
                return true;
        uint64_t free_bytes = (uint64_t) fs.f_bavail * (uint64_t) fs.f_bsize;
        return free_bytes >= r->options.min_free_bytes && free_bytes - r->options.min_free_bytes >= len;
}

static int write_at(int fd, const char *data, size_t len, uint64_t at) {
        while (len > 0) {
                ssize_t n = pwrite(fd, data, len, (off_t) at);
                if (n < 0 && errno == EINTR)
                        continue;
                if (n <= 0)
                        return n < 0 ? -errno : -EIO;
                data += n;
                at += (uint64_t) n;
                len -= (size_t) n;
        }
        return 0;
}

static void set_full(Recorder *r, bool full) {
        if (r->full != full)
                say(r, full ? "full" : "room", "");
        r->full = full;
}

/* What did not get in stays in the queue, and the state as it was. */
static int give_batch_back(Recorder *r, const RecordState *before, int error) {
        bool room = error == -ENOSPC || error == -EDQUOT || error == -EFBIG;
        r->state = *before;
        r->batch.len = 0;
        r->taken = 0;
        (void) ftruncate(r->fd, (off_t) r->state.offset); /* no half a record */
        if (!room)
                return fail(r, error, strerror(-error));
        set_full(r, true);
        return 0;
}

/* 1: it is in the file, which the state does not say yet. `before`: the state without the batch. */
static int write_batch(Recorder *r, const RecordState *before) {
        if (r->batch.failed || (r->options.compress && r->batch.len > 0 && pack(r) < 0))
                return give_batch_back(r, before, -ENOMEM);
        const Buf *out = r->options.compress ? &r->packed : &r->batch;
        if (r->batch.len > 0) {
                int k = has_free_space(r, out->len) ? write_at(r->fd, out->data, out->len, r->state.offset)
                                                    : -ENOSPC;
                if (k < 0)
                        return give_batch_back(r, before, k);
                r->state.offset += out->len;
                r->state.total += out->len;
                digest_add(r->digest, r->batch.data, r->batch.len);
        }
        set_full(r, false);
        r->state.bytes += r->batch.len;
        r->state.tail += r->taken;
        r->batch.len = 0;
        r->taken = 0;
        return 1;
}

static int put_batch(Recorder *r, RecordState *before) {
        int k = write_batch(r, before);
        if (k > 0) {
                publish(r);
                *before = r->state;
        }
        return k;
}

/* ------------------------------------------------------------------ segments */

static bool is_empty(const Recorder *r) {
        return r->state.lines == 0;
}

/* Everything that belongs into it is written. Its last line and the end of the file are one step: a
 * successor finds both or writes that line again. */
static int end_one(Recorder *r, const char *reason) {
        char hex[65];
        RecordState before = r->state;
        if (!r->options.is_text) {
                r->lines->segment(r->lines->userdata, &r->state, reason, digest_hex(r->digest, hex),
                                  &r->batch);
                int k = write_batch(r, &before);
                if (k <= 0) {
                        start_digest(r);
                        return k;
                }
        }
        r->digest = digest_free(r->digest);
        r->fd = close_fd(r->fd);
        r->state = (RecordState) { .tail = r->state.tail, .segment = r->state.segment + 1, .total = r->state.total };
        publish(r);
        return 1;
}

int recorder_end_segment(Recorder *r, const char *reason) {
        int k = recorder_flush(r);
        return k <= 0 || r->fd < 0 || is_empty(r) ? k : end_one(r, reason);
}

static const char *must_end(const Recorder *r, size_t more) {
        const RecordOptions *o = &r->options;
        if (is_empty(r))
                return NULL;
        uint64_t size = r->state.offset + (o->compress ? 0 : r->batch.len + more);
        if (o->segment_bytes > 0 && size > o->segment_bytes)
                return "size";
        if (o->segment_usec > 0 && now_usec() - r->state.opened_usec >= o->segment_usec)
                return "time";
        return NULL;
}

static void begin_segment(Recorder *r, uint64_t seq) {
        r->state.opened_usec = now_usec();
        r->state.first = seq;
        if (!r->options.is_text)
                r->lines->header(r->lines->userdata, seq, r->state.segment, &r->batch);
}

static bool peek(const Recorder *r, RecordFrame *ret) {
        uint64_t at = r->state.tail + r->taken;
        return at < r->queue->committed && (queue_peek(r->queue, at, ret, sizeof(*ret)), true);
}

static void take(Recorder *r, const RecordFrame *f) {
        if (is_empty(r))
                begin_segment(r, f->seq);
        char *to = buf_reserve(&r->batch, f->len);
        if (to) {
                queue_peek(r->queue, r->state.tail + r->taken + sizeof(*f), to, f->len);
                r->batch.len += f->len;
        }
        r->taken += sizeof(*f) + f->len;
        r->state.lines++;
        r->state.last = f->seq;
}

int recorder_flush(Recorder *r) {
        RecordState before = r->state;
        RecordFrame f;
        while (peek(r, &f)) {
                if (r->fd < 0) {
                        ask(r);
                        return 0;
                }
                const char *reason = must_end(r, f.len);
                if (reason || r->batch.len >= BATCH) {
                        int k = put_batch(r, &before);
                        if (k > 0 && reason)
                                k = end_one(r, reason);
                        if (k <= 0)
                                return k;
                        before = r->state;
                        continue;
                }
                take(r, &f);
        }
        if (r->taken == 0)
                return 1;
        int k = put_batch(r, &before);
        if (k > 0 && r->options.max_bytes > 0 && r->state.total >= r->options.max_bytes)
                return end_one(r, "quota") < 0 ? -EIO
                                               : fail(r, -EDQUOT, "the recording has reached its quota");
        return k;
}

/* ------------------------------------------------------------------ the end without room */

RecordRest recorder_rest(const Recorder *r) {
        RecordRest rest = {};
        RecordFrame f;
        for (uint64_t at = r->state.tail; at < r->queue->committed; at += sizeof(f) + f.len) {
                queue_peek(r->queue, at, &f, sizeof(f));
                if (f.seq <= rest.to) /* a line that has no number of its own */
                        continue;
                if (rest.to == 0)
                        rest.from = f.lost > 0 ? f.seq - f.lost + 1 : f.seq;
                rest.waiting += f.lost == 0;
                rest.to = f.seq;
        }
        return rest;
}

int recorder_end_full(Recorder *r, uint64_t from, uint64_t to, const Buf *line) {
        RecordState before = r->state;
        if (r->fd < 0)
                return 0;
        r->options.min_free_bytes = 0;
        r->taken = r->queue->committed - r->state.tail;
        if (!r->options.is_text && line->len > 0) {
                if (is_empty(r))
                        begin_segment(r, from);
                buf_add(&r->batch, line->data, line->len);
                r->state.lines++;
                r->state.last = to;
        }
        int k = put_batch(r, &before);
        return k > 0 && !is_empty(r) ? end_one(r, "store-full") : k;
}
