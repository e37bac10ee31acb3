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

/* As stp_regex_find() of the core: what matched, from where to where; at[0] is UINT32_MAX when nothing
 * did. */
static void tags_find(const RegexTags *r, const char *s, uint32_t at[2 * REGEX_MAX_GROUPS]) {
        static uint32_t registers[2][REGEX_MAX_REGISTERS];
        unsigned state = r->start, now = 0, next;
        at[0] = at[1] = UINT32_MAX;
        for (uint32_t i = 0, move = r->start_move; state || i == 0; i++, now = !now) {
                uint32_t *to = registers[now];
                if (i > 0) {
                        unsigned k = state * r->n_classes + r->classes[(unsigned char) s[i - 1]];
                        move = r->move[k];
                        next = r->next[k];
                } else
                        next = state;
                for (uint32_t m = r->move_at.items[move]; m < r->move_at.items[move + 1]; m++)
                        for (unsigned t = 0; t < r->n_tags; t++) {
                                uint64_t thread = r->moves.items[m];
                                uint32_t parent = (uint32_t) (thread >> 32);
                                uint32_t old = parent == REGEX_NO_PARENT
                                                       ? UINT32_MAX
                                                       : registers[!now][parent * r->n_tags + t];
                                uint32_t here = i > 0 && !s[i - 1] ? i - 1 : i;
                                to[(m - r->move_at.items[move]) * r->n_tags + t] = thread >> t & 1 ? here
                                                                                                   : old;
                        }
                if (i > 0 && !s[i - 1]) {
                        if (move)
                                memcpy(at, to, r->n_tags * sizeof(*at));
                        return;
                }
                state = next;
                ASSERT(state < r->n_states);
                if (r->accept[state])
                        memcpy(at, to + (r->accept[state] - 1) * r->n_tags, r->n_tags * sizeof(*at));
        }
}

TEST(groups) {
        static const struct {
                const char *pattern, *subject;
                uint32_t at[6];
        } cases[] = {
                {"b", "abc", {1, 2}},                 {"(a)(b)", "xab", {1, 3, 1, 2, 2, 3}},
                {"(a|ab)(c|bcd)", "abcd", {0, 4, 0, 1, 1, 4}}, {"(a*)(ab)*", "aab", {0, 3, 0, 1, 1, 3}},
                {"x*", "aax", {0, 0}},                {"(x)|(y)", "y", {0, 1, -1u, -1u, 0, 1}},
                {"(a$)|(b)", "ba", {0, 1, -1u, -1u, 0, 1}}, {"()b", "ab", {1, 2, 1, 1}},
                {"(a|b)*c", "abc", {0, 3, 1, 2}},     {"(^a)|(b$)", "bb", {1, 2, -1u, -1u, 1, 2}},
        };
        _cleanup_(arena_freep) Arena *a = arena_new(64u << 20);
        for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
                uint32_t at[2 * REGEX_MAX_GROUPS];
                RegexTags r;
                TEST_CASE("'%s' in '%s'", cases[i].pattern, cases[i].subject);
                ASSERT_NULL(regex_compile_tags(a, cases[i].pattern, &r));
                tags_find(&r, cases[i].subject, at);
                for (unsigned t = 0; t < r.n_tags; t++)
                        ASSERT_EQ(at[t], cases[i].at[t]);
        }
}

/* Random small patterns over few letters, held against the C library's own matcher. */
TEST(agrees_with_the_c_library) {
        static const char letters[] = "ab|*+?()[]^$.{1,2}ab";
        uint32_t at[2 * REGEX_MAX_GROUPS];
        srand(7);
        unsigned compared = 0;
        for (unsigned round = 0; round < 4000; round++) {
                _cleanup_(arena_freep) Arena *a = arena_new(64u << 20);
                char pattern[10] = "", subject[8];
                regex_t want;
                Regex have;
                RegexTags tags;
                regmatch_t match[1];
                for (unsigned i = 0; i < sizeof(pattern) - 1; i++)
                        pattern[i] = letters[rand() % (sizeof(letters) - 1)];
                /* The library takes some that POSIX leaves undefined: `a|*b`, `^*`, `()`. */
                if (strstr(pattern, "^*") || strstr(pattern, "^+") || strstr(pattern, "^?") ||
                    strstr(pattern, "^{") || strstr(pattern, "$*") || strchr(pattern, '{') ||
                    strchr(pattern, '}'))
                        continue;
                if (regex_compile(a, pattern, &have) || regcomp(&want, pattern, REG_EXTENDED))
                        continue;
                ASSERT_NULL(regex_compile_tags(a, pattern, &tags));
                for (unsigned k = 0; k < 20; k++) {
                        unsigned n = (unsigned) rand() % sizeof(subject);
                        for (unsigned i = 0; i < n; i++)
                                subject[i] = "ab1"[rand() % 3];
                        subject[n] = 0;
                        TEST_CASE("'%s' in '%s'", pattern, subject);
                        bool matches = regexec(&want, subject, 1, match, 0) == 0;
                        ASSERT_EQ(table_matches(&have, subject), matches);
                        tags_find(&tags, subject, at);
                        ASSERT_EQ(at[0], matches ? (uint32_t) match[0].rm_so : UINT32_MAX);
                        ASSERT_EQ(at[1], matches ? (uint32_t) match[0].rm_eo : UINT32_MAX);
                        compared++;
                }
                regfree(&want);
        }
        ASSERT(compared > 2000);
}
