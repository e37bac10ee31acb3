/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * When to look at the buffers. While nothing happens, nobody wakes: the kernel makes the reader's descriptor
 * readable with the first record. That record is delivered at once; after it we look again after 1 ms, then
 * 2, 4, ... up to WINDOW_MAX as long as little comes, so that a steady trickle is handled in batches and a
 * sudden burst still finds an early look. When a look finds whole sub-buffers full, the next follows without
 * a pause. When one finds nothing, the descriptor is watched again.
 *
 * The records of a flight recorder stay in the kernel, which overwrites the oldest, and nobody wakes for them: they
 * are taken while a reader follows, when one comes that wants what there is, and in the end.
 */
#include <sys/epoll.h>
#include "base/fault.h"
#include "stream/stream-private.h"

#define WINDOW_MIN 1000u  /* usec */
#define WINDOW_MAX 10000u /* at 100 MB/s the smallest default buffer, 1 MiB of a CPU, takes this long to fill */
#define STEP 16384        /* records until other events have their turn */

static int pump_step(Stream *s);

static void fail_on(Stream *s, int r) {
        if (r < 0)
                stream_fail(s, r, "cannot read the kernel's buffers");
}

int pump_commit(Stream *s) {
        order_note(&s->order, s->ledger.now);
        (void) fault("commit");
        ledger_commit(&s->ledger);
        (void) fault("committed");
        return 0;
}

static void commit_and_flush(Stream *s) {
        pump_commit(s);
        fanout_flush(s->fanout);
}

/* ------------------------------------------------------------------ looking */

static int map_missing(Stream *s) {
        uint64_t now = 0;
        if (s->reader.n_missing == 0)
                return 0;
        sd_event_now(s->event, CLOCK_MONOTONIC, &now);
        if (now - s->mapped_usec < 1000000)
                return 0;
        s->mapped_usec = now;
        return reader_map_missing(&s->reader);
}

static int look(Stream *s) {
        struct stp_stat stat;
        int r = reader_flush(&s->reader, &s->until);
        /* Also tells the kernel that we have seen its state, or the descriptor would stay readable. */
        if (r >= 0)
                r = reader_stat(&s->reader, &stat);
        if (r >= 0)
                r = map_missing(s);
        if (r >= 0)
                r = order_refill(&s->order);
        if (r < 0)
                return r;
        s->kernel_state = stat.state;
        if (s->finishing)
                s->until = UINT64_MAX; /* nothing is written any more */
        s->batch_subbufs = s->order.subbufs;
        s->batch_records = 0;
        clock_look(s);
        return pump_step(s);
}

static void look_after(Stream *s, uint64_t usec) {
        sd_event_source_set_time_relative(s->timer, usec);
        sd_event_source_set_enabled(s->timer, SD_EVENT_ONESHOT);
}

bool pump_is_wanted(const Stream *s) {
        return !s->reader.overwrites || s->finishing || fanout_has_followers(s->fanout);
}

/* All records before `until` are in the queues: when to look again? */
static void end_batch(Stream *s) {
        bool found = s->batch_records > 0, much = s->order.subbufs - s->batch_subbufs > s->reader.n_cpus;
        if (!pump_is_wanted(s)) {
                s->window = WINDOW_MIN;
        } else if (s->finishing && !found) {
                stream_drained(s);
        } else if (s->finishing || much) {
                s->window = WINDOW_MIN;
                look_after(s, 0);
        } else if (found) {
                look_after(s, s->window);
                s->window = MIN2(s->window * 2, (uint64_t) WINDOW_MAX);
        } else {
                s->window = WINDOW_MIN;
                sd_event_source_set_enabled(s->reader_io, SD_EVENT_ON);
        }
}

/* ------------------------------------------------------------------ moving records */

/* False: we must wait for a reader. */
static bool has_room(Stream *s) {
        if (fanout_can_take(s->fanout))
                return true;
        commit_and_flush(s);
        return fanout_can_take(s->fanout);
}

static int pump_step(Stream *s) {
        for (unsigned i = 0; i < STEP && !s->error; i++) {
                Item item;
                if (order_peek(&s->order, s->until, &item) == 0) {
                        commit_and_flush(s);
                        end_batch(s);
                        return 0;
                }
                if (!has_room(s)) {
                        s->waiting = true;
                        return 0;
                }
                emit_item(s, &item);
                s->batch_records++;
                (void) fault("record");
                int r = order_advance(&s->order);
                if (r < 0)
                        return r;
        }
        commit_and_flush(s);
        sd_event_source_set_enabled(s->more, SD_EVENT_ONESHOT);
        return 0;
}

void pump_resume(Stream *s) {
        if (!s->waiting)
                return;
        s->waiting = false;
        sd_event_source_set_enabled(s->more, SD_EVENT_ONESHOT);
}

/* ------------------------------------------------------------------ events */

static int on_reader(sd_event_source *source, int fd, uint32_t events, void *userdata) {
        Stream *s = userdata;
        sd_event_source_set_enabled(source, SD_EVENT_OFF);
        fail_on(s, look(s));
        /* At least one more look by the timer: a descriptor that is readable for no reason cannot make us
         * spin. */
        if (!s->error && s->batch_records == 0 && !s->finishing && pump_is_wanted(s)) {
                sd_event_source_set_enabled(source, SD_EVENT_OFF);
                look_after(s, s->window);
        }
        return 0;
}

static int on_timer(sd_event_source *source, uint64_t usec, void *userdata) {
        Stream *s = userdata;
        fail_on(s, look(s));
        return 0;
}

static int on_more(sd_event_source *source, void *userdata) {
        Stream *s = userdata;
        fail_on(s, pump_step(s));
        return 0;
}

int pump_watch(Stream *s) {
        int r = sd_event_add_io(s->event, &s->reader_io, s->reader_fd, EPOLLIN, on_reader, s);
        if (r >= 0)
                r = sd_event_source_set_enabled(s->reader_io, SD_EVENT_OFF);
        if (r >= 0)
                r = sd_event_add_time_relative(s->event, &s->timer, CLOCK_MONOTONIC, 0, 500, on_timer, s);
        if (r >= 0)
                r = sd_event_source_set_enabled(s->timer, SD_EVENT_OFF);
        if (r >= 0)
                r = sd_event_add_defer(s->event, &s->more, on_more, s);
        return r < 0 ? r : sd_event_source_set_enabled(s->more, SD_EVENT_OFF);
}

int pump_start(Stream *s) {
        s->window = WINDOW_MIN;
        s->waiting = false;
        sd_event_source_set_enabled(s->reader_io, SD_EVENT_OFF);
        sd_event_source_set_enabled(s->more, SD_EVENT_OFF);
        look_after(s, 0);
        return 0;
}

void pump_catch_up(Stream *s) {
        int r = s->waiting || s->finishing ? 0 : look(s);
        for (int more = 0; r >= 0; r = pump_step(s)) {
                r = sd_event_source_get_enabled(s->more, &more);
                if (r < 0 || more == SD_EVENT_OFF || s->error)
                        break;
                sd_event_source_set_enabled(s->more, SD_EVENT_OFF);
        }
        fail_on(s, r);
}

void pump_stop(Stream *s) {
        s->waiting = false;
        sd_event_source_set_enabled(s->reader_io, SD_EVENT_OFF);
        sd_event_source_set_enabled(s->timer, SD_EVENT_OFF);
        sd_event_source_set_enabled(s->more, SD_EVENT_OFF);
}
