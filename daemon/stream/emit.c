/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What becomes of a record: a number, text for those who read text, a line for those who read JSON, a message
 * to stapd for what belongs on standard error.
 */
#include <errno.h>
#include <string.h>
#include <time.h>
#include "stream/stream-private.h"

#define MESSAGES_PER_SECOND 1000 /* stapd is one thread for everybody */

static uint64_t clock_ns(clockid_t clock) {
        struct timespec t;
        clock_gettime(clock, &t);
        return (uint64_t) t.tv_sec * 1000000000u + (uint64_t) t.tv_nsec;
}

void emit_clock(Stream *s) {
        s->realtime_offset = (int64_t) (clock_ns(CLOCK_REALTIME) - clock_ns(CLOCK_BOOTTIME));
}

static Stamp stamp(const Stream *s, uint64_t seq, uint64_t time_ns) {
        return (Stamp) {
                .seq = seq,
                .time_ns = time_ns,
                .time_usec = (int64_t) (time_ns + (uint64_t) s->realtime_offset) / 1000,
        };
}

static Stamp next_stamp(Stream *s, uint64_t time_ns) {
        return stamp(s, ++s->ledger.now->seq, time_ns);
}

static void put(Stream *s, OutputFormat format, Buf *b) {
        if (b->failed)
                stream_fail(s, -ENOMEM, "no memory for a record");
        else if (b->len > 0)
                fanout_put(s->fanout, format, s->ledger.now->seq, b->data, b->len);
        s->ledger.now->bytes += b->len;
        b->len = 0;
}

/* ------------------------------------------------------------------ messages */

static void send_message(Stream *s, const char *severity, const char *text, size_t len) {
        control_send_message(s->control, ++s->ledger.now->messages, severity, text, len);
}

static void tell_left_out(Stream *s) {
        char text[128];
        if (s->messages_left_out == 0)
                return;
        int n = snprintf(text, sizeof(text), "%llu more messages were left out",
                         (unsigned long long) s->messages_left_out);
        s->messages_left_out = 0;
        send_message(s, "warning", text, (size_t) n);
}

static void message(Stream *s, const char *severity, const char *text, size_t len) {
        uint64_t second = clock_ns(CLOCK_MONOTONIC) / 1000000000u;
        if (second != s->messages_second) {
                s->messages_second = second;
                s->messages_n = 0;
                tell_left_out(s);
        }
        if (s->messages_n++ < MESSAGES_PER_SECOND)
                send_message(s, severity, text, len);
        else
                s->messages_left_out++;
}

static void tell_lost(Stream *s, uint64_t *count, const char *why) {
        char text[160];
        if (*count == 0)
                return;
        int n = snprintf(text, sizeof(text), "%llu records were lost: %s", (unsigned long long) *count, why);
        *count = 0;
        send_message(s, "warning", text, (size_t) n);
}

void emit_lost_message(Stream *s) {
        tell_lost(s, &s->lost_untold, "the buffers were full, or damaged");
        tell_lost(s, &s->reader_lost_untold, "a reader was too slow");
        tell_left_out(s);
}

static int on_message_timer(sd_event_source *source, uint64_t usec, void *userdata) {
        emit_lost_message(userdata);
        return 0;
}

void emit_lost_message_soon(Stream *s) {
        int enabled = SD_EVENT_OFF;
        if (!s->message_timer) {
                if (sd_event_add_time_relative(s->event, &s->message_timer, CLOCK_MONOTONIC, 1000000, 0,
                                               on_message_timer, s) < 0)
                        s->message_timer = NULL; /* told at the end */
                return;
        }
        sd_event_source_get_enabled(s->message_timer, &enabled);
        if (enabled == SD_EVENT_OFF) {
                sd_event_source_set_time_relative(s->message_timer, 1000000);
                sd_event_source_set_enabled(s->message_timer, SD_EVENT_ONESHOT);
        }
}

/* ------------------------------------------------------------------ losses */

static void emit_lost(Stream *s, uint64_t time_ns, const RenderLost *lost) {
        Stamp st = next_stamp(s, time_ns);
        uint64_t count = lost->count == LOST_UNKNOWN ? 1 : lost->count;
        s->ledger.now->lost += count;
        s->lost_untold += count;
        if (fanout_has(s->fanout, OUTPUT_JSON)) {
                render_json_lost(s->render, &st, lost, &s->line);
                put(s, OUTPUT_JSON, &s->line);
        }
        emit_lost_message_soon(s);
}

static void emit_gap(Stream *s, const Item *item) {
        const Lost *l = &item->lost;
        emit_lost(s, item->time, &(RenderLost) {
                .where = l->damaged ? "transport-resync" : "kernel-buffer",
                .count = l->count, .bytes = l->bytes, .since = l->since, .until = l->until, .cpu = (int) l->cpu,
        });
}

static void emit_damaged(Stream *s, const Record *r) {
        emit_lost(s, r->time, &(RenderLost) {
                .where = "transport-resync", .count = 1, .since = r->time, .until = r->time, .cpu = (int) r->cpu,
        });
}

void emit_lost_line(Stream *s, const LedgerReader *r, Buf *out) {
        Stamp st = stamp(s, s->ledger.now->seq, clock_ns(CLOCK_BOOTTIME));
        render_json_lost(s->render, &st, &(RenderLost) {
                .where = "reader-queue", .count = r->dropped, .from = r->from, .to = r->to, .cpu = -1,
        }, out);
}

/* ------------------------------------------------------------------ records */

