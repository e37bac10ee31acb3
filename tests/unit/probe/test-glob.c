/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <time.h>
#include "base/cleanup.h"
#include "probe/probe.h"
#include "unit/test.h"

TEST(glob) {
        static const struct { const char *pattern, *text; bool match; } cases[] = {
                { "", "", true }, { "", "a", false }, { "a", "", false }, { "abc", "abc", true }, { "abc", "abd", false },
                { "*", "", true }, { "*", "abc", true }, { "a*", "abc", true }, { "*c", "abc", true }, { "a*c", "abbbc", true },
                { "a*c", "abbb", false }, { "a?c", "abc", true }, { "a?c", "ac", false }, { "?", "", false },
                { "**", "x", true }, { "*a*b*", "xxaxxbxx", true }, { "*a*b*", "xxbxxaxx", false }, { "*ab", "aab", true },
                { "vfs_*", "vfs_read", true }, { "vfs_*", "do_vfs_read", false },
                { "[ab]c", "bc", true }, { "[ab]c", "cc", false }, { "[a-c]*", "bx", true }, { "[!a-c]x", "dx", true },
                { "[!a-c]x", "ax", false }, { "[^a]", "a", false }, { "x[", "x[", true }, { "[", "[", true }, { "[a", "[a", true },
                { "[]]", "]", true }, { "*[", "a[", true }, { "[a]", "", false },
        };
        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                TEST_CASE("%s against %s", cases[i].text, cases[i].pattern);
                ASSERT_EQ(probe_glob(cases[i].pattern, cases[i].text), cases[i].match);
        }
}

TEST(glob_does_not_explode) {
        char text[4096], pattern[512];
        memset(text, 'a', sizeof(text) - 1);
        text[sizeof(text) - 1] = 0;
        for (size_t i = 0; i + 2 < sizeof(pattern); i += 2)
                memcpy(pattern + i, "*a", 2);
        memcpy(pattern + sizeof(pattern) - 2, "b", 2);
        clock_t start = clock();
        ASSERT(!probe_glob(pattern, text));
        ASSERT(clock() - start < CLOCKS_PER_SEC);
}

TEST(what_is_a_pattern) {
        ASSERT(probe_is_glob("a*") && probe_is_glob("?") && probe_is_glob("[ab]"));
        ASSERT(!probe_is_glob("vfs_read") && !probe_is_glob(""));
}
