/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Lines are put together from pieces that were escaped once. Values follow the type that the header
 * declares, never their own looks: longs are numbers, pointers (%p) "0x..." strings, strings a string or,
 * when they are not UTF-8, {"b64": ...}, memory always {"b64": ...}.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "manifest/bytes.h"
#include "manifest/ledger-layout.h"
#include "stream/decimal.h"
#include "stream/render-private.h"

#define HEADER_MAX (RENDER_MAX - 4096)
#define LITERAL(out, s) buf_add(out, s, sizeof(s) - 1)

static void add_unsigned(Buf *out, uint64_t v) {
        char digits[DECIMAL_MAX];
        buf_add(out, digits, decimal_unsigned(digits, v));
}

static void add_signed(Buf *out, int64_t v) {
        char digits[DECIMAL_MAX];
        buf_add(out, digits, decimal_signed(digits, v));
}

static void add_text(Buf *out, const char *s) {
        bytes_add_json(out, s, strlen(s));
}

/* A cut string must not end inside a character, or it would turn into b64. */
static size_t cut_length(const struct stp_value *v, size_t max) {
        if (v->len <= max)
                return v->len;
        while (max > 0 && ((unsigned char) v->s[max] & 0xc0) == 0x80)
                max--;
        return max;
}

/* ------------------------------------------------------------------ made once */

static char *key_of(const char *name, bool first) {
        Buf b = BUF_INIT;
        if (!first)
                buf_char(&b, ',');
        /* A key must be a string, whatever its bytes. */
        if (bytes_are_utf8(name, strlen(name)))
                add_text(&b, name);
        else
                LITERAL(&b, "\"?\"");
        buf_char(&b, ':');
        return buf_take(&b);
}

static int prepare_keys(Render *r, unsigned format) {
        CompiledFormat *c = &r->formats[format];
        for (unsigned i = 0; i < c->n_fields; i++) {
                c->fields[i].key = key_of(r->manifest->formats[format].fields[c->fields[i].value].name, i == 0);
                if (!c->fields[i].key)
                        return -ENOMEM;
                c->fields[i].key_len = strlen(c->fields[i].key);
        }
        return 0;
}

static int prepare_plain(Render *r, unsigned format) {
        Buf text = BUF_INIT, json = BUF_INIT;
        if (r->formats[format].n_fields > 0)
                return 0;
        render_text(r, format, NULL, &text);
        json.failed = text.failed;
        bytes_add_json(&json, text.data ? text.data : "", text.len);
        buf_done(&text);
        r->formats[format].plain = buf_take(&json);
        return r->formats[format].plain ? 0 : -ENOMEM;
}

static int prepare_probes(Render *r) {
        r->probes = calloc(MAX2(r->manifest->n_probes, 1u), sizeof(char *));
        if (!r->probes)
                return -ENOMEM;
        for (unsigned i = 0; i < r->manifest->n_probes; i++) {
                Buf b = BUF_INIT;
                LITERAL(&b, ",\"probe\":");
                add_text(&b, r->manifest->probes[i].point);
                r->probes[i] = buf_take(&b);
                if (!r->probes[i])
                        return -ENOMEM;
        }
        return 0;
}

static const char *json_type(const JsonField *f) {
        enum stp_conv conv = f->conv;
        return f->type == FIELD_HIST ? "hist" :
               conv == STP_CONV_POINTER ? "pointer" :
               conv == STP_CONV_STRING ? "string" :
               conv == STP_CONV_MEMORY || conv == STP_CONV_MEMORY_HEX ? "memory" : "long";
}

