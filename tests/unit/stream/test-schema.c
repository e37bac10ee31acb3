/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Every kind of line, of the most awkward content, against doc/event-v1.schema.json. */
#include "manifest/bytes.h"
#include "stream/render.h"
#include "manifest/ledger-layout.h"
#include "unit/stream/schema.h"

static const Histogram linear = { .linear = true, .low = -5, .high = 5, .step = 5 };
enum { FORMAT_LOG = 2, FORMAT_LINEAR, FORMAT_MAP, FORMAT_STATS, FORMAT_SCALAR };

/* Keys of a histogram are in front of what its format takes. */
static void add_aggs(Manifest *m) {
        manifest_add_format(m, "%*m", "t.stp:3:1");
        manifest_add_field(m, FORMAT_LOG, "a", FIELD_LONG, true);
        manifest_add_field(m, FORMAT_LOG, "h", FIELD_HIST, false);
        manifest_set_agg(m, FORMAT_LOG, &(ManifestAgg) { .kind = AGG_HIST, .name = "h" });
        manifest_add_format(m, "%*m\n", "t.stp:4:1");
        manifest_add_field(m, FORMAT_LINEAR, "k", FIELD_STRING, false);
        manifest_add_field(m, FORMAT_LINEAR, "n", FIELD_LONG, false);
        manifest_add_field(m, FORMAT_LINEAR, "a", FIELD_LONG, true);
        manifest_add_field(m, FORMAT_LINEAR, "l", FIELD_HIST, false);
        manifest_set_agg(m, FORMAT_LINEAR, &(ManifestAgg) { .kind = AGG_HIST, .name = "l", .n_keys = 2,
                                                            .histogram = linear });
        manifest_add_format(m, "a[\"%s\"]=%d\n", "t.stp:5:1");
        manifest_add_field(m, FORMAT_MAP, "k", FIELD_STRING, false);
        manifest_add_field(m, FORMAT_MAP, "a", FIELD_LONG, false);
        manifest_set_agg(m, FORMAT_MAP, &(ManifestAgg) { .kind = AGG_MAP, .name = "a", .n_keys = 1 });
        manifest_add_format(m, "s @count=%d @sum=%d\n", "t.stp:6:1");
        manifest_add_field(m, FORMAT_STATS, "count", FIELD_LONG, false);
        manifest_add_field(m, FORMAT_STATS, "sum", FIELD_LONG, false);
        manifest_set_agg(m, FORMAT_STATS, &(ManifestAgg) { .kind = AGG_STATS, .name = "s" });
        manifest_add_format(m, "n=\"%s\"\n", "t.stp:7:1");
        manifest_add_field(m, FORMAT_SCALAR, "n", FIELD_STRING, false);
        manifest_set_agg(m, FORMAT_SCALAR, &(ManifestAgg) { .kind = AGG_SCALAR, .name = "n" });
}

static Manifest *awkward(void) {
        Manifest *m = manifest_new();
        char **texts[] = { &m->module, &m->script, &m->digest, &m->kernel, &m->kernel_build_id, &m->version };
        for (size_t i = 0; i < ELEMENTSOF(texts); i++)
                *texts[i] = strdup("\"\\\n\xc3\xa9");
        for (unsigned i = 0; i < 5000; i++)
                manifest_add_probe(m, "kernel.function(\"a_function_with_a_long_name\")", "x");
        manifest_add_format(m, "%s %d %p %m %*d", "t.stp:1:1");
        manifest_add_field(m, 0, "a \"name\"", FIELD_STRING, false);
        manifest_add_field(m, 0, "n", FIELD_LONG, false);
        manifest_add_field(m, 0, "p", FIELD_LONG, false);
        manifest_add_field(m, 0, "m", FIELD_MEMORY, false);
        manifest_add_field(m, 0, "", FIELD_LONG, true);
        manifest_add_field(m, 0, "d", FIELD_LONG, false);
        manifest_add_format(m, "plain \xff\n", "t.stp:2:1");
        add_aggs(m);
        return m;
}

