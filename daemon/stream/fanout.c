/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "stream/fanout.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

/* Room that a record may need: itself, and the loss in front of it. */
#define RECORD_ROOM (2 * (size_t) RENDER_MAX)

typedef struct Output {
        Fanout *fanout;
        struct Output *next;
        LedgerReader *ledger;
        OutputFormat format;
        Overflow overflow;
        Queue queue;
        int fd;
        sd_event_source *io; /* NULL: a file, always writable */
        bool blocked;        /* the descriptor takes nothing now */
        bool closing;        /* when the queue is empty */
        bool full;           /* a "drop" reader that waits for room */
} Output;

struct Fanout {
        sd_event *event;
        LedgerMap *ledger;
        const FanoutOps *ops;
        void *userdata;
        Output *outputs;
        unsigned n;
        unsigned n_format[_OUTPUT_FORMAT_MAX];
        uint64_t lost;       /* of readers that are gone */
        bool paused;
};

static const char *const formats[] = { [OUTPUT_TEXT] = "text", [OUTPUT_JSON] = "json" };
static const char *const overflows[] = {
        [OVERFLOW_DROP] = "drop", [OVERFLOW_DISCONNECT] = "disconnect", [OVERFLOW_PAUSE] = "pause",
};

static int index_of(const char *const *names, size_t n, const char *s) {
        for (size_t i = 0; s && i < n; i++)
                if (strcmp(names[i], s) == 0)
                        return (int) i;
        return -EINVAL;
}

OutputFormat output_format_from_string(const char *s) {
        return index_of(formats, ELEMENTSOF(formats), s);
}

Overflow overflow_from_string(const char *s) {
        return index_of(overflows, ELEMENTSOF(overflows), s);
}

/* ------------------------------------------------------------------ life */

Fanout *fanout_new(sd_event *event, LedgerMap *ledger, const FanoutOps *ops, void *userdata) {
        Fanout *f = calloc(1, sizeof(*f));
        if (f)
                *f = (Fanout) { .event = sd_event_ref(event), .ledger = ledger, .ops = ops, .userdata = userdata };
        return f;
}

static Output *output_free(Output *o) {
        sd_event_source_disable_unref(o->io);
        queue_close(&o->queue);
        close_fd(o->fd);
        free(o);
        return NULL;
}

DEFINE_CLEANUP(Output *, output_freep, output_free)

Fanout *fanout_free(Fanout *f) {
        if (!f)
                return NULL;
        for (Output *o = f->outputs, *next; o; o = next) {
                next = o->next;
                output_free(o);
        }
        sd_event_unref(f->event);
        free(f);
        return NULL;
}

/* Removes a reader and says so. What was in its queue is gone. */
static void output_gone(Output *o, const char *state, int error) {
        Fanout *f = o->fanout;
        uint32_t id = o->ledger->id;
        uint64_t lost = o->ledger->lost;
        for (Output **p = &f->outputs; *p; p = &(*p)->next)
                if (*p == o) {
                        *p = o->next;
                        break;
                }
        f->n--;
        f->n_format[o->format]--;
        f->lost += lost;
        o->ledger->used = 0;
        output_free(o);
        f->ops->gone(f->userdata, id, state, error, lost);
        if (f->paused)
                f->ops->room(f->userdata);
}

/* ------------------------------------------------------------------ writing out */

static void output_tell_blocked(Output *o, bool blocked) {
        if (o->io && o->blocked != blocked)
                sd_event_source_set_io_events(o->io, blocked ? EPOLLOUT : 0);
        o->blocked = blocked;
}

/* False when the reader is gone. */
static bool output_flush(Output *o) {
        int r = queue_flush(&o->queue, o->fd);
        if (r < 0) {
                output_gone(o, r == -EPIPE || r == -ECONNRESET ? "closed" : "failed", -r);
                return false;
        }
        output_tell_blocked(o, r == 0);
        if (r == 1 && o->closing) {
                output_gone(o, "closed", 0);
                return false;
        }
        return true;
}

static int on_io(sd_event_source *s, int fd, uint32_t events, void *userdata) {
        Output *o = userdata;
        Fanout *f = o->fanout;
        if (events & (EPOLLERR | EPOLLHUP)) {
                output_gone(o, "closed", 0);
                return 0;
        }
        if (output_flush(o) && f->paused && o->overflow == OVERFLOW_PAUSE)
                f->ops->room(f->userdata);
        return 0;
}

/* For a list that may lose its members while it is walked. */
#define foreach_output(o, f) \
        for (Output *o = (f)->outputs, *_next = o ? o->next : NULL; o; o = _next, _next = o ? o->next : NULL)

void fanout_flush(Fanout *f) {
        foreach_output(o, f) {
                queue_commit(&o->queue);
                if (!o->blocked)
                        output_flush(o);
        }
}

/* ------------------------------------------------------------------ adding, removing */

static int output_watch(Output *o) {
        int r = sd_event_add_io(o->fanout->event, &o->io, o->fd, 0, on_io, o);
        return r == -EPERM ? 0 : r; /* a file */
}