static Origin origin_of(const Record *r) {
        return (Origin) { .cpu = r->cpu, .probe = r->probe, .pid = r->pid, .tid = r->tid, .uid = r->uid };
}

static int emit_print(Stream *s, const Record *r) {
        struct stp_value values[MANIFEST_MAX_FIELDS];
        if (r->id >= s->manifest->n_formats ||
            decode_values(r, &s->manifest->formats[r->id], values) < 0)
                return -EBADMSG;
        Stamp st = next_stamp(s, r->time);
        if (fanout_has(s->fanout, OUTPUT_TEXT)) {
                render_text(s->render, r->id, values, &s->text);
                put(s, OUTPUT_TEXT, &s->text);
        }
        if (fanout_has(s->fanout, OUTPUT_JSON)) {
                Origin o = origin_of(r);
                render_json_event(s->render, &st, &o, r->id, values, &s->line);
                put(s, OUTPUT_JSON, &s->line);
        }
        return 0;
}

static int emit_message(Stream *s, const Record *r) {
        const char *severity = r->kind == STP_RECORD_ERROR ? "error" : "warning";
        struct stp_value text;
        if (decode_message(r, &text) < 0)
                return -EBADMSG;
        Stamp st = next_stamp(s, r->time);
        s->ledger.now->errors += r->kind == STP_RECORD_ERROR;
        message(s, severity, text.s, text.len);
        if (fanout_has(s->fanout, OUTPUT_JSON)) {
                Origin o = origin_of(r);
                render_json_message(s->render, &st, &o, severity, &text, &s->line);
                put(s, OUTPUT_JSON, &s->line);
        }
        return 0;
}

void emit_item(Stream *s, const Item *item) {
        const Record *r = &item->record;
        if (item->is_lost) {
                emit_gap(s, item);
                return;
        }
        int k = r->probe >= s->manifest->n_probes ? -EBADMSG :
                r->kind == STP_RECORD_PRINT ? emit_print(s, r) : emit_message(s, r);
        if (k < 0)
                emit_damaged(s, r);
        else
                s->ledger.now->records++;
}

void emit_header(Stream *s, uint32_t reader) {
        Stamp st = stamp(s, s->ledger.now->seq + 1, clock_ns(CLOCK_BOOTTIME));
        render_json_header(s->render, &st, &s->line);
        if (s->line.failed)
                stream_fail(s, -ENOMEM, "no memory for a header");
        else
                fanout_put_one(s->fanout, reader, s->line.data, s->line.len);
        s->line.len = 0;
}

void emit_state(Stream *s, const char *state, const char *result) {
        Stamp st = next_stamp(s, clock_ns(CLOCK_BOOTTIME));
        render_json_state(s->render, &st, state, result, &s->line);
        put(s, OUTPUT_JSON, &s->line);
}

/* ------------------------------------------------------------------ the end */

/* What no later sub-buffer can tell of: the kernel's sums against ours. */
static void emit_last_losses(Stream *s, const struct stp_stat *stat) {
        uint64_t lost = 0, records = 0, damaged = 0;
        for (unsigned i = 0; i < s->reader.n_cpus; i++) {
                damaged += s->order.cpus[i].at.damaged;
                lost += s->order.cpus[i].at.lost;
                records += s->order.cpus[i].at.records;
        }
        const RenderLost losses[] = {
                { .where = "kernel-buffer", .count = stat->lost > lost ? stat->lost - lost : 0, .cpu = -1 },
                { .where = "kernel-nmi", .count = stat->lost_nmi, .cpu = -1 },
                { .where = damaged ? "transport-resync" : "kernel-buffer", .bytes = damaged,
                  .count = stat->records > records ? stat->records - records : 0, .cpu = -1 },
        };
        for (size_t i = 0; i < ELEMENTSOF(losses); i++)
                if (losses[i].count > 0)
                        emit_lost(s, clock_ns(CLOCK_BOOTTIME), &losses[i]);
}

/* As staprun words it. */
static void tell_skipped(Stream *s, const struct stp_stat *stat) {
        char text[128];
        if (stat->errors == 0 && s->skipped == 0)
                return;
        int n = snprintf(text, sizeof(text), "Number of errors: %llu, skipped probes: %llu",
                         (unsigned long long) stat->errors, (unsigned long long) s->skipped);
        send_message(s, "warning", text, (size_t) n);
}

/* Skipped probes printed nothing that could be lost: they have a record, but are not in the sum. */
static void emit_skipped(Stream *s) {
        if (s->skipped == 0)
                return;
        Stamp st = next_stamp(s, clock_ns(CLOCK_BOOTTIME));
        render_json_lost(s->render, &st, &(RenderLost) {
                .where = "probe-skipped", .count = s->skipped, .cpu = -1,
        }, &s->line);
        put(s, OUTPUT_JSON, &s->line);
}

void emit_end(Stream *s) {
        struct stp_stat stat;
        if (reader_stat(&s->reader, &stat) == 0) {
                s->skipped = stat.skipped_busy + stat.skipped_lock + stat.skipped_stack + stat.skipped_return;
                emit_last_losses(s, &stat);
                emit_skipped(s);
                tell_skipped(s, &stat);
        }
        Stamp st = next_stamp(s, clock_ns(CLOCK_BOOTTIME));
        render_json_end(s->render, &st, s->result ? s->result : "stop", s->exit_status, st.seq,
                        s->ledger.now->lost, &s->line);
        fanout_put_last(s->fanout, OUTPUT_TEXT, NULL, 0);
        fanout_put_last(s->fanout, OUTPUT_JSON, s->line.data, s->line.len);
        s->line.len = 0;
        emit_lost_message(s);
}
