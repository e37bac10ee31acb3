/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Spans and times as people write them. */
#include "ctl/when.c"
#include "unit/test.h"

TEST(spans) {
        static const struct {
                const char *text;
                int64_t usec;
        } cases[] = {
                { "10", 10000000 }, { "1.5", 1500000 }, { "500ms", 500000 }, { "2min", 120000000 }, { "2m", 120000000 },
                { "1h", 3600000000 }, { "1d", 86400000000 }, { "3s", 3000000 },
                { "", -1 }, { "0", -1 }, { "-1", -1 }, { "5 weeks", -1 }, { "s", -1 }, { "1e300", -1 }, { "nan", -1 },
                { "inf", -1 }, { "99999d", -1 },
        };
        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                int64_t usec = -1;
                TEST_CASE("%s", cases[i].text);
                ASSERT_EQ(when_read_span(cases[i].text, &usec) >= 0, cases[i].usec > 0);
                ASSERT_EQ(usec, cases[i].usec);
        }
}

TEST(times) {
        int64_t usec = 0, later = 0;
        setenv("TZ", "UTC", 1);
        tzset();
        ASSERT_EQ(when_read_time("@1795424152", &usec), 0);
        ASSERT_EQ(usec, 1795424152000000);
        ASSERT_EQ(when_read_time("2026-11-23 08:55:52", &usec), 0);
        ASSERT_EQ(usec, 1795424152000000);
        ASSERT_EQ(when_read_time("2026-11-23 08:55", &usec), 0);
        ASSERT_EQ(usec, 1795424100000000);
        time_t now = time(NULL);
        ASSERT_EQ(when_read_time("12:00", &later), 0);
        ASSERT(later / 1000000 > now && later / 1000000 <= now + 86400 + 1);
        ASSERT_EQ(later / 1000000 % 86400, 43200);
        static const char *const wrong[] = { "", "soon", "25:00", "12", "2026-13-01 10:00", "@", "@-1", "@x", "12:00 tomorrow" };
        for (size_t i = 0; i < ELEMENTSOF(wrong); i++) {
                TEST_CASE("%s", wrong[i]);
                ASSERT_EQ(when_read_time(wrong[i], &usec), -EINVAL);
        }
}

TEST(ages) {
        char text[24];
        time_t now = time(NULL);
        when_format_age((int64_t) (now - 7300) * 1000000, text, sizeof(text));
        ASSERT_STREQ(text, "2h");
        when_format_age((int64_t) (now - 86400 * 3) * 1000000, text, sizeof(text));
        ASSERT_STREQ(text, "3d");
        when_format_age((int64_t) (now + 100) * 1000000, text, sizeof(text));
        ASSERT_STREQ(text, "0s");
}