static int output_open(Output *o, int queue_fds[STREAM_QUEUE_FDS], uint32_t id, bool *ret_new) {
        o->ledger = ledger_reader(o->fanout->ledger, id, ret_new);
        for (unsigned i = 0; !o->ledger && i < STREAM_QUEUE_FDS; i++)
                close_fd(queue_fds[i]);
        if (!o->ledger)
                return -E2BIG;
        int r = queue_open(&o->queue, queue_fds, o->ledger->head);
        int flags = fcntl(o->fd, F_GETFL);
        if (r == 0 && (flags < 0 || fcntl(o->fd, F_SETFL, flags | O_NONBLOCK) < 0))
                r = -errno;
        if (r == 0)
                r = output_watch(o);
        if (r < 0)
                o->ledger->used = 0;
        return r;
}

int fanout_add(Fanout *f, uint32_t id, OutputFormat format, Overflow overflow, int fd,
               int queue_fds[STREAM_QUEUE_FDS], bool *ret_new) {
        _cleanup_(output_freep) Output *o = calloc(1, sizeof(*o));
        if (!o)
                return -ENOMEM; /* the process ends with it */
        *o = (Output) {
                .fanout = f, .format = format, .overflow = overflow, .fd = fd, .queue = { .pipe = { -1, -1 } },
        };
        int r = output_open(o, queue_fds, id, ret_new);
        if (r < 0)
                return r;
        o->next = f->outputs;
        f->n++;
        f->n_format[format]++;
        f->outputs = TAKE_PTR(o);
        return 0;
}

static Output *find(Fanout *f, uint32_t id) {
        for (Output *o = f->outputs; o; o = o->next)
                if (o->ledger->id == id)
                        return o;
        return NULL;
}

void fanout_forget_missing(Fanout *f) {
        for (unsigned i = 0; i < STREAM_READERS_MAX; i++) {
                LedgerReader *r = &f->ledger->now->readers[i];
                if (r->used && !find(f, r->id))
                        *r = (LedgerReader) {};
        }
}

void fanout_detach(Fanout *f, uint32_t id) {
        Output *o = find(f, id);
        if (!o)
                return;
        o->closing = true;
        if (!o->blocked)
                output_flush(o);
}

void fanout_close(Fanout *f, bool now) {
        foreach_output(o, f) {
                o->closing = true;
                if (now)
                        output_gone(o, "overflow", 0);
                else if (!o->blocked)
                        output_flush(o);
        }
}

/* ------------------------------------------------------------------ records */

unsigned fanout_count(const Fanout *f) {
        return f->n;
}

bool fanout_has(const Fanout *f, OutputFormat format) {
        return f->n_format[format] > 0;
}

uint64_t fanout_lost(const Fanout *f) {
        uint64_t sum = f->lost;
        for (const Output *o = f->outputs; o; o = o->next)
                sum += o->ledger->lost;
        return sum;
}

bool fanout_can_take(Fanout *f) {
        f->paused = false;
        for (const Output *o = f->outputs; o && !f->paused; o = o->next)
                /* Once full, a quarter of it must be free: few wake-ups, many bytes each. */
                f->paused = o->overflow == OVERFLOW_PAUSE && !o->closing &&
                            queue_room(&o->queue) < (o->blocked ? o->queue.capacity / 4 : RECORD_ROOM);
        return !f->paused;
}

static void output_append(Output *o, const void *data, size_t len) {
        queue_append(&o->queue, data, len);
        o->ledger->head = o->queue.head;
}

/* Counts a record that found no room. */
static void output_drop(Output *o, uint64_t seq) {
        if (o->ledger->dropped++ == 0)
                o->ledger->from = seq;
        o->ledger->to = seq;
        o->ledger->lost++;
        o->full = true;
}

/* Tells of what was dropped, in front of the next record. */
static void output_tell_dropped(Output *o) {
        Fanout *f = o->fanout;
        if (o->format == OUTPUT_JSON) {
                Buf line = BUF_INIT;
                f->ops->lost_line(f->userdata, o->ledger, &line);
                if (!line.failed)
                        output_append(o, line.data, line.len);
                buf_done(&line);
        } else {
                f->ops->text_lost(f->userdata, o->ledger->dropped);
        }
        o->ledger->dropped = 0;
        o->full = false;
}

void fanout_put(Fanout *f, OutputFormat format, uint64_t seq, const void *data, size_t len) {
        foreach_output(o, f) {
                if (o->format != format || o->closing)
                        continue;
                size_t need = o->full ? o->queue.capacity / 4 : RECORD_ROOM;
                if (queue_room(&o->queue) < need) {
                        if (o->overflow == OVERFLOW_DISCONNECT)
                                output_gone(o, "overflow", 0);
                        else
                                output_drop(o, seq);
                        continue;
                }
                if (o->ledger->dropped > 0)
                        output_tell_dropped(o);
                output_append(o, data, len);
        }
}

/* RECORD_ROOM is more than a record takes: what is left is enough for a line that comes once. */
void fanout_put_last(Fanout *f, OutputFormat format, const void *data, size_t len) {
        for (Output *o = f->outputs; o; o = o->next) {
                if (o->format != format || o->closing)
                        continue;
                if (o->ledger->dropped > 0)
                        output_tell_dropped(o);
                if (len > 0 && queue_room(&o->queue) >= len)
                        output_append(o, data, len);
        }
}

void fanout_put_one(Fanout *f, uint32_t id, const void *data, size_t len) {
        Output *o = find(f, id);
        if (o && queue_room(&o->queue) >= len)
                output_append(o, data, len);
}
