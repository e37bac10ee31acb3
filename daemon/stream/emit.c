/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What becomes of a record: a number, a place in the ring of recent ones, text for those who read text, a
 * line for those who read JSON, a message to stapd for what belongs on standard error.
 */
#include <errno.h>
#include <string.h>
#include "manifest/bytes.h"
#include "manifest/cursor.h"
#include "stream/stream-private.h"

#define HEARTBEAT_USEC 10000000

Stamp emit_stamp(Stream *s, uint64_t time_ns) {
        return clock_stamp(s, ++s->ledger.now->seq, time_ns);
}

/* ------------------------------------------------------------------ rendering */

static Origin origin_of(const Record *r) {
        return (Origin) { .cpu = r->cpu, .probe = r->probe, .pid = r->pid, .tid = r->tid, .uid = r->uid };
}

/* The text as JSON, if the line has room for it. */
static void render_member(Rendered *out) {
        Buf *member = &out->parts[PART_MEMBER];
        const Buf *text = &out->parts[PART_TEXT], *line = &out->parts[PART_LINE];
        bytes_add_json(member, text->data ? text->data : "", text->len);
        if (line->len + member->len + RENDER_SPARE > RENDER_MAX) {
                member->len = 0;
                buf_str(member, "null");
        }
}

static void render_print(const Stream *s, const Kept *e, unsigned parts, Rendered *out) {
        struct stp_value values[MANIFEST_MAX_FIELDS];
        const Record *r = &e->record;
        if (r->id >= s->manifest->n_formats || decode_values(r, &s->manifest->formats[r->id], values) < 0)
                return;
        if (parts & (1u << PART_TEXT | 1u << PART_MEMBER | 1u << PART_JOURNAL))
                render_text(s->render, r->id, values, &out->parts[PART_TEXT]);
        Origin o = origin_of(r);
        if (parts & 1u << PART_LINE)
                render_json_event(s->render, &e->stamp, &o, r->id, values, &out->parts[PART_LINE]);
        if (parts & 1u << PART_JOURNAL)
                render_journal_event(s->render, &e->stamp, &o, r->id, values, &out->parts[PART_TEXT],
                                     &out->parts[PART_JOURNAL]);
        if (parts & 1u << PART_MEMBER && out->parts[PART_TEXT].len > 0)
                render_member(out);
}

static void render_message(const Stream *s, const Kept *e, unsigned parts, Rendered *out) {
        struct stp_value text;
        const char *severity = e->record.kind == STP_RECORD_ERROR ? "error" : "warning";
        if (decode_message(&e->record, &text) < 0)
                return;
        Origin o = origin_of(&e->record);
        if (parts & 1u << PART_LINE)
                render_json_message(s->render, &e->stamp, &o, severity, &text, &out->parts[PART_LINE]);
        if (parts & 1u << PART_JOURNAL)
                render_journal_message(s->render, &e->stamp, &o, severity, &text, &out->parts[PART_JOURNAL]);
}

static void render_line(const Stream *s, const Kept *e, unsigned parts, Rendered *out) {
        if (parts & 1u << PART_LINE)
                buf_add(&out->parts[PART_LINE], e->line, e->line_len);
        if (parts & 1u << PART_JOURNAL)
                render_journal_line(s->render, &e->stamp, e->line, e->line_len, &out->parts[PART_JOURNAL]);
}

static void on_render(void *userdata, const Kept *e, unsigned parts, Rendered *out) {
        Stream *s = userdata;
        for (unsigned i = 0; i < _PART_MAX; i++)
                out->parts[i].len = 0;
        if (e->is_line)
                render_line(s, e, parts, out);
        else if (e->record.probe >= s->manifest->n_probes)
                return;
        else if (e->record.kind == STP_RECORD_PRINT)
                render_print(s, e, parts, out);
        else
                render_message(s, e, parts, out);
        for (unsigned i = 0; i < _PART_MAX; i++)
                if (out->parts[i].failed)
                        stream_fail(s, -ENOMEM, "no memory for a record");
}