static Buf lines(unsigned *n) {
        static char big[16000];
        memset(big, 1, sizeof(big)); /* each byte takes six */
        Manifest *m = awkward();
        const char *const args[] = { "a", "\xff", big };
        Render *r;
        Buf out = BUF_INIT;
        Stamp st = { .seq = 7, .time_ns = UINT64_MAX, .time_usec = 1 };
        Origin o = { .cpu = 3, .pid = 1, .tid = 2, .uid = 4294967295u };
        big[sizeof(big) - 1] = 0;
        ASSERT_OK(render_new(m, &(RenderSession) { .id = "0123", .args = args, .n_args = 3 }, &r));
        struct stp_value small[] = { { .s = "\xc3\xa9", .len = 2 }, { .n = INT64_MIN }, { .n = -1 },
                                     { .s = "\0\xff", .len = 2 }, { .n = 3 }, { .n = 0 } };
        struct stp_value large[] = { { .s = big, .len = 15999 }, { .n = 1 }, { .n = 1 }, { .s = big, .len = 0 },
                                     { .n = INT64_MAX }, { .n = 0 } };
        uint64_t log[HISTOGRAM_LOG_BUCKETS], below_above[5] = { 1, 0, 7, 0, UINT64_MAX >> 1 };
        for (size_t i = 0; i < ELEMENTSOF(log); i++)
                log[i] = i + 1;
        struct stp_value hist[] = { { .n = 2 }, { .s = (char *) log, .len = sizeof(log) } };
        struct stp_value keyed[] = { { .s = big, .len = 15999 }, { .n = -1 }, { .n = 2 },
                                     { .s = (char *) below_above, .len = sizeof(below_above) } };
        struct stp_value bad = { .s = "\x80", .len = 1 };
        render_json_header(r, &st, 6, 3, &out);
        render_json_event(r, &st, &o, 0, small, &out);
        render_json_event(r, &st, &o, 0, large, &out);
        render_json_event(r, &st, &o, 1, NULL, &out);
        render_json_event(r, &st, &o, FORMAT_LOG, hist, &out);
        render_json_event(r, &st, &o, FORMAT_LINEAR, keyed, &out);
        render_json_event(r, &st, &o, FORMAT_MAP, &large[0], &out);
        render_json_event(r, &st, &o, FORMAT_STATS, &large[1], &out);
        render_json_event(r, &st, &o, FORMAT_SCALAR, &bad, &out);
        render_json_message(r, &st, &o, "error", &large[0], &out);
        render_json_message(r, &st, &o, "warning", &bad, &out);
        render_json_lost(r, &st, &(RenderLost) { .where = "kernel-buffer", .count = 5, .since = 1, .until = 9 }, &out);
        render_json_lost(r, &st, &(RenderLost) { .where = "transport-resync", .count = UINT64_MAX, .bytes = 3,
                                                 .cpu = -1 }, &out);
        render_json_lost(r, &st, &(RenderLost) { .where = "reader-queue", .count = 2, .from = 4, .to = 6, .cpu = -1 },
                         &out);
        render_json_state(r, &st, "running", NULL, &out);
        render_json_state(r, &st, "stopped", "exit", &out);
        render_json_lost(r, &st, &(RenderLost) { .where = "retention", .count = 2, .from = 4, .to = 6, .total = 9, .cpu = -1 },
                         &out);
        render_json_segment(r, &st, &(RenderSegment) { .number = 3, .reason = "size", .first = 1, .last = 2, .records = 2 }, &out);
        render_json_clock(r, &st, -5000000, &out);
        render_json_heartbeat(r, &st, 7, 5, 100, &out);
        uint64_t lost[_LOSS_MAX] = { 5, 0, 1, 2 };
        render_json_end(r, &st, &(RenderEnd) { .result = "exit", .events = 7, .lost = 5, .lost_at = lost }, &out);
        *n = 21;
        render_free(r);
        manifest_free(m);
        return out;
}

TEST(every_line_is_of_the_schema) {
        unsigned n;
        Buf out = lines(&n);
        schema_check(out.data, out.len, n);
        buf_done(&out);
}

TEST(long_lines_are_cut_and_say_so) {
        unsigned n;
        Buf out = lines(&n);
        const char *second = strchr(out.data, '\n') + 1, *third = strchr(second, '\n') + 1;
        ASSERT_NOT_NULL(strstr(out.data, "\"truncated\":true"));
        ASSERT(strstr(out.data, "\"truncated\":true") < second);
        ASSERT(strstr(second, "\"truncated\":true") > third);
        ASSERT_NOT_NULL(strstr(second,
                               "\"data\":{\"a \\\"name\\\"\":\"\xc3\xa9\",\"n\":-9223372036854775808,"
                               "\"p\":\"0xffffffffffffffff\",\"m\":{\"b64\":\"AP8=\"},\"d\":0}}\n"));
        for (const char *p = out.data, *end; (end = strchr(p, '\n')); p = end + 1) {
                ASSERT(end + 1 - p <= (ptrdiff_t) RENDER_MAX);
                ASSERT(bytes_are_utf8(p, (size_t) (end - p)));
        }
        buf_done(&out);
}

static void expect(const Buf *out, const char *text) {
        TEST_CASE("%s", text);
        if (!strstr(out->data, text))
                test_fail(__FILE__, __LINE__, "not in: %s", out->data);
}

