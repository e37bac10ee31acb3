/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "stream/fanout-private.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include "stream/journal.h"

static const char *const formats[] = {
        [OUTPUT_TEXT] = "text", [OUTPUT_JSON] = "json", [OUTPUT_JSON_SEQ] = "jsonSeq",
        [OUTPUT_RECORD] = "record", [OUTPUT_RECORD_TEXT] = "recordText",
        [OUTPUT_JOURNAL] = "journal",
};
static const char *const overflows[] = {
        [OVERFLOW_DROP] = "drop", [OVERFLOW_DISCONNECT] = "disconnect", [OVERFLOW_PAUSE] = "pause",
};
static const char *const froms[] = {
        [FROM_NOW] = "now", [FROM_START] = "start", [FROM_TAIL] = "tail", [FROM_AFTER] = "after", [FROM_END] = "end",
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

From from_from_string(const char *s) {
        return index_of(froms, ELEMENTSOF(froms), s);
}

/* ------------------------------------------------------------------ life */

Fanout *fanout_new(sd_event *event, LedgerMap *ledger, const Keep *keep, const FanoutOps *ops,
                   void *userdata) {
        Fanout *f = calloc(1, sizeof(*f));
        if (!f)
                return NULL;
        *f = (Fanout) {
                .event = sd_event_ref(event), .ledger = ledger, .keep = keep, .ops = ops, .userdata = userdata,
        };
        return replay_open(f) < 0 ? fanout_free(f) : f;
}

static Output *output_free(Output *o) {
        sd_event_source_disable_unref(o->io);
        recording_close(o);
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
        sd_event_source_disable_unref(f->replay);
        for (unsigned i = 0; i < _PART_MAX; i++)
                buf_done(&f->rendered.parts[i]);
        sd_event_unref(f->event);
        free(f);
        return NULL;
}

static void sum_wants(Fanout *f) {
        f->wants = 0;
        for (const Output *o = f->outputs; o; o = o->next)
                f->wants |= o->wants;
}

/* Removes a reader and says so. What was in its queue is gone. */
void output_gone(Output *o, const char *state, int error) {
        Fanout *f = o->fanout;
        uint32_t id = o->ledger->id;
        uint64_t lost = o->ledger->lost;
        for (Output **p = &f->outputs; *p; p = &(*p)->next)
                if (*p == o) {
                        *p = o->next;
                        break;
                }
        f->n--;
        sum_wants(f);
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
bool output_flush(Output *o) {
        if (o->recorder)
                return recording_flush(o);
        bool journal = o->options.format == OUTPUT_JOURNAL;
        int r = journal ? journal_flush(&o->queue, o->fd) : queue_flush(&o->queue, o->fd);
        if (r < 0) {
                output_gone(o, r == -EPIPE || r == -ECONNRESET ? "closed" : "failed", -r);
                return false;
        }
        output_tell_blocked(o, r == 0);
        if (r == 1 && o->closing && !o->replaying) {
                output_gone(o, "complete", 0);
                return false;
        }
        return true;
}

static int on_io(sd_event_source *s, int fd, uint32_t events, void *userdata) {
        Output *o = userdata;
        Fanout *f = o->fanout;
        if (o->recorder) {
                (void) recording_receive(o);
                return 0;
        }
        if (events & (EPOLLERR | EPOLLHUP)) {
                output_gone(o, "closed", 0);
                return 0;
        }
        if (!output_flush(o))
                return 0;
        if (o->replaying)
                replay_kick(f);
        else if (f->paused && o->options.overflow == OVERFLOW_PAUSE)
                f->ops->room(f->userdata);
        return 0;
}

void fanout_flush(Fanout *f) {
        foreach_output(o, f) {
                queue_commit(&o->queue);
                if (!o->blocked)
                        output_flush(o);
        }
}

/* ------------------------------------------------------------------ adding, removing */

static int output_watch(Output *o) {
        int r = sd_event_add_io(o->fanout->event, &o->io, o->fd, o->recorder ? EPOLLIN : 0, on_io, o);
        return r == -EPERM && !o->recorder ? 0 : r; /* a file */
}

static int output_open(Output *o, int queue_fds[STREAM_QUEUE_FDS]) {
        bool is_new = false;
        o->ledger = ledger_reader(o->fanout->ledger, o->options.id, &is_new);
        for (unsigned i = 0; !o->ledger && i < STREAM_QUEUE_FDS; i++)
                close_fd(queue_fds[i]);
        if (!o->ledger)
                return -E2BIG;
        int r = queue_open(&o->queue, queue_fds, o->ledger->head);
        int flags = fcntl(o->fd, F_GETFL);
        if (r == 0 && (flags < 0 || fcntl(o->fd, F_SETFL, flags | O_NONBLOCK) < 0))
                r = -errno;
        if (r == 0)
                r = recording_open(o);
        if (r == 0)
                r = output_watch(o);
        if (r == 0 && is_new)
                r = replay_begin(o);
        else if (r == 0)
                replay_resume(o);
        if (r < 0)
                o->ledger->used = 0;
        return r;
}

int fanout_add(Fanout *f, const ReaderOptions *options, int fd, int queue_fds[STREAM_QUEUE_FDS]) {
        _cleanup_(output_freep) Output *o = calloc(1, sizeof(*o));
        if (!o)
                return -ENOMEM; /* the process ends with it */
        *o = (Output) {
                .fanout = f, .options = *options, .wants = output_parts(options), .fd = fd,
                .queue = { .pipe = { -1, -1 } },
        };
        int r = output_open(o, queue_fds);
        if (r < 0)
                return r;
        o->next = f->outputs;
        f->n++;
        f->outputs = TAKE_PTR(o);
        sum_wants(f);
        replay_kick(f);
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
        if (o)
                output_gone(o, "closed", 0);
}

void fanout_close(Fanout *f, bool now) {
        foreach_output(o, f) {
                o->closing = true;
                o->deferred = false;
                if (now)
                        output_gone(o, "overflow", 0);
                else if (!o->blocked)
                        output_flush(o);
        }
        replay_kick(f);
}

/* ------------------------------------------------------------------ records */

unsigned fanout_count(const Fanout *f) {
        return f->n;
}

unsigned fanout_wants(const Fanout *f) {
        return f->wants;
}

bool fanout_has_json(const Fanout *f) {
        return f->wants & 1u << PART_LINE;
}

bool fanout_has_followers(const Fanout *f) {
        for (const Output *o = f->outputs; o; o = o->next)
                if (o->options.follow && !o->deferred && !o->closing)
                        return true;
        return false;
}

uint64_t fanout_lost(const Fanout *f) {
        uint64_t sum = f->lost;
        for (const Output *o = f->outputs; o; o = o->next)
                sum += o->ledger->lost;
        return sum;
}

/* Once full, a quarter of it must be free: few wake-ups, many bytes each. */
static bool holds_back(const Output *o) {
        bool full = o->recorder && recorder_is_full(o->recorder);
        if (o->options.overflow != OVERFLOW_PAUSE || o->closing || o->deferred || full)
                return false;
        return o->replaying || queue_room(&o->queue) < (o->blocked ? o->queue.capacity / 4 : RECORD_ROOM);
}

bool fanout_can_take(Fanout *f) {
        f->paused = false;
        for (const Output *o = f->outputs; o && !f->paused; o = o->next)
                f->paused = holds_back(o);
        return !f->paused;
}

/* Counts a record that found no room. */
static void output_drop(Output *o, uint64_t seq) {
        if (o->ledger->dropped++ == 0)
                o->ledger->from = seq;
        o->ledger->to = seq;
        o->ledger->lost++;
        o->full = true;
}

/* Tells of what was dropped, in front of the record of this number. */
static void output_tell_dropped(Output *o, uint64_t seq) {
        LedgerReader *l = o->ledger;
        if (l->dropped == 0)
                return;
        output_tell_lost(o, seq, &(ReaderLoss) {
                .where = o->store_full ? "store-full" : "reader-queue", .count = l->dropped, .from = l->from, .to = l->to, .total = l->lost,
        });
        l->dropped = 0;
        o->full = o->store_full = false;
}

static bool has_part(const Output *o, const Rendered *r) {
        return r->parts[output_part(o)].len > 0;
}

void fanout_put(Fanout *f, uint64_t seq, const Rendered *r) {
        foreach_output(o, f) {
                if (o->closing || o->replaying || !has_part(o, r))
                        continue;
                size_t need = o->full ? o->queue.capacity / 4 : RECORD_ROOM;
                if (queue_room(&o->queue) < need) {
                        if (o->options.overflow == OVERFLOW_DISCONNECT)
                                output_gone(o, "overflow", 0);
                        else
                                output_drop(o, seq);
                        continue;
                }
                output_tell_dropped(o, seq);
                output_append(o, seq, r);
        }
}

/* RECORD_ROOM is more than a record takes: what is left is enough for a line that comes once. */
void fanout_put_last(Fanout *f, uint64_t seq, const Rendered *r) {
        for (Output *o = f->outputs; o; o = o->next) {
                if (o->closing || o->replaying)
                        continue;
                output_tell_dropped(o, seq);
                if (queue_room(&o->queue) >= r->parts[PART_LINE].len + 256)
                        output_append(o, seq, r);
        }
}

void fanout_put_aside(Fanout *f, void (*make)(void *userdata, uint64_t queued, Buf *out)) {
        Buf line = BUF_INIT;
        for (Output *o = f->outputs; o; o = o->next) {
                if (o->closing || o->replaying || o->recorder || !output_is_json(o) ||
                    queue_room(&o->queue) < 2 * RECORD_ROOM)
                        continue;
                line.len = 0;
                make(f->userdata, o->queue.capacity - queue_room(&o->queue), &line);
                output_append_aside(o, fanout_last(f), &line);
        }
        buf_done(&line);
}