static void add_format_description(Buf *out, const Render *r, unsigned i) {
        const CompiledFormat *c = &r->formats[i];
        LITERAL(out, "{\"id\":");
        add_unsigned(out, i);
        LITERAL(out, ",\"place\":");
        add_text(out, r->manifest->formats[i].place);
        LITERAL(out, ",\"fields\":[");
        for (unsigned k = 0; k < c->n_fields; k++) {
                buf_str(out, k ? ",{\"name\":" : "{\"name\":");
                buf_add(out, c->fields[k].key + (k > 0), c->fields[k].key_len - (k > 0) - 1);
                buf_printf(out, ",\"type\":\"%s\"%s}", json_type(&c->fields[k]),
                           c->fields[k].masked ? ",\"masked\":true" : "");
        }
        LITERAL(out, "]}");
}

static void add_probe_description(Buf *out, const Render *r, unsigned i) {
        LITERAL(out, "{\"id\":");
        add_unsigned(out, i);
        LITERAL(out, ",\"point\":");
        add_text(out, r->manifest->probes[i].point);
        buf_char(out, '}');
}

/* A list that stops, and says so, when the header has become too long. */
static void add_list(Buf *out, const Render *r, const char *key, unsigned n, bool *truncated,
                     void (*add)(Buf *, const Render *, unsigned)) {
        buf_printf(out, ",\"%s\":[", key);
        for (unsigned i = 0; i < n; i++) {
                size_t before = out->len;
                buf_str(out, i ? "," : "");
                add(out, r, i);
                if (out->len > HEADER_MAX) {
                        out->len = MIN2(before, out->len);
                        *truncated = true;
                        break;
                }
        }
        buf_char(out, ']');
}

static int prepare_header(Render *r, const RenderSession *s) {
        const Manifest *m = r->manifest;
        const struct { const char *key, *value; } texts[] = {
                { "name", s->name }, { "script", m->script }, { "digest", m->digest }, { "module", m->module },
                { "kernel", m->kernel }, { "bootId", s->boot_id },
                { "machineId", s->machine_id },
                { "privilege", privilege_class_to_string(m->privilege) },
        };
        Buf b = BUF_INIT;
        bool truncated = false;
        LITERAL(&b, ",\"schema\":\"event-v1\"");
        for (size_t i = 0; i < ELEMENTSOF(texts); i++) {
                buf_printf(&b, ",\"%s\":", texts[i].key);
                texts[i].value ? add_text(&b, texts[i].value) : LITERAL(&b, "null");
        }
        buf_printf(&b, ",\"ownerUid\":%u,\"args\":[", s->owner);
        for (unsigned i = 0; i < s->n_args && b.len < HEADER_MAX / 2; i++) {
                buf_str(&b, i ? "," : "");
                struct stp_value arg = { .s = s->args[i], .len = (unsigned) strlen(s->args[i]) };
                bytes_add_json(&b, arg.s, cut_length(&arg, 1024));
        }
        buf_char(&b, ']');
        add_list(&b, r, "probes", m->n_probes, &truncated, add_probe_description);
        add_list(&b, r, "formats", m->n_formats, &truncated, add_format_description);
        if (truncated)
                LITERAL(&b, ",\"truncated\":true");
        r->header = buf_take(&b);
        return r->header ? 0 : -ENOMEM;
}

int render_json_prepare(Render *r, const RenderSession *s) {
        Buf b = BUF_INIT;
        LITERAL(&b, ",\"session\":");
        add_text(&b, s->id);
        LITERAL(&b, ",\"seq\":");
        r->session = buf_take(&b);
        if (!r->session)
                return -ENOMEM;
        int k = prepare_probes(r);
        for (unsigned i = 0; k == 0 && i < r->manifest->n_formats; i++)
                k = prepare_keys(r, i) < 0 ? -ENOMEM : prepare_plain(r, i);
        return k < 0 ? k : prepare_header(r, s);
}

/* ------------------------------------------------------------------ records */

static void add_start(Buf *out, const Render *r, const char *kind, const Stamp *s) {
        LITERAL(out, "{\"v\":1,\"kind\":\"");
        buf_str(out, kind);
        buf_char(out, '"');
        buf_str(out, r->session);
        add_unsigned(out, s->seq);
        LITERAL(out, ",\"tNs\":\"");
        add_unsigned(out, s->time_ns);
        LITERAL(out, "\",\"t\":");
        add_signed(out, s->time_usec);
}

