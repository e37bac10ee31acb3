/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Any bytes as the sub-buffers of two CPUs: merged, decoded and rendered both ways. Bounded, and no byte
 * read outside of them. */
#include <stdlib.h>
#include <string.h>
#include "stream/order.h"
#include "stream/render.h"

#define SUBBUF 512
#define SUBBUFS 4
#define CPUS 2

typedef struct Input {
        uint8_t *data; /* CPUS * SUBBUFS * SUBBUF bytes */
        unsigned next[CPUS];
} Input;

static int flush(void *userdata, uint64_t *ret_until) {
        *ret_until = UINT64_MAX;
        return 0;
}

static int get(void *userdata, struct stp_get *g) {
        Input *in = userdata;
        *g = (struct stp_get) {
                .cpu = g->cpu, .index = in->next[g->cpu], .bytes = SUBBUF, .ready = SUBBUFS - in->next[g->cpu],
        };
        return 0;
}

static int put(void *userdata, unsigned cpu) {
        ((Input *) userdata)->next[cpu]++;
        return 0;
}

static int stat(void *userdata, struct stp_stat *ret) {
        *ret = (struct stp_stat) { .n_cpus = CPUS, .n_subbufs = SUBBUFS, .subbuf_size = SUBBUF };
        return 0;
}

static int map(void *userdata, unsigned cpu, size_t size, const uint8_t **ret) {
        *ret = ((Input *) userdata)->data + cpu * size;
        return 0;
}

static int before_put(void *userdata) {
        return 0;
}

static const ReaderOps ops = { .flush = flush, .get = get, .put = put, .stat = stat, .map = map };

static void render(const Render *r, const Manifest *m, const Item *item) {
        struct stp_value values[MANIFEST_MAX_FIELDS], text;
        Stamp stamp = { .seq = 1, .time_ns = item->time };
        static Buf out;
        const Record *record = &item->record;
        Origin o = { .pid = record->pid };
        if (item->is_lost)
                render_json_lost(r, &stamp, &(RenderLost) { .where = "x", .count = item->lost.count }, &out);
        else if (record->kind == STP_RECORD_PRINT && record->id < m->n_formats &&
                 decode_values(record, &m->formats[record->id], values) == 0) {
                render_text(r, record->id, values, &out);
                render_json_event(r, &stamp, &o, record->id, values, &out);
        } else if (decode_message(record, &text) == 0)
                render_json_message(r, &stamp, &o, "error", &text, &out);
        if (out.len > 2 * RENDER_MAX)
                abort();
        out.len = 0;
}

static Manifest *make_manifest(void) {
        Manifest *m = manifest_new();
        manifest_add_probe(m, "begin", "begin");
        manifest_add_format(m, "%s %*.*d %#x %p %c %b\n", "a");
        static const struct { const char *name; FieldType type; bool hidden; } fields[] = {
                { "s", FIELD_STRING, false }, { "w", FIELD_LONG, true }, { "p", FIELD_LONG, true },
                { "d", FIELD_LONG, false }, { "x", FIELD_LONG, false }, { "ptr", FIELD_LONG, false },
                { "c", FIELD_LONG, false }, { "b", FIELD_LONG, false },
        };
        for (size_t i = 0; i < ELEMENTSOF(fields); i++)
                manifest_add_field(m, 0, fields[i].name, fields[i].type, fields[i].hidden);
        manifest_add_format(m, "%m %#s %M %20s\n", "b");
        for (unsigned i = 0; i < 4; i++)
                manifest_add_field(m, 1, (char[]){ (char) ('a' + i), 0 },
                                   i % 2 ? FIELD_STRING : FIELD_MEMORY, false);
        manifest_add_format(m, "plain\n", "c");
        manifest_add_format(m, "%*m\n", "d"); /* a histogram of five buckets, of an element */
        manifest_add_field(m, 3, "key", FIELD_STRING, false);
        manifest_add_field(m, 3, "w", FIELD_LONG, true);
        manifest_add_field(m, 3, "h", FIELD_HIST, false);
        manifest_set_agg(m, 3, &(ManifestAgg) { .kind = AGG_HIST, .name = "h", .n_keys = 1, .histogram = {
                .linear = true, .low = -10, .high = 10, .step = 10 } });
        return m;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        static Manifest *m;
        static Render *r;
        if (!r && render_new(m = make_manifest(), &(RenderSession) { .id = "x" }, &r) < 0)
                abort();
        Input in = { .data = calloc(CPUS * SUBBUFS, SUBBUF) };
        memcpy(in.data, data, MIN2(size, (size_t) CPUS * SUBBUFS * SUBBUF));
        static const uint8_t *maps[CPUS];
        Reader reader = { .ops = &ops, .userdata = &in, .n_cpus = CPUS, .n_subbufs = SUBBUFS, .subbuf_size = SUBBUF,
                          .maps = maps };
        for (unsigned i = 0; i < CPUS; i++)
                map(&in, i, SUBBUFS * SUBBUF, &maps[i]);
        static const LedgerState from; /* of a new session */
        Order order;
        Item item;
        if (order_init(&order, &reader, &from, before_put, NULL) < 0 || order_refill(&order) < 0)
                abort();
        unsigned n = 0;
        for (; order_peek(&order, UINT64_MAX, &item) > 0; n++) {
                render(r, m, &item);
                if (order_advance(&order) < 0 || n > CPUS * SUBBUFS * (SUBBUF / 32 + 4))
                        abort();
        }
        order_done(&order);
        free(in.data);
        return 0;
}
