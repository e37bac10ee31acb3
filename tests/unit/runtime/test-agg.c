/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "script.h"

static struct stp_agg *a;
static struct stp_map *m;

static struct stp_global agg_of(u32 ops, u32 hist) {
        return (struct stp_global) {
                .name = "s", .kind = STP_GLOBAL_AGG, .stat_ops = ops, .hist = hist, .low = -10, .high = 100, .step = 10,
                .slot = (void **) &a,
        };
}

static s64 extract(u32 op) {
        return stp_agg_get(ctx(0), a, op, "operator '@x' at a.stp:1:1");
}

/* Each value on another CPU: what comes out must not depend on where it went in. */
static void add_all(const s64 *v, unsigned n) {
        unsigned i;

        for (i = 0; i < n; i++)
                stp_agg_add(ctx(i % 4), a, v[i]);
}

TEST(extractors) {
        static const struct {
                s64 v[8];
                unsigned n;
                s64 sum, min, max, avg, variance;
        } cases[] = {
                { { 5 }, 1, 5, 5, 5, 5, 0 },
                { { 2, 4, 4, 4, 5, 5, 7, 9 }, 8, 40, 2, 9, 5, 4 },      /* 32 / 7 */
                { { -3, -1 }, 2, -4, -3, -1, -2, 2 },
                { { 0, 0, 0, 1 }, 4, 1, 0, 1, 0, 0 },                   /* 0.75 / 3 */
                { { 1, 2, 3, 4, 5, 6, 7, 9 }, 8, 37, 1, 9, 4, 7 },      /* 49.875 / 7 */
                { { 1000000000000, 1000000000001, 1000000000002 }, 3, 3000000000003, 1000000000000, 1000000000002,
                  1000000000001, 1 },
                { { INT64_MAX, INT64_MAX - 2 }, 2, -4, INT64_MAX - 2, INT64_MAX, -2, 2 },
                { { -1000000000, 1000000000 }, 2, 0, -1000000000, 1000000000, 0, 2000000000000000000 },
        };
        struct stp_global g = agg_of(~0u, STP_HIST_NONE);
        struct stp_script *s = script_with(&g, 1);
        unsigned i;

        for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
                TEST_CASE("%u", i);
                stp_agg_clear(ctx(0), a);
                add_all(cases[i].v, cases[i].n);
                ASSERT_EQ(extract(STP_COUNT), cases[i].n);
                ASSERT_EQ(extract(STP_SUM), cases[i].sum);
                ASSERT_EQ(extract(STP_MIN), cases[i].min);
                ASSERT_EQ(extract(STP_MAX), cases[i].max);
                ASSERT_EQ(extract(STP_AVG), cases[i].avg);
                ASSERT_EQ(extract(STP_VARIANCE), cases[i].variance);
                ASSERT_STREQ(error_of(0), "");
        }
        stp_script_unregister(s);
}

TEST(empty_ones) {
        struct stp_global g = agg_of(0, STP_HIST_NONE);
        struct stp_script *s = script_with(&g, 1);

        ASSERT_EQ(extract(STP_COUNT), 0);
        ASSERT_EQ(extract(STP_SUM), 0);
        ASSERT_STREQ(error_of(0), "");
        ASSERT_EQ(extract(STP_AVG), 0);
        ASSERT_STREQ(error_of(0), "empty aggregate near operator '@x' at a.stp:1:1");
        stp_agg_add(ctx(3), a, 7);
        ASSERT_EQ(extract(STP_MIN), 7);
        stp_agg_clear(ctx(1), a);
        ASSERT_EQ(extract(STP_COUNT), 0);
        extract(STP_MAX);
        ASSERT_STREQ(error_of(0), "empty aggregate near operator '@x' at a.stp:1:1");
        stp_script_unregister(s);
}

TEST(buckets) {
        static const struct { s64 v; int log, linear; } cases[] = {
                { 0, 64, 2 }, { 1, 65, 2 }, { 2, 66, 2 }, { 3, 66, 2 }, { 4, 67, 2 }, { 1023, 74, 12 },
                { -1, 63, 1 }, { -2, 62, 1 }, { -10, 60, 1 }, { -11, 60, 0 }, { 9, 68, 2 }, { 10, 68, 3 },
                { 99, 71, 11 }, { 100, 71, 12 }, { 109, 71, 12 }, { 110, 71, 13 }, { INT64_MAX, 127, 13 },
                { INT64_MIN, 0, 0 },
        };
        u32 kind;
        unsigned i;

        for (kind = STP_HIST_LOG; kind <= STP_HIST_LINEAR; kind++) {
                struct stp_global g = agg_of(0, kind);
                struct stp_script *s = script_with(&g, 1);

                ASSERT_EQ(stp_hist_buckets(kind, -10, 100, 10), kind == STP_HIST_LOG ? 128 : 14);
                for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
                        int want = kind == STP_HIST_LOG ? cases[i].log : cases[i].linear;

                        if (kind == STP_HIST_LINEAR && cases[i].v == 1023)
                                want = 13;
                        TEST_CASE("kind %u, %lld", kind, cases[i].v);
                        stp_agg_clear(ctx(0), a);
                        stp_agg_add(ctx(i % 4), a, cases[i].v);
                        ASSERT_EQ(stp_agg_bucket(ctx(0), a, want, "h"), 1);
                }
                ASSERT_EQ(stp_agg_bucket(ctx(0), a, 128, "h"), 0);
                ASSERT_STREQ(error_of(0), "histogram index out of range near h");
                stp_script_unregister(s);
        }
}

