/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A recording as one of the readers: when it writes, waits, tries again and ends. */
#include <errno.h>
#include "stream/fanout-private.h"

#define RETRY_USEC 1000000 /* there may be room again */

static void on_header(void *userdata, uint64_t seq, uint64_t segment, Buf *out) {
        Output *o = userdata;
        o->fanout->ops->header(o->fanout->userdata, seq, 0, segment, out);
}

static void on_segment(void *userdata, const RecordState *s, const char *reason, const char *sha256,
                       Buf *out) {
        Output *o = userdata;
        o->fanout->ops->segment_line(o->fanout->userdata, s, reason, sha256, out);
}

int recording_open(Output *o) {
        if (o->options.format != OUTPUT_RECORD && o->options.format != OUTPUT_RECORD_TEXT)
                return 0;
        o->options.record.is_text = o->options.format == OUTPUT_RECORD_TEXT;
        o->lines = (RecordLines) { .header = on_header, .segment = on_segment, .userdata = o };
        o->recorder = recorder_new(&o->options.record, &o->queue, o->fd, &o->lines);
        return o->recorder ? 0 : -ENOMEM;
}

void recording_close(Output *o) {
        sd_event_source_disable_unref(o->retry);
        o->recorder = recorder_free(o->recorder);
}

static void go_on(Output *o) {
        Fanout *f = o->fanout;
        if (o->replaying)
                replay_kick(f);
        if (f->paused)
                f->ops->room(f->userdata);
}

static int on_retry(sd_event_source *source, uint64_t usec, void *userdata) {
        Output *o = userdata;
        if (recording_flush(o))
                go_on(o);
        return 0;
}

static void retry_later(Output *o) {
        if (!o->retry) {
                (void) sd_event_add_time_relative(o->fanout->event, &o->retry, CLOCK_MONOTONIC, RETRY_USEC,
                                                  0, on_retry, o);
                return;
        }
        (void) sd_event_source_set_time_relative(o->retry, RETRY_USEC);
        (void) sd_event_source_set_enabled(o->retry, SD_EVENT_ONESHOT);
}

/* The session is over, and there is no room: what waits is lost, and the file says so. */
static void end_full(Output *o) {
        Fanout *f = o->fanout;
        LedgerReader *l = o->ledger;
        RecordRest rest = recorder_rest(o->recorder);
        uint64_t first = rest.to > 0 ? rest.from : l->from, last = l->dropped > 0 ? l->to : rest.to;
        l->lost += rest.waiting;
        if (last == 0)
                return;
        ReaderLoss loss = { .where = "store-full", .count = last - first + 1, .from = first, .to = last,
                            .total = l->lost };
        Buf line = BUF_INIT;
        if (output_is_json(o))
                f->ops->lost_line(f->userdata, last + 1, &loss, &line);
        else
                f->ops->text_lost(f->userdata, rest.waiting + l->dropped);
        (void) recorder_end_full(o->recorder, first, last, &line);
        buf_done(&line);
}

bool recording_flush(Output *o) {
        int r = recorder_flush(o->recorder);
        if (r > 0 && o->closing && !o->replaying)
                r = recorder_end_segment(o->recorder, "end");
        bool full = recorder_is_full(o->recorder);
        if (full && o->closing)
                end_full(o);
        if (r < 0 || (full && o->closing)) {
                output_gone(o, r == -EDQUOT ? "closed" : "failed", r == -EDQUOT ? 0 : full ? ENOSPC : -r);
                return false;
        }
        if (r > 0 && o->closing && !o->replaying) {
                output_gone(o, "closed", 0);
                return false;
        }
        o->blocked = r == 0;
        if (full) {
                Fanout *f = o->fanout;
                o->store_full = true;
                retry_later(o);
                if (f->paused) /* it holds nothing back any more */
                        f->ops->room(f->userdata);
        }
        return true;
}

bool recording_receive(Output *o) {
        int r = recorder_receive(o->recorder);
        if (r < 0) {
                if (r == -EPIPE)
                        (void) recorder_end_segment(o->recorder, "client-gone");
                output_gone(o, r == -EPIPE ? "closed" : "failed", r == -EPIPE ? 0 : -r);
                return false;
        }
        if (!recording_flush(o))
                return false;
        go_on(o);
        return true;
}

void fanout_rotate(Fanout *f) {
        for (Output *o = f->outputs; o; o = o->next)
                if (o->recorder)
                        (void) recorder_end_segment(o->recorder, "command");
}