/* By its name, wherever it stands: in text, in events and of aggregates, and of where it was. */
TEST(masked_values_are_nobodys) {
        static const char *const mask[] = { "n", "k", "uid" };
        Manifest *m = awkward();
        Render *r;
        Buf text = BUF_INIT, out = BUF_INIT, journal = BUF_INIT;
        Stamp st = { .seq = 7, .time_ns = 1, .time_usec = 1 };
        Origin o = { .cpu = 3, .pid = 1, .tid = 2, .uid = 4711 };
        struct stp_value values[] = { { .s = "a", .len = 1 }, { .n = 4711 }, { .n = 16 }, { .s = "b", .len = 1 }, { .n = 3 }, { .n = 5 } };
        struct stp_value secret[] = { { .s = "secret", .len = 6 }, { .n = 5 } };
        unsigned n_probes = m->n_probes;
        m->n_probes = 1; /* else the header has no room for formats */
        ASSERT_OK(render_new(m, &(RenderSession) { .id = "0123", .mask = mask, .n_mask = 3 }, &r));
        render_text(r, 0, values, &text);
        ASSERT_STREQ(text.data, "a *** 0x10 b   5");
        buf_done(&text);
        render_text(r, FORMAT_MAP, secret, &text);
        ASSERT_STREQ(text.data, "a[\"***\"]=5\n");
        render_json_header(r, &st, 0, UINT64_MAX, &out);
        render_json_event(r, &st, &o, 0, values, &out);
        render_json_event(r, &st, &o, FORMAT_MAP, secret, &out);
        render_json_event(r, &st, &o, FORMAT_SCALAR, secret, &out);
        schema_check(out.data, out.len, 4);
        expect(&out, "{\"name\":\"n\",\"type\":\"long\",\"masked\":true}");
        expect(&out, "\"tid\":2,\"uid\":null");
        expect(&out, "\"data\":{\"a \\\"name\\\"\":\"a\",\"n\":null,\"p\":\"0x10\"");
        expect(&out, "\"name\":\"a\",\"type\":\"map\",\"key\":[null],\"data\":5");
        ASSERT_NULL(strstr(out.data, "secret"));
        ASSERT_NULL(strstr(out.data, "4711"));
        render_journal_event(r, &st, &o, 0, values, &text, &journal);
        ASSERT_NULL(memmem(journal.data, journal.len, "4711", 4));
        ASSERT_NULL(memmem(journal.data, journal.len, "STAPD_DATA_N=", 13));
        ASSERT_NOT_NULL(memmem(journal.data, journal.len, "STAPD_DATA_D=5\n", 15));
        buf_done(&text);
        buf_done(&out);
        buf_done(&journal);
        render_free(r);
        m->n_probes = n_probes;
        manifest_free(m);
}

TEST(aggregates_are_data) {
        uint64_t log[HISTOGRAM_LOG_BUCKETS] = { [0] = 1, [62] = 2, [64] = 3, [66] = 4 };
        uint64_t below_above[] = { 1, 0, 7, 0, 5 };
        const struct stp_value hist[] = { { .n = 2 }, { .s = (char *) log, .len = sizeof(log) } };
        const struct stp_value keyed[] = { { .s = "k\xc3\xa9", .len = 3 }, { .n = -1 }, { .n = 2 },
                                           { .s = (char *) below_above, .len = sizeof(below_above) } };
        const struct stp_value element[] = { { .s = "x", .len = 1 }, { .n = 7 } };
        const struct stp_value stats[] = { { .n = 3 }, { .n = 12 } };
        const Stamp st = { .seq = 1 };
        const Origin o = {};
        Manifest *m = awkward();
        Buf out = BUF_INIT;
        Render *r;
        ASSERT_OK(render_new(m, &(RenderSession) { .id = "0" }, &r));
        render_json_event(r, &st, &o, FORMAT_LOG, hist, &out);
        render_json_event(r, &st, &o, FORMAT_LINEAR, keyed, &out);
        render_json_event(r, &st, &o, FORMAT_MAP, element, &out);
        render_json_event(r, &st, &o, FORMAT_STATS, stats, &out);
        render_json_event(r, &st, &o, FORMAT_SCALAR, element, &out);
        expect(&out, "\"kind\":\"agg\"");
        expect(&out,
               "\"format\":2,\"name\":\"h\",\"type\":\"hist\",\"data\":{\"scale\":\"log\",\"buckets\":["
               "{\"min\":-9223372036854775808,\"max\":-9223372036854775808,\"count\":1},"
               "{\"min\":-3,\"max\":-2,\"count\":2},{\"min\":0,\"max\":0,\"count\":3},"
               "{\"min\":2,\"max\":3,\"count\":4}]}}\n");
        expect(&out,
               "\"name\":\"l\",\"type\":\"hist\",\"key\":[\"k\xc3\xa9\",-1],\"data\":{\"scale\":\"linear\",\"buckets\":["
               "{\"min\":null,\"max\":-6,\"count\":1},{\"min\":0,\"max\":4,\"count\":7},"
               "{\"min\":10,\"max\":null,\"count\":5}]}}\n");
        expect(&out, "\"name\":\"a\",\"type\":\"map\",\"key\":[\"x\"],\"data\":7}\n");
        expect(&out, "\"name\":\"s\",\"type\":\"stats\",\"data\":{\"count\":3,\"sum\":12}}\n");
        expect(&out, "\"name\":\"n\",\"type\":\"scalar\",\"data\":\"x\"}\n");
        out.len = 0;
        render_text(r, FORMAT_LINEAR, keyed, &out);
        ASSERT_STREQ(out.data, "value |-------------------------------------------------- count\n"
                               "  <-5 |@                                                  1\n"
                               "   -5 |                                                   0\n"
                               "    0 |@@@@@@@                                            7\n"
                               "    5 |                                                   0\n"
                               "   >5 |@@@@@                                              5\n\n\n");
        buf_done(&out);
        render_free(r);
        manifest_free(m);
}
