/* SPDX-License-Identifier: GPL-2.0-or-later */
/* printf of the language: what it does as C, and where it differs on purpose. */
#include "runtime/format.h"
#include <limits.h>
#include <stdio.h>
#include "base/cleanup.h"
#include "unit/test.h"

#define N(v) { .n = (v) }
#define S(v) { .s = (v), .len = sizeof(v) - 1 }

static const struct {
        const char *format;
        struct stp_value args[4];
        const char *want;
        unsigned len; /* of `want` when it has NULs */
} cases[] = {
        { "plain 100%%\n", {}, "plain 100%\n" },
        { "%d|%i|%u", { N(-5), N(7), N(-1) }, "-5|7|18446744073709551615" },
        { "%d", { N(LLONG_MIN) }, "-9223372036854775808" },
        { "%5d|%-5d|%05d", { N(42), N(42), N(42) }, "   42|42   |00042" },
        { "%-05d|", { N(3) }, "3    |" },
        { "%+d|% d|%+-5d|", { N(3), N(3), N(3) }, "+3| 3|+3   |" },
        { "%0-5d|%-05d|% +d", { N(3), N(3), N(3) }, "3    |3    |+3" },
        { "%05d", { N(-42) }, "-0042" },
        { "%.3d|%5.3d|%05.3d", { N(7), N(7), N(7) }, "007|  007|  007" },
        { "%.0d|%.d", { N(0), N(0) }, "0|0" },
        { "%x|%X|%o", { N(255), N(255), N(8) }, "ff|FF|10" },
        { "%#x|%#X|%#o", { N(255), N(255), N(8) }, "0xff|0XFF|010" },
        { "%#x|%#o", { N(0), N(0) }, "0x0|0" },
        { "%#010x|", { N(255) }, "      0xff|" },
        { "%010x|", { N(255) }, "00000000ff|" },
        { "%#-10x|", { N(255) }, "0xff      |" },
        { "%x", { N(-1) }, "ffffffffffffffff" },
        { "%p|%20p|%-20p|", { N(0xffff8880), N(16), N(0) }, "0xffff8880|                0x10|0x0                 |" },
        { "%ld %lld %hd %hhx %lu", { N(1), N(2), N(3), N(4) }, "1 2 3 4 0" },
        { "%*d|%-*d|", { N(5), N(1), N(4), N(2) }, "    1|2   |" },
        { "%*d|", { N(-5), N(1) }, "1|" },
        { "%.*d|%.*d", { N(3), N(1), N(-3), N(1) }, "001|1" },
        { "%s|%5s|%-5s|%.2s", { S("ab"), S("ab"), S("ab"), S("abc") }, "ab|   ab|ab   |ab" },
        { "%05s|%.*s", { S("ab"), N(1), S("xy") }, "   ab|x" },
        { "%8.3s|", { S("abcdef") }, "     abc|" },
        { "%#s", { S("a\n\"\\\x01\xff") }, "a\\n\\\"\\\\\\001\\377" },
        { "%c%c|%3c|%-3c|", { N('a'), N('b'), N('c'), N('d') }, "ab|  c|d  |" },
        { "%#c", { N('\t') }, "\\t" },
        { "%c", { N(0) }, "\0", 1 },
        { "%1b%2b%4b", { N(0x41), N(0x4243), N(0x44454647) }, "ACBGFED" },
        { "%b", { N(0x4847464544434241) }, "ABCDEFGH" },
        { "%4.1b", { N(0x41) }, "   A" },
        { "%m|%.2m|%6.3m", { S("abcd"), S("abcd"), S("abcd") }, "abcd|ab|   abc" },
        { "%M|%.2M|%8.2M", { S("\x01\xff"), S("abc"), S("abc") }, "01ff|6162|    6162" },
        { "%d %s", { N(1) }, "1 " },
};

TEST(format_renders_as_promised) {
        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                char out[256];
                TEST_CASE("%s", cases[i].format);
                size_t n = stp_format(out, sizeof(out), cases[i].format, cases[i].args, 4);
                size_t want = cases[i].len ? cases[i].len : strlen(cases[i].want);
                ASSERT_EQ(n, want);
                ASSERT_MEMEQ(out, cases[i].want, want + 1);
        }
}

