/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "translate/format.h"
#include "unit/test.h"

TEST(formats_are_taken_apart) {
        static const struct {
                const char *format, *letters;
                bool width_arg, precision_arg; /* of the last conversion */
                int precision;
        } cases[] = {
                {"", "", false, false, 0},
                {"no conversion 100%%", "", false, false, 0},
                {"%d", "d", false, false, -1},
                {"%d%s", "ds", false, false, -1},
                {"%%%d%%", "d", false, false, -1},
                {"%-+ 0#12.5ld|", "d", false, false, 5},
                {"%*d", "d", true, false, -1},
                {"%.*s", "s", false, true, -1},
                {"%*.*X", "X", true, true, -1},
                {"%s %.4m", "sm", false, false, 4},
                {"%.99999999999999d", "d", false, false, 9999999},
                {"%hd%lld", "dd", false, false, -1},
        };
        for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
                char letters[16] = "";
                Conversion c = {};
                TEST_CASE("%s", cases[i].format);
                for (const char *f = cases[i].format; (f = format_next(f, &c));)
                        strncat(letters, &c.letter, 1);
                ASSERT_STREQ(letters, cases[i].letters);
                if (!*letters)
                        continue;
                ASSERT_EQ(c.width_arg, cases[i].width_arg);
                ASSERT_EQ(c.precision_arg, cases[i].precision_arg);
                ASSERT_EQ(c.precision, cases[i].precision);
        }
}

TEST(a_format_that_ends_early_is_not_left) {
        Conversion c;
        const char *f = format_next("%", &c);
        ASSERT_EQ(c.letter, 0);
        ASSERT_NULL(format_next(f, &c));
        f = format_next("%5.", &c);
        ASSERT_EQ(c.letter, 0);
        ASSERT_NULL(format_next(f, &c));
}