TEST(a_histogram_in_a_record) {
        struct stp_global g = agg_of(0, STP_HIST_LINEAR);
        struct stp_script *s = script_with(&g, 1);
        u64 payload[32] = { 0 }, bucket;
        const char *bytes;
        const u64 *end;
        u32 len;

        stp_agg_add(ctx(0), a, 5);
        stp_agg_add(ctx(1), a, 6);
        stp_agg_add(ctx(2), a, 1000);
        ASSERT(stp_put_hist(payload, ctx(0), a) == payload + stp_hist_room(14) / 8);
        end = stp_shim_bytes(payload, &bytes, &len);
        ASSERT_EQ(len, 14 * 8);
        ASSERT(end == payload + stp_hist_room(14) / 8);
        memcpy(&bucket, bytes + 2 * 8, 8);
        ASSERT_EQ(bucket, 2);
        memcpy(&bucket, bytes + 13 * 8, 8);
        ASSERT_EQ(bucket, 1);
        stp_script_unregister(s);
}

TEST(arrays_of_them) {
        struct stp_global g = {
                .name = "m", .kind = STP_GLOBAL_MAP, .value = STP_VALUE_AGG, .n_keys = 1, .max = 4, .wraps = 1,
                .hist = STP_HIST_LOG, .slot = (void **) &m,
        };
        struct stp_script *s = script_with(&g, 1);
        s64 i;

        for (i = 0; i < 40; i++)
                stp_map_agg_add(ctx(i % 4), m, KEY(N(i % 2)), i);
        ASSERT_EQ(stp_map_agg_get(ctx(0), m, KEY(N(0)), STP_COUNT, "m"), 20);
        ASSERT_EQ(stp_map_agg_get(ctx(0), m, KEY(N(1)), STP_SUM, "m"), 400);
        ASSERT_EQ(stp_map_agg_bucket(ctx(0), m, KEY(N(1)), 65, "m"), 1);
        ASSERT_EQ(stp_map_agg_get(ctx(0), m, KEY(N(5)), STP_COUNT, "m"), 0);
        ASSERT_STREQ(error_of(0), "");
        stp_map_agg_get(ctx(0), m, KEY(N(5)), STP_MIN, "m");
        ASSERT_STREQ(error_of(0), "empty aggregate near m");

        /* An element that comes back, in the same memory or other, is empty on every CPU. */
        stp_map_delete(ctx(0), m, KEY(N(0)));
        stp_map_agg_add(ctx(2), m, KEY(N(0)), 3);
        ASSERT_EQ(stp_map_agg_get(ctx(0), m, KEY(N(0)), STP_COUNT, "m"), 1);
        for (i = 0; i < 100; i++)
                stp_map_agg_add(ctx(i % 4), m, KEY(N(1000 + i)), i);
        ASSERT_EQ(stp_map_agg_get(ctx(0), m, KEY(N(0)), STP_COUNT, "m"), 0);
        ASSERT_EQ(stp_map_agg_get(ctx(0), m, KEY(N(1099)), STP_COUNT, "m"), 1);
        ASSERT_EQ(stp_map_agg_get(ctx(0), m, KEY(N(1095)), STP_COUNT, "m"), 0);
        stp_map_clear(ctx(0), m);
        ASSERT_EQ(stp_map_agg_get(ctx(0), m, KEY(N(1099)), STP_COUNT, "m"), 0);
        stp_script_unregister(s);
}

TEST(senseless_histograms_are_refused) {
        static const struct { s64 low, high, step; } bad[] = {
                { 0, 10, 0 }, { 0, 10, -1 }, { 10, 0, 1 }, { 0, 1000000, 1 }, { INT64_MIN, INT64_MAX, 1 },
        };
        unsigned i;

        for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
                struct stp_global g = agg_of(0, STP_HIST_LINEAR);
                struct stp_script s = { .name = "test", .globals = &g, .n_globals = 1, .string_size = 64 };

                TEST_CASE("%lld %lld %lld", bad[i].low, bad[i].high, bad[i].step);
                g.low = bad[i].low;
                g.high = bad[i].high;
                g.step = bad[i].step;
                ASSERT_ERROR(stp_script_register(&s), -EINVAL);
        }
}