static void put(Stream *s, const Kept *e, bool last) {
        unsigned wants = fanout_wants(s->fanout);
        keep_append(&s->keep, e);
        s->ledger.now->keep_head = s->keep.head;
        if (wants)
                on_render(s, e, wants, &s->rendered);
        if (wants && last)
                fanout_put_last(s->fanout, e->stamp.seq, &s->rendered);
        else if (wants)
                fanout_put(s->fanout, e->stamp.seq, &s->rendered);
        s->ledger.now->bytes += e->is_line ? e->line_len : e->record.payload_len;
}

void emit_line(Stream *s, const Stamp *stamp, bool last) {
        if (s->line.failed)
                stream_fail(s, -ENOMEM, "no memory for a record");
        else
                put(s, &(Kept) { .stamp = *stamp, .is_line = true, .line = s->line.data, .line_len = s->line.len }, last);
        s->line.len = 0;
}

/* ------------------------------------------------------------------ losses */

void emit_lost(Stream *s, LedgerLoss at, uint64_t time_ns, RenderLost *lost) {
        Stamp st = emit_stamp(s, time_ns);
        uint64_t count = lost->count == LOST_UNKNOWN ? 1 : lost->count;
        s->ledger.now->lost_at[at] += count;
        lost->total = s->ledger.now->lost_at[at];
        /* The first printed nothing that could be lost; the others are what a flight recorder is there for. */
        if (at != LOSS_PROBE_SKIPPED && at != LOSS_OVERWRITTEN) {
                s->ledger.now->lost += count;
                s->lost_untold += count;
                tell_losses_soon(s);
        }
        render_json_lost(s->render, &st, lost, &s->line);
        emit_line(s, &st, false);
}

static void emit_gap(Stream *s, const Item *item) {
        const Lost *l = &item->lost;
        LedgerLoss at = l->damaged ? LOSS_TRANSPORT_RESYNC : l->overwritten ? LOSS_OVERWRITTEN : LOSS_KERNEL_BUFFER;
        emit_lost(s, at, item->time, &(RenderLost) {
                .where = l->damaged ? "transport-resync" : l->overwritten ? "overwritten" : "kernel-buffer",
                .count = l->count, .bytes = l->bytes, .since = l->since, .until = l->until, .cpu = (int) l->cpu,
        });
}

static void emit_damaged(Stream *s, const Record *r) {
        emit_lost(s, LOSS_TRANSPORT_RESYNC, r->time, &(RenderLost) {
                .where = "transport-resync", .count = 1, .since = r->time, .until = r->time, .cpu = (int) r->cpu,
        });
}

/* ------------------------------------------------------------------ records */

static bool is_good_print(const Stream *s, const Record *r) {
        struct stp_value values[MANIFEST_MAX_FIELDS];
        return r->id < s->manifest->n_formats && decode_values(r, &s->manifest->formats[r->id], values) >= 0;
}

static bool take_message(Stream *s, const Record *r) {
        struct stp_value text;
        if (decode_message(r, &text) < 0)
                return false;
        s->ledger.now->errors += r->kind == STP_RECORD_ERROR;
        tell(s, r->kind == STP_RECORD_ERROR ? "error" : "warning", text.s, text.len);
        return true;
}

void emit_item(Stream *s, const Item *item) {
        const Record *r = &item->record;
        if (item->is_lost) {
                emit_gap(s, item);
                return;
        }
        bool good = r->probe < s->manifest->n_probes &&
                    (r->kind == STP_RECORD_PRINT ? is_good_print(s, r) : take_message(s, r));
        if (!good) {
                emit_damaged(s, r);
                return;
        }
        put(s, &(Kept) { .stamp = emit_stamp(s, r->time), .record = *r }, false);
        s->ledger.now->records++;
}

void emit_state(Stream *s, const char *state, const char *result) {
        Stamp st = emit_stamp(s, clock_now());
        render_json_state(s->render, &st, state, result, &s->line);
        emit_line(s, &st, false);
}

