/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "build/build.h"
#include "unit/test.h"

static Diags diags;
static Arena *arena;
static const char *const tunables[] = { "MAXACTION", "MAXSTRINGLEN", NULL };
static const Kit kit = { .tunables = tunables };

/* 1: taken, 0: left out with a warning, -1: refused. */
static int check(const char *define, bool guru) {
        const char *const *taken;
        size_t n;
        arena_free(arena);
        arena = arena_new(1 << 20);
        diags_init(&diags, arena);
        bool ok = build_check_defines(arena, &kit, &define, 1, guru, &diags, &taken, &n);
        ASSERT_EQ(ok, !diags_failed(&diags));
        ASSERT(diags.list.n == 0 || !ok || diags.list.items[0]->code == DIAG_W0614);
        ASSERT(ok || diags.list.items[0]->code == DIAG_E0614);
        return ok ? (int) n : -1;
}

TEST(what_minus_d_may_set) {
        static const struct {
                const char *define;
                int plain, guru;
        } cases[] = {
                { "MAXACTION=5", 1, 1 }, { "MAXACTION=0x10", 1, 1 }, { "MAXSTRINGLEN=128UL", 1, 1 }, { "MAXACTION=-1", 1, 1 },
                { "MAXACTION", 1, 1 }, { "DEBUG=1", 0, 1 }, { "DEBUG", 0, 1 }, { "MAXACTION=", -1, 1 },
                { "MAXACTION=x", -1, 1 }, { "MAXACTION=1+1", -1, 1 }, { "MAXACTION=1 ", -1, 1 }, { "MAXACTION=(5)", -1, 1 },
                { "MAXACTION=5);evil(", -1, 1 }, { "FOO=bar", -1, 1 }, { "MAXACTION=5\nx", -1, -1 }, { "", -1, -1 },
                { "=5", -1, -1 }, { "1X=5", -1, -1 }, { "A-B=5", -1, -1 }, { "STP_ABI_HASH=1", -1, -1 },
                { "STP_TIMING", 1, 1 }, { "STP_TIMING=1", 1, 1 }, { "STP_NO_OVERLOAD", 1, 1 },
                { "STAP_SUPPRESS_HANDLER_ERRORS", 1, 1 }, { "STAP_SUPPRESS_TIME_LIMITS", -1, 1 },
                { "MAPHASHBIAS=2", 0, 1 }, { "DEBUG_MEM", 0, 1 }, { "STP_ALIBI", 0, 1 }, { "STP_TIMIN", 0, 1 },
                { "KBUILD_MODNAME=1", -1, -1 }, { "MAXACTION=5uLLUUU", -1, 1 }, { "f(x)=1", -1, -1 },
        };
        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                TEST_CASE("-D %s", cases[i].define);
                ASSERT_EQ(check(cases[i].define, false), cases[i].plain);
                TEST_CASE("-g -D %s", cases[i].define);
                ASSERT_EQ(check(cases[i].define, true), cases[i].guru);
        }
}

TEST(what_is_said_of_others) {
        static const struct {
                const char *define, *plain, *guru, *hint;
        } cases[] = {
                { "MAXACTON=5", "-D MAXACTON has no effect: there is no such setting",
                  "-D MAXACTON is no setting: only embedded C sees it", "did you mean `MAXACTION`?" },
                { "SUPPRESS_HANDLER_ERRORS", "-D SUPPRESS_HANDLER_ERRORS has no effect: there is no such setting",
                  "-D SUPPRESS_HANDLER_ERRORS is no setting: only embedded C sees it", "did you mean `STAP_SUPPRESS_HANDLER_ERRORS`?" },
                { "MY_OWN_MACRO=5", "-D MY_OWN_MACRO has no effect: there is no such setting", NULL, NULL },
                { "DEBUG_TRANS", NULL, NULL, NULL },
                { "STP_MAXMEMORY=1000", "-D STP_MAXMEMORY has no effect: memory is limited by the daemon",
                  "-D STP_MAXMEMORY has no effect: memory is limited by the daemon", NULL },
        };
        for (size_t i = 0; i < ELEMENTSOF(cases); i++)
                for (int guru = 0; guru < 2; guru++) {
                        const char *want = guru ? cases[i].guru : cases[i].plain;
                        TEST_CASE("%s-D %s", guru ? "-g " : "", cases[i].define);
                        ASSERT_EQ(check(cases[i].define, guru), guru);
                        ASSERT_EQ(diags.list.n, want ? 1 : 0);
                        if (!want)
                                continue;
                        ASSERT(diags.list.items[0]->code == DIAG_W0614);
                        ASSERT_STREQ(diags.list.items[0]->message, want);
                        ASSERT_STREQ(diags.list.items[0]->hint ?: "", cases[i].hint ?: "");
                }
}

TEST(too_many_are_refused) {
        const char *many[65], *const *taken;
        size_t n;
        arena_free(arena);
        arena = arena_new(1 << 20);
        diags_init(&diags, arena);
        for (size_t i = 0; i < ELEMENTSOF(many); i++)
                many[i] = "MAXACTION=5";
        ASSERT(build_check_defines(arena, &kit, many, 64, false, &diags, &taken, &n) && n == 64);
        ASSERT(!build_check_defines(arena, &kit, many, 65, false, &diags, &taken, &n));
}

TEST(names_of_modules) {
        static const char *const good[] = { "stap_0", "a", "_x", "stap_01234567890123456789012345678901234567890123456789" };
        static const char *const bad[] = { "", "0a", "A", "a-b", "a.b", "a b", "a/b", "../x",
                                           "stap_012345678901234567890123456789012345678901234567890" };
        for (size_t i = 0; i < ELEMENTSOF(good); i++) {
                TEST_CASE("%s", good[i]);
                ASSERT(build_name_is_valid(good[i]));
        }
        for (size_t i = 0; i < ELEMENTSOF(bad); i++) {
                TEST_CASE("%s", bad[i]);
                ASSERT(!build_name_is_valid(bad[i]));
        }
}
