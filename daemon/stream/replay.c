/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Readers that want records of before their time. Each has its place in the ring of kept records, which the
 * ledger knows by number; it takes what its queue has room for, in turns with everything else, until it is
 * where the stream is. What left the ring before it came there is lost to it, and counted.
 */
#include <errno.h>
#include <string.h>
#include "stream/fanout-private.h"

#define STEP 2048 /* records of one reader in its turn */

uint64_t fanout_last(const Fanout *f) {
        return f->ledger->now->seq;
}

/* ------------------------------------------------------------------ where to begin */

/* Records without text do not count for who reads text. */
static bool counts(const Output *o, const Kept *e) {
        return output_is_json(o) || (!e->is_line && e->record.kind == STP_RECORD_PRINT);
}

static uint64_t nth_from_end(const Output *o, uint64_t n) {
        const Keep *k = o->fanout->keep;
        uint64_t total = 0, seen = 0;
        Kept e;
        for (uint64_t at = k->tail; keep_next(k, &at, &e) == 1;)
                total += counts(o, &e);
        if (n == 0)
                return fanout_last(o->fanout) + 1;
        for (uint64_t at = k->tail; keep_next(k, &at, &e) == 1;)
                if (counts(o, &e) && total - seen++ <= n)
                        return e.stamp.seq;
        return fanout_last(o->fanout) + 1;
}

static int first_of(const Output *o, uint64_t *ret) {
        uint64_t last = fanout_last(o->fanout), oldest = o->fanout->keep->first ?: last + 1;
        switch (o->options.from) {
        case FROM_START:
        case FROM_END:
                *ret = oldest;
                return 0;
        case FROM_TAIL:
                *ret = nth_from_end(o, o->options.number);
                return 0;
        case FROM_AFTER:
                *ret = o->options.number + 1;
                return o->options.number > last ? -ERANGE : 0;
        default:
                *ret = last + 1;
                return 0;
        }
}

void replay_resume(Output *o) {
        o->replaying = o->ledger->next > 0;
        o->deferred = o->replaying && o->options.from == FROM_END && !o->fanout->ledger->now->ended;
        o->at = keep_seek(o->fanout->keep, o->ledger->next);
        o->closing = !o->replaying && !o->options.follow;
}

int replay_begin(Output *o) {
        Fanout *f = o->fanout;
        uint64_t first, last = fanout_last(f);
        int r = first_of(o, &first);
        if (r < 0)
                return r;
        if (first <= last || !o->options.follow || o->options.from == FROM_END)
                o->ledger->next = first;
        o->ledger->until = o->options.follow ? 0 : last;
        if (output_is_json(o) && !o->recorder) {
                Buf line = BUF_INIT;
                f->ops->header(f->userdata, first, o->options.from == FROM_AFTER ? o->options.number : 0,
                               UINT64_MAX, &line);
                output_append_aside(o, first - 1, &line);
                buf_done(&line);
        }
        replay_resume(o);
        return 0;
}

/* ------------------------------------------------------------------ going on */

static void end_replay(Output *o) {
        o->replaying = false;
        o->ledger->next = 0;
}

/* A reader that does not follow has all that it wanted. */
static void stop(Output *o) {
        Fanout *f = o->fanout;
        if (output_is_json(o)) {
                Buf line = BUF_INIT;
                f->ops->stop_line(f->userdata, o->ledger->next, &line);
                output_append_aside(o, o->ledger->next - 1, &line);
                buf_done(&line);
        }
        end_replay(o);
        o->closing = true;
}

static bool wants_no_more(const Output *o) {
        return !o->options.follow && o->ledger->next > o->ledger->until;
}

/* Records that left the ring before it took them. */
static void tell_missed(Output *o, uint64_t first) {
        LedgerReader *l = o->ledger;
        uint64_t n = first - l->next;
        l->lost += n;
        output_tell_lost(o, first, &(ReaderLoss) {
                .where = "retention", .count = n, .from = l->next, .to = first - 1, .total = l->lost,
        });
        l->next = first;
}

/* One record: true when there may be another. */
static bool step(Output *o) {
        Fanout *f = o->fanout;
        Kept e;
        uint64_t at = MAX2(o->at, f->keep->tail);
        if (wants_no_more(o)) {
                stop(o);
                return false;
        }
        if (keep_next(f->keep, &at, &e) != 1) {
                if (o->ledger->next <= fanout_last(f)) /* none of them is left */
                        tell_missed(o, fanout_last(f) + 1);
                if (o->options.follow)
                        end_replay(o);
                else
                        stop(o);
                return false;
        }
        if (e.stamp.seq > o->ledger->next)
                tell_missed(o, e.stamp.seq);
        f->ops->render(f->userdata, &e, o->wants, &f->rendered);
        output_append(o, e.stamp.seq, &f->rendered);
        o->ledger->next = e.stamp.seq + 1;
        o->at = at;
        return true;
}

/* True: it has its turn again. */
static bool take_turn(Output *o) {
        if (!o->replaying || o->deferred || o->blocked)
                return false;
        for (unsigned i = 0; i < STEP; i++) {
                if (queue_room(&o->queue) < RECORD_ROOM)
                        break;
                if (!step(o))
                        return false;
        }
        return true;
}

static int on_replay(sd_event_source *source, void *userdata) {
        Fanout *f = userdata;
        bool more = false, was = f->paused;
        for (Output *o = f->outputs; o; o = o->next)
                more |= take_turn(o);
        f->ops->commit(f->userdata);
        fanout_flush(f);
        if (more)
                replay_kick(f);
        if (was && fanout_can_take(f))
                f->ops->room(f->userdata);
        return 0;
}

void replay_kick(Fanout *f) {
        bool any = false;
        for (const Output *o = f->outputs; o && !any; o = o->next)
                any = o->replaying && !o->deferred && !o->blocked;
        if (any)
                (void) sd_event_source_set_enabled(f->replay, SD_EVENT_ONESHOT);
}

int replay_open(Fanout *f) {
        int r = sd_event_add_defer(f->event, &f->replay, on_replay, f);
        return r < 0 ? r : sd_event_source_set_enabled(f->replay, SD_EVENT_OFF);
}