static void add_place(Buf *out, const Render *r, unsigned which, uint64_t value) {
        if (r->masked[which])
                LITERAL(out, "null");
        else
                add_unsigned(out, value);
}

static void add_origin(Buf *out, const Render *r, const Origin *o) {
        buf_str(out, r->probes[o->probe]);
        LITERAL(out, ",\"cpu\":");
        add_place(out, r, ORIGIN_CPU, o->cpu);
        LITERAL(out, ",\"pid\":");
        add_place(out, r, ORIGIN_PID, o->pid);
        LITERAL(out, ",\"tid\":");
        add_place(out, r, ORIGIN_TID, o->tid);
        LITERAL(out, ",\"uid\":");
        add_place(out, r, ORIGIN_UID, o->uid);
}

static void add_bound(Buf *out, const char *key, int64_t n, bool open) {
        buf_str(out, key);
        open ? LITERAL(out, "null") : add_signed(out, n);
}

/* Buckets that count something. */
static void add_histogram(Buf *out, const Histogram *h, const char *buckets) {
        bool first = true;
        buf_printf(out, "{\"scale\":\"%s\",\"buckets\":[", h->linear ? "linear" : "log");
        for (unsigned i = 0; i < histogram_buckets(h); i++) {
                uint64_t count = histogram_count(buckets, i);
                HistogramRange range = histogram_range(h, i);
                if (count == 0)
                        continue;
                add_bound(out, first ? "{\"min\":" : ",{\"min\":", range.min, range.below);
                add_bound(out, ",\"max\":", range.max, range.above);
                LITERAL(out, ",\"count\":");
                add_unsigned(out, count);
                buf_char(out, '}');
                first = false;
        }
        LITERAL(out, "]}");
}

static void add_value(Buf *out, const CompiledFormat *c, const JsonField *f, const struct stp_value *v,
                      size_t max) {
        if (f->masked) {
                LITERAL(out, "null");
                return;
        }
        if (f->type == FIELD_HIST) {
                add_histogram(out, &c->agg->histogram, v->s);
                return;
        }
        switch (f->conv) {
        case STP_CONV_POINTER:
                buf_printf(out, "\"0x%llx\"", v->n);
                return;
        case STP_CONV_STRING:
                bytes_add_json(out, v->s, cut_length(v, max));
                return;
        case STP_CONV_MEMORY:
        case STP_CONV_MEMORY_HEX:
                LITERAL(out, "{\"b64\":\"");
                bytes_add_base64(out, v->s, MIN2((size_t) v->len, max));
                LITERAL(out, "\"}");
                return;
        default:
                add_signed(out, v->n);
        }
}

static void add_members(Buf *out, const CompiledFormat *c, unsigned first, const struct stp_value *values,
                        size_t max) {
        buf_char(out, '{');
        for (const JsonField *f = c->fields + first; f < c->fields + c->n_fields; f++) {
                bool comma = f->key[0] == ',' && f == c->fields + first;
                buf_add(out, f->key + comma, f->key_len - comma);
                add_value(out, c, f, &values[f->value], max);
        }
        buf_char(out, '}');
}

static void add_agg_head(Buf *out, const ManifestAgg *agg) {
        LITERAL(out, ",\"name\":");
        add_text(out, agg->name);
        buf_printf(out, ",\"type\":\"%s\"", agg_kind_to_string(agg->kind));
}

/* Of an aggregate: who it is, which element, and its one value or its statistics. */
static void add_agg(Buf *out, const CompiledFormat *c, const struct stp_value *values, size_t max) {
        unsigned n = c->agg->n_keys;
        add_agg_head(out, c->agg);
        for (unsigned i = 0; i < n; i++) {
                buf_str(out, i ? "," : ",\"key\":[");
                add_value(out, c, &c->fields[i], &values[c->fields[i].value], max);
        }
        buf_str(out, n ? "],\"data\":" : ",\"data\":");
        if (c->n_fields == n + 1 && c->agg->kind != AGG_STATS)
                add_value(out, c, &c->fields[n], &values[c->fields[n].value], max);
        else
                add_members(out, c, n, values, max);
}

