/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "manifest/histogram.h"
#include <stdio.h>
#include <string.h>
#include "base/cleanup.h"
#include "unit/test.h"

static const struct {
        const char *name;
        Histogram histogram;
        unsigned buckets; /* 0: it makes no sense */
} shapes[] = {
        { "log", {}, 128 },
        { "usual", { true, 0, 100, 10 }, 13 },
        { "width does not divide", { true, 0, 105, 10 }, 13 },
        { "one bucket", { true, 0, 1, 2 }, 3 },
        { "most", { true, -64, 64, 1 }, 131 },
        { "one too many", { true, -64, 65, 1 }, 0 },
        { "whole range", { true, INT64_MIN, INT64_MAX, INT64_MAX }, 5 },
        { "no width", { true, 0, 100, 0 }, 0 },
        { "negative width", { true, 0, 100, -1 }, 0 },
        { "no range", { true, 5, 5, 1 }, 0 },
        { "backwards", { true, 6, 5, 1 }, 0 },
};

TEST(shapes_have_their_buckets) {
        for (size_t i = 0; i < ELEMENTSOF(shapes); i++) {
                TEST_CASE("%s", shapes[i].name);
                ASSERT_EQ(histogram_is_valid(&shapes[i].histogram), shapes[i].buckets > 0);
                if (shapes[i].buckets)
                        ASSERT_EQ(histogram_buckets(&shapes[i].histogram), shapes[i].buckets);
        }
}

/* Every value is in exactly one bucket: each begins where the one before it ends. */
TEST(ranges_leave_nothing_out) {
        for (size_t i = 0; i < ELEMENTSOF(shapes); i++) {
                const Histogram *h = &shapes[i].histogram;
                TEST_CASE("%s", shapes[i].name);
                for (unsigned b = 0; b < shapes[i].buckets; b++) {
                        HistogramRange r = histogram_range(h, b);
                        ASSERT(r.min <= r.max);
                        if (b > 0 && histogram_range(h, b - 1).max < INT64_MAX && r.min > INT64_MIN)
                                ASSERT_EQ(r.min, histogram_range(h, b - 1).max + 1);
                }
        }
        ASSERT_EQ(histogram_range(&shapes[0].histogram, 0).min, INT64_MIN);
        ASSERT_EQ(histogram_range(&shapes[0].histogram, 127).max, INT64_MAX);
}

TEST(a_drawing_stays_in_its_room) {
        char buckets[1 + 128 * 8], out[20000], cut[20000];
        const Histogram log = {};
        for (unsigned i = 0; i < 128; i++) {
                uint64_t n = i % 5 ? UINT64_MAX - i : 0;
                memcpy(buckets + 1 + i * 8, &n, 8);
        }
        size_t whole = histogram_draw(&log, buckets + 1, -1, out, sizeof(out));
        ASSERT(whole > 128 * 60 && whole < sizeof(out));
        for (size_t room = 0; room < whole; room += 97) {
                TEST_CASE("%zu", room);
                memset(cut, '#', sizeof(cut));
                ASSERT_EQ(histogram_draw(&log, buckets + 1, -1, cut, room), room);
                ASSERT_EQ(memcmp(cut, out, room), 0);
                ASSERT_EQ(cut[room], '#');
        }
}

TEST(any_elision_will_do) {
        static const int64_t elisions[] = { INT64_MIN, -1, 0, 1, 2, 3, 127, 128, 129, INT64_MAX };
        uint64_t buckets[128] = { [70] = 1, [90] = 2 };
        char out[20000];
        const Histogram log = {};
        for (size_t i = 0; i < ELEMENTSOF(elisions); i++) {
                TEST_CASE("%lld", (long long) elisions[i]);
                size_t n = histogram_draw(&log, (char *) buckets, elisions[i], out, sizeof(out) - 1);
                unsigned rows = 0;
                for (size_t k = 0; k < n; k++)
                        rows += out[k] == '\n';
                unsigned all = elisions[i] < 0 || elisions[i] >= 128;
                unsigned keep = all ? 0 : (unsigned) elisions[i];
                unsigned above = keep > 37 ? 37 : keep, below = keep > 6 ? 6 : keep;
                unsigned between = 2 * keep >= 19 ? 19 : 2 * keep + 1;
                ASSERT_EQ(rows, all ? 130 : 2 + 2 + below + between + above);
        }
}