void emit_clock(Stream *s, int64_t step_usec) {
        Stamp st = emit_stamp(s, clock_now());
        render_json_clock(s->render, &st, step_usec, &s->line);
        emit_line(s, &st, false);
}

/* ------------------------------------------------------------------ lines of one reader */

static void on_header(void *userdata, uint64_t seq, uint64_t after, uint64_t segment, Buf *out) {
        Stream *s = userdata;
        Stamp st = clock_stamp(s, seq, clock_now());
        render_json_header(s->render, &st, after, segment, out);
}

static void on_segment_line(void *userdata, const RecordState *state, const char *reason, const char *sha256,
                            Buf *out) {
        Stream *s = userdata;
        Stamp st = clock_stamp(s, state->last + 1, clock_now());
        render_json_segment(s->render, &st, &(RenderSegment) {
                .number = state->segment, .records = state->lines, .first = state->first, .last = state->last,
                .bytes = state->bytes, .reason = reason, .sha256 = sha256,
        }, out);
}

static void on_lost_line(void *userdata, uint64_t seq, const ReaderLoss *l, Buf *out) {
        Stream *s = userdata;
        Stamp st = clock_stamp(s, seq, clock_now());
        render_json_lost(s->render, &st, &(RenderLost) {
                .where = l->where, .count = l->count, .from = l->from, .to = l->to, .total = l->total, .cpu = -1,
        }, out);
}

/* Of a reader that does not follow: where the next stream begins. */
static void on_stop_line(void *userdata, uint64_t seq, Buf *out) {
        Stream *s = userdata;
        Stamp st = clock_stamp(s, seq, clock_now());
        render_json_end(s->render, &st, &(RenderEnd) {
                .result = "snapshot", .events = s->ledger.now->seq, .lost = s->ledger.now->lost,
                .lost_at = s->ledger.now->lost_at,
        }, out);
}

static void on_cursor(void *userdata, uint64_t seq, Buf *out) {
        Stream *s = userdata;
        char text[CURSOR_MAX];
        cursor_format(s->session_id, s->boot_id, seq, text);
        buf_str(out, text);
}

static void make_heartbeat(void *userdata, uint64_t queued, Buf *out) {
        Stream *s = userdata;
        Stamp st = clock_stamp(s, s->ledger.now->seq + 1, clock_now());
        render_json_heartbeat(s->render, &st, s->ledger.now->seq, s->ledger.now->lost, queued, out);
}

/* Nobody reads JSON: nobody wakes. */
static int on_heartbeat(sd_event_source *source, uint64_t usec, void *userdata) {
        Stream *s = userdata;
        if (!fanout_has_json(s->fanout))
                return 0;
        clock_look(s); /* somebody may have set it while nothing happened */
        if (s->ledger.now->seq == s->beat_seq)
                fanout_put_aside(s->fanout, make_heartbeat);
        s->beat_seq = s->ledger.now->seq;
        pump_commit(s);
        fanout_flush(s->fanout);
        sd_event_source_set_time_relative(source, s->heartbeat_usec);
        return sd_event_source_set_enabled(source, SD_EVENT_ONESHOT);
}

int emit_watch(Stream *s) {
        int enabled = SD_EVENT_OFF;
        if (!s->heartbeat_usec)
                s->heartbeat_usec = HEARTBEAT_USEC;
        if (!s->heartbeat)
                return sd_event_add_time_relative(s->event, &s->heartbeat, CLOCK_MONOTONIC,
                                                  s->heartbeat_usec, 100000, on_heartbeat, s);
        sd_event_source_get_enabled(s->heartbeat, &enabled);
        if (enabled != SD_EVENT_OFF)
                return 0;
        sd_event_source_set_time_relative(s->heartbeat, s->heartbeat_usec);
        return sd_event_source_set_enabled(s->heartbeat, SD_EVENT_ONESHOT);
}

const FanoutOps emit_fanout_ops = {
        .render = on_render, .header = on_header, .segment_line = on_segment_line,
        .lost_line = on_lost_line, .stop_line = on_stop_line, .cursor = on_cursor,
};