static void add_data(Buf *out, const CompiledFormat *c, const struct stp_value *values, size_t max) {
        if (c->agg) {
                add_agg(out, c, values, max);
                return;
        }
        LITERAL(out, ",\"data\":");
        add_members(out, c, 0, values, max);
}

static void add_plain(Buf *out, const CompiledFormat *c) {
        LITERAL(out, ",\"data\":");
        buf_str(out, c->plain);
}

void render_json_event(const Render *r, const Stamp *s, const Origin *o, unsigned format,
                       const struct stp_value *values, Buf *out) {
        static const size_t limits[] = { RENDER_MAX, 4096, 256, 16, 0 };
        const CompiledFormat *c = &r->formats[format];
        size_t start = out->len;
        add_start(out, r, c->agg ? "agg" : c->n_fields ? "event" : "text", s);
        add_origin(out, r, o);
        LITERAL(out, ",\"format\":");
        add_unsigned(out, format);
        size_t before_data = out->len;
        for (size_t i = 0; i < ELEMENTSOF(limits); i++) {
                out->len = before_data;
                if (c->n_fields)
                        add_data(out, c, values, limits[i]);
                else
                        add_plain(out, c);
                if (i > 0)
                        LITERAL(out, ",\"truncated\":true");
                if (out->len - start < RENDER_MAX - RENDER_SPARE)
                        break;
        }
        if (out->len - start >= RENDER_MAX - RENDER_SPARE) {
                out->len = before_data;
                if (c->agg)
                        add_agg_head(out, c->agg);
                LITERAL(out, ",\"data\":null,\"truncated\":true");
        }
        LITERAL(out, "}\n");
}

void render_json_message(const Render *r, const Stamp *s, const Origin *o, const char *severity,
                         const struct stp_value *message, Buf *out) {
        add_start(out, r, severity, s);
        add_origin(out, r, o);
        LITERAL(out, ",\"message\":");
        bytes_add_json(out, message->s, cut_length(message, 8192));
        LITERAL(out, "}\n");
}

static void add_time(Buf *out, const char *key, uint64_t ns) {
        if (ns > 0)
                buf_printf(out, ",\"%s\":\"%llu\"", key, (unsigned long long) ns);
}

static void add_causes(Buf *out, const RenderSkipped *s) {
        const struct {
                const char *name;
                uint64_t count;
        } causes[] = {
                { "reentrancy", s->reentrancy }, { "lock", s->lock }, { "stack", s->stack }, { "returns", s->returns },
        };
        const char *separator = "";
        LITERAL(out, ",\"causes\":{");
        for (size_t i = 0; i < ELEMENTSOF(causes); i++)
                if (causes[i].count > 0) {
                        buf_printf(out, "%s\"%s\":%llu", separator, causes[i].name,
                                   (unsigned long long) causes[i].count);
                        separator = ",";
                }
        LITERAL(out, "}");
}

void render_json_lost(const Render *r, const Stamp *s, const RenderLost *lost, Buf *out) {
        add_start(out, r, "lost", s);
        buf_printf(out, ",\"where\":\"%s\",\"count\":", lost->where);
        if (lost->count == UINT64_MAX)
                LITERAL(out, "null");
        else
                add_unsigned(out, lost->count);
        if (lost->bytes > 0)
                buf_printf(out, ",\"bytes\":%llu", (unsigned long long) lost->bytes);
        if (lost->from > 0)
                buf_printf(out, ",\"fromSeq\":%llu,\"toSeq\":%llu", (unsigned long long) lost->from,
                           (unsigned long long) lost->to);
        if (lost->total > 0)
                buf_printf(out, ",\"total\":%llu", (unsigned long long) lost->total);
        if (lost->skipped)
                add_causes(out, lost->skipped);
        add_time(out, "sinceNs", lost->since);
        add_time(out, "untilNs", lost->until);
        if (lost->cpu >= 0)
                buf_printf(out, ",\"cpu\":%d", lost->cpu);
        LITERAL(out, "}\n");
}