TEST(missing_arguments_are_zero_and_empty) {
        char out[64];
        stp_format(out, sizeof(out), "%d %s %*d.", NULL, 0);
        ASSERT_STREQ(out, "0  0.");
}

/* Never more than the room, always a NUL, and a longer room never changes what stood in a shorter one. */
TEST(output_is_cut_at_any_size) {
        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                char whole[256], part[257];
                size_t len = stp_format(whole, sizeof(whole), cases[i].format, cases[i].args, 4);
                for (size_t size = 1; size <= len + 1; size++) {
                        TEST_CASE("%s in %zu", cases[i].format, size);
                        memset(part, '#', sizeof(part));
                        ASSERT_EQ(stp_format(part, size, cases[i].format, cases[i].args, 4), size - 1);
                        ASSERT_MEMEQ(part, whole, size - 1);
                        ASSERT_EQ(part[size - 1], 0);
                        ASSERT_EQ(part[size], '#');
                }
        }
        ASSERT_EQ(stp_format(NULL, 0, "x", NULL, 0), 0);
}

TEST(huge_widths_end_at_the_room) {
        char out[64];
        static const struct stp_value args[] = { N(LLONG_MAX), N(LLONG_MAX), N(1) };
        ASSERT_EQ(stp_format(out, sizeof(out), "%99999999999999999999d", args, 1), 63);
        ASSERT_EQ(stp_format(out, sizeof(out), "%*.*d", args, 3), 63);
        ASSERT_EQ(out[0], '0');
        ASSERT_EQ(stp_format(out, sizeof(out), "%.999999999d", args, 1), 63);
}

TEST(bad_conversions_are_pointed_at) {
        static const struct {
                const char *format, *bad;
        } bad[] = { { "a%k b", "%k" }, { "%", "%" }, { "%-", "%-" }, { "%5.", "%5." }, { "%5.2$d", "%5.2$" },
                    { "%n", "%n" }, { "%e", "%e" }, { "%*", "%*" }, { "%ll", "%ll" } };
        for (size_t i = 0; i < ELEMENTSOF(bad); i++) {
                struct stp_spec spec;
                TEST_CASE("%s", bad[i].format);
                const char *p = stp_spec_next(bad[i].format, &spec);
                if (spec.conv == STP_CONV_LITERAL)
                        p = stp_spec_next(p, &spec);
                ASSERT_EQ(spec.conv, STP_CONV_BAD);
                ASSERT_EQ(spec.text_len, strlen(bad[i].bad));
                ASSERT_MEMEQ(spec.text, bad[i].bad, spec.text_len);
                ASSERT(p == spec.text + spec.text_len);
        }
}

/* Where C's printf has the same rules, it is the judge. */
TEST(numbers_agree_with_the_c_library) {
        static const long long numbers[] = { 0, 1, -1, 9, 10, 255, -256, 123456789, LLONG_MAX, LLONG_MIN };
        static const char *const flags[] = { "", "-", "+", " ", "0", "-+", "+0", "0 " };
        for (size_t f = 0; f < ELEMENTSOF(flags); f++)
                for (int width = 0; width < 25; width += 6)
                        for (int precision = -1; precision < 9; precision += 3)
                                for (size_t i = 0; i < ELEMENTSOF(numbers); i++)
                                        for (const char *c = "diuxXo"; *c; c++) {
                                                char format[64], have[128], want[128], p[16] = "",
                                                                                       w[16] = "";
                                                if (precision >= 0)
                                                        snprintf(p, sizeof(p), ".%d", precision);
                                                if (width > 0)
                                                        snprintf(w, sizeof(w), "%d", width);
                                                snprintf(format, sizeof(format), "%%%s%s%sll%c", flags[f], w,
                                                         p, *c);
                                                TEST_CASE("%s of %lld", format, numbers[i]);
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
                                                snprintf(want, sizeof(want), format, numbers[i]);
                                                stp_format(have, sizeof(have), format,
                                                           &(struct stp_value) N(numbers[i]), 1);
                                                if (numbers[i] != 0 || precision != 0)
                                                        ASSERT_STREQ(have, want);
                                        }
}
