/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <regex.h>
#include <stdlib.h>
#include "translate/regex.h"
#include "unit/test.h"

/* As stp_regex_match() of the core. */
static bool table_matches(const Regex *r, const char *s) {
        unsigned state = r->start;
        for (; state > 1; s++) {
                ASSERT(state < r->n_states);
                state = r->next[state * r->n_classes + r->classes[(unsigned char) *s]];
                if (!*s)
                        break;
        }
        return state == 1;
}

TEST(matches) {
        static const struct {
                const char *pattern, *subject;
                bool matches;
        } cases[] = {
                {"abc", "xxabcxx", true},       {"abc", "ab", false},          {"", "", true},
                {"", "x", true},                {"^abc", "abcd", true},        {"^abc", "xabc", false},
                {"abc$", "xabc", true},         {"abc$", "abcx", false},       {"^$", "", true},
                {"^$", "x", false},             {"^abc$", "abc", true},        {"a.c", "abc", true},
                {"a.c", "ac", false},           {"ab*c", "ac", true},          {"ab*c", "abbbc", true},
                {"ab+c", "ac", false},          {"ab?c", "abbc", false},       {"a|b", "b", true},
                {"^(a|b)$", "ab", false},       {"^(a|b)+$", "abba", true},    {"[a-c]x", "bx", true},
                {"[^a-c]x", "bx", false},       {"[]x]", "]", true},           {"[^]x]", "]", false},
                {"[a-]", "-", true},            {"[[:digit:]]+", "abc7", true}, {"^[[:alpha:]_]+$", "a_b", true},
                {"^a{3}$", "aaa", true},        {"^a{3}$", "aa", false},       {"^a{2,}$", "aaaaa", true},
                {"^a{2,}$", "a", false},        {"^a{1,3}$", "aaaa", false},   {"^(ab){2}$", "abab", true},
                {"a\\.b", "a.b", true},         {"a\\.b", "axb", false},       {"\\(x\\)", "(x)", true},
                {"(a*)*b", "aaab", true},       {"(a*)+", "", true},           {"x*", "", true},
                {"a$|b", "b1", true},           {"^a|b$", "cb", true},         {"a$$", "a", true},
                {"^^a", "a", true},             {"(^a)", "ba", false},         {"\303\251", "caf\303\251", true},
                {"[\200-\377]", "\303", true},  {"a{0}b", "b", true},          {"()", "", true},
                {"a{,2}", "a{,2}", true},       {"}", "}", true},              {"a\\{1\\}", "a{1}", true},
        };
        _cleanup_(arena_freep) Arena *a = arena_new(64u << 20);
        for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
                Regex r;
                TEST_CASE("'%s' in '%s'", cases[i].pattern, cases[i].subject);
                ASSERT_NULL(regex_compile(a, cases[i].pattern, &r));
                ASSERT_EQ(table_matches(&r, cases[i].subject), cases[i].matches);
        }
}

TEST(bad_patterns_have_their_reason) {
        static const struct {
                const char *pattern, *error;
        } cases[] = {
                {"(", "`(` without its `)`"},       {")", "`)` without its `(`"},
                {"a)b", "`)` without its `(`"},     {"[a", "`[` without its `]`"},
                {"*a", "nothing stands before"},    {"a|*", "nothing stands before"},
                {"a\\", "a backslash at the end"},  {"(a)\\1", "back references"},
                {"[z-a]", "runs backwards"},        {"[[:nope:]]", "no such class"},
                {"a{2", "`{` without"},             {"a{5,2}", "make no sense"},
                {"a{999}", "make no sense"},          {"((a{200}){200}){200}", "too large"},
                {"(a|b)*a(a|b){14}", "too many states"},
        };
        for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
                _cleanup_(arena_freep) Arena *a = arena_new(512u << 20);
                Regex r;
                TEST_CASE("%s", cases[i].pattern);
                const char *error = regex_compile(a, cases[i].pattern, &r);
                ASSERT_NOT_NULL(error);
                ASSERT(strstr(error, cases[i].error));
        }
}

TEST(depth_is_bounded) {
        char pattern[4096];
        Regex r;
        _cleanup_(arena_freep) Arena *a = arena_new(64u << 20);
        memset(pattern, '(', sizeof(pattern) - 1);
        pattern[sizeof(pattern) - 1] = 0;
        ASSERT(strstr(regex_compile(a, pattern, &r), "too deep"));
        memset(pattern + 1, '*', sizeof(pattern) - 2);
        pattern[0] = 'a';
        ASSERT(strstr(regex_compile(a, pattern, &r), "too many repetitions"));
        memset(pattern, 'a', 3000);
        pattern[3000] = 0;
        ASSERT_NULL(regex_compile(a, pattern, &r));
}

/* Random small patterns over few letters, held against the C library's own matcher. */
TEST(agrees_with_the_c_library) {
        static const char letters[] = "ab|*+?()[]^$.{1,2}ab";
        srand(7);
        unsigned compared = 0;
        for (unsigned round = 0; round < 4000; round++) {
                _cleanup_(arena_freep) Arena *a = arena_new(64u << 20);
                char pattern[10] = "", subject[8];
                regex_t want;
                Regex have;
                for (unsigned i = 0; i < sizeof(pattern) - 1; i++)
                        pattern[i] = letters[rand() % (sizeof(letters) - 1)];
                /* The library takes some that POSIX leaves undefined: `a|*b`, `^*`, `()`. */
                if (strstr(pattern, "^*") || strstr(pattern, "^+") || strstr(pattern, "^?") || strstr(pattern, "^{") ||
                    strstr(pattern, "$*") || strchr(pattern, '{') || strchr(pattern, '}'))
                        continue;
                if (regex_compile(a, pattern, &have) || regcomp(&want, pattern, REG_EXTENDED | REG_NOSUB))
                        continue;
                for (unsigned k = 0; k < 20; k++) {
                        unsigned n = (unsigned) rand() % sizeof(subject);
                        for (unsigned i = 0; i < n; i++)
                                subject[i] = "ab1"[rand() % 3];
                        subject[n] = 0;
                        TEST_CASE("'%s' in '%s'", pattern, subject);
                        ASSERT_EQ(table_matches(&have, subject), regexec(&want, subject, 0, NULL, 0) == 0);
                        compared++;
                }
                regfree(&want);
        }
        ASSERT(compared > 2000);
}