static void add_clock(Buf *out, const Stamp *s) {
        buf_printf(out, "\"boottimeNs\":\"%llu\",\"realtimeUSec\":%lld", (unsigned long long) s->time_ns,
                   (long long) s->time_usec);
}

void render_json_header(const Render *r, const Stamp *s, uint64_t after, uint64_t segment, Buf *out) {
        add_start(out, r, "header", s);
        buf_str(out, r->header);
        if (after > 0)
                buf_printf(out, ",\"resumedAfter\":%llu", (unsigned long long) after);
        if (segment != UINT64_MAX)
                buf_printf(out, ",\"segment\":%llu", (unsigned long long) segment);
        LITERAL(out, ",\"clock\":{");
        add_clock(out, s);
        LITERAL(out, "}}\n");
}

void render_json_segment(const Render *r, const Stamp *s, const RenderSegment *segment, Buf *out) {
        add_start(out, r, "segment", s);
        buf_printf(out,
                   ",\"number\":%llu,\"reason\":\"%s\",\"records\":%llu,\"firstSeq\":%llu,\"lastSeq\":%llu,"
                   "\"bytes\":%llu,\"sha256\":",
                   (unsigned long long) segment->number, segment->reason,
                   (unsigned long long) segment->records, (unsigned long long) segment->first,
                   (unsigned long long) segment->last, (unsigned long long) segment->bytes);
        segment->sha256 ? add_text(out, segment->sha256) : LITERAL(out, "null");
        LITERAL(out, "}\n");
}

void render_json_state(const Render *r, const Stamp *s, const char *state, const char *result, Buf *out) {
        add_start(out, r, "state", s);
        LITERAL(out, ",\"state\":");
        add_text(out, state);
        LITERAL(out, ",\"result\":");
        result ? add_text(out, result) : LITERAL(out, "null");
        LITERAL(out, "}\n");
}

void render_json_clock(const Render *r, const Stamp *s, int64_t step_usec, Buf *out) {
        add_start(out, r, "clock", s);
        buf_char(out, ',');
        add_clock(out, s);
        buf_printf(out, ",\"stepUSec\":%lld}\n", (long long) step_usec);
}

void render_json_heartbeat(const Render *r, const Stamp *s, uint64_t events, uint64_t lost, uint64_t queued,
                           Buf *out) {
        add_start(out, r, "heartbeat", s);
        buf_printf(out, ",\"eventsTotal\":%llu,\"lostTotal\":%llu,\"queueBytes\":%llu}\n",
                   (unsigned long long) events, (unsigned long long) lost, (unsigned long long) queued);
}

static const char *const losses[] = {
#define X(name, text) [LOSS_##name] = text,
        LEDGER_LOSSES(X)
#undef X
};

void render_json_end(const Render *r, const Stamp *s, const RenderEnd *end, Buf *out) {
        add_start(out, r, "end", s);
        LITERAL(out, ",\"result\":");
        add_text(out, end->result);
        buf_printf(out, ",\"exitStatus\":%d,\"eventsTotal\":%llu,\"lostTotal\":%llu,\"lost\":{",
                   end->exit_status, (unsigned long long) end->events, (unsigned long long) end->lost);
        const char *comma = "";
        for (unsigned i = 0; i < _LOSS_MAX; i++) {
                if (end->lost_at[i] == 0)
                        continue;
                buf_printf(out, "%s\"%s\":%llu", comma, losses[i], (unsigned long long) end->lost_at[i]);
                comma = ",";
        }
        LITERAL(out, "}}\n");
}
