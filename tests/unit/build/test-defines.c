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
        ASSERT(!ok || n == 1 || diags.list.items[0]->code == DIAG_W0614);
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
                { "KBUILD_MODNAME=1", -1, -1 }, { "MAXACTION=5uLLUUU", -1, 1 }, { "f(x)=1", -1, -1 },
        };
        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                TEST_CASE("-D %s", cases[i].define);
                ASSERT_EQ(check(cases[i].define, false), cases[i].plain);
                TEST_CASE("-g -D %s", cases[i].define);
                ASSERT_EQ(check(cases[i].define, true), cases[i].guru);
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
