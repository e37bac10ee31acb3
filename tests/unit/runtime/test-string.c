/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <arpa/inet.h>
#include <stdint.h>
#include <stdlib.h>
#include "script.h"

TEST(copies_are_cut) {
        char b[8];

        stp_str_copy(b, "1234567890", sizeof(b));
        ASSERT_STREQ(b, "1234567");
        stp_str_copy(b, b, sizeof(b));
        ASSERT_STREQ(b, "1234567");
        stp_str_cat(b, "x", sizeof(b));
        ASSERT_STREQ(b, "1234567");
        stp_str_copy(b, "abc", sizeof(b));
        stp_str_cat(b, b, sizeof(b));
        ASSERT_STREQ(b, "abcabc");
        stp_str_cat(b, b, sizeof(b));
        ASSERT_STREQ(b, "abcabca");
        stp_str_copy(b, "", sizeof(b));
        ASSERT_STREQ(b, "");
        stp_str_copy(b, "long", 1);
        ASSERT_STREQ(b, "");
        ASSERT_EQ(stp_str_len("abc", 2), 2);
}

TEST(comparison_is_by_unsigned_bytes) {
        ASSERT(stp_str_cmp("a", "b") < 0);
        ASSERT(stp_str_cmp("b", "a") > 0);
        ASSERT(stp_str_cmp("", "") == 0);
        ASSERT(stp_str_cmp("a", "ab") < 0);
        ASSERT(stp_str_cmp("\xff", "a") > 0);
}

TEST(quoting) {
        static const struct { const char *in; u32 n; bool quotes; const char *out; } cases[] = {
                { "plain", 0, false, "plain" },
                { "plain", 0, true, "\"plain\"" },
                { "", 0, true, "\"\"" },
                { "tab\tnl\n\"q\\", 0, true, "\"tab\\tnl\\n\\\"q\\\\\"" },
                { "\x01\xff", 0, false, "\\001\\377" },
                { "abcdefghij", 5, false, "abcde" },
                { "abcdefghij", 12, true, "\"abcdefghij\"" },
                { "abcdefghij", 11, true, "\"abcdef\"..." },
                { "abcdefghij", 10, true, "\"abcde\"..." },
                { "abcdefghij", 5, true, "\"\"..." },
                { "abcdefghij", 4, true, "\"ab\"" },
                { "ab\n", 3, false, "ab" },
                { "\x01", 3, false, "" },
        };
        char b[64];
        unsigned i;

        for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
                TEST_CASE("%u", i);
                stp_string_quoted(b, sizeof(b), cases[i].in, cases[i].n, cases[i].quotes, false, 0);
                ASSERT_STREQ(b, cases[i].out);
                stp_string_quoted(b, sizeof(b), NULL, cases[i].n, cases[i].quotes, true,
                                  (uintptr_t) cases[i].in);
                ASSERT_STREQ(b, cases[i].out);
        }
        stp_string_quoted(b, sizeof(b), NULL, 0, true, false, 8);
        ASSERT_STREQ(b, "\"\"");
        stp_string_quoted(b, 8, "abcdefghij", 0, true, false, 0);
        ASSERT_STREQ(b, "\"ab\"...");
}

TEST(ip6_addresses_are_those_of_the_c_library) {
        char have[64], want[INET6_ADDRSTRLEN];
        u8 a[16];
        unsigned i, k;

        srand(1);
        for (i = 0; i < 20000; i++) {
                for (k = 0; k < 16; k++)
                        a[k] = i < 256 ? ((i >> k / 2 & 1) ? k : 0) : rand() % 3 ? 0 : (u8) rand();
                /* The library writes ::1.2.3.4, which RFC 5952 does not. */
                if (!memcmp(a, "\0\0\0\0\0\0\0\0\0\0\0", 12))
                        continue;
                stp_ip6_text(have, sizeof(have), a);
                ASSERT_NOT_NULL(inet_ntop(AF_INET6, a, want, sizeof(want)));
                ASSERT_STREQ(have, want);
        }
        stp_ip6_text(have, sizeof(have), (const u8[16]) {});
        ASSERT_STREQ(have, "::");
        stp_ip6_text(have, sizeof(have), (const u8[16]) { [15] = 1 });
        ASSERT_STREQ(have, "::1");
        stp_ip6_text(have, sizeof(have), (const u8[16]) { [10] = 0xff, 0xff, 10, 0, 0, 1 });
        ASSERT_STREQ(have, "::ffff:10.0.0.1");
        stp_ip6_text(have, 6, (const u8[16]) { 0x20, 1, 0xd, 0xb8 });
        ASSERT_STREQ(have, "2001:");
}

TEST(arithmetic) {
        struct stp_script *s = script_with(NULL, 0);
        struct stp_ctx *c = ctx(0);

        ASSERT_EQ(stp_div(c, INT64_MIN, -1, "d"), INT64_MIN);
        ASSERT_EQ(stp_mod(c, INT64_MIN, -1, "d"), 0);
        ASSERT_EQ(stp_div(c, -7, 2, "d"), -3);
        ASSERT_EQ(stp_mod(c, -7, 2, "d"), -1);
        ASSERT_STREQ(error_of(0), "");
        ASSERT_EQ(stp_div(c, 1, 0, "division by 0"), 0);
        ASSERT_STREQ(error_of(0), "division by 0");
        ASSERT_EQ(stp_mod(c, 1, 0, "again"), 0);
        ASSERT_STREQ(error_of(0), "again");
        ASSERT_EQ(stp_shl(-1, 63), INT64_MIN);
        ASSERT_EQ(stp_shl(1, 64), 1);
        ASSERT_EQ(stp_shr(INT64_MIN, 63), -1);
        ASSERT_EQ(stp_ushr(INT64_MIN, 63), 1);
        stp_script_unregister(s);
}
