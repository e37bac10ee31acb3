/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which globals are locked, by whom, and how; which counters need no lock. */
#include "script.h"

/* The text of the lock table of a handler; "" when it has none. */
static const char *locks_of(Translated *t, const char *handler) {
        char *name = arena_printf(t->arena, "stp_lock %s_lock[] = {", handler);
        const char *at = strstr(t->code.data, name);
        if (!at)
                return "";
        at += strlen(name);
        return arena_strndup(t->arena, at, strcspn(at, ";"));
}

#define SCRIPT_MAX 4
static void expect_locks(const char *script, const char *const *want) {
        Translated t;
        translated_init(&t);
        script_elaborate(&t, script);
        program_translate(&t);
        for (size_t i = 0; want[i]; i++) {
                TEST_CASE("%s: probe_%zu", script, i);
                ASSERT_STREQ(locks_of(&t, arena_printf(t.arena, "probe_%zu", i)), want[i]);
        }
        translated_done(&t);
}

#define NONE ""
#define LOCKS(...) ((const char *const[]) {__VA_ARGS__, NULL})

TEST(written_in_begin_only_takes_none) {
        expect_locks(
                "global most, n probe begin { most = 5 } probe timer.s(1) { if (n > most) n = 0 n += most }",
                LOCKS(NONE, " { 1, 1 } }"));
}

TEST(readers_share_writers_do_not) {
        expect_locks("global a probe timer.s(1) { a[1] = 2 a[2] = 3 } probe timer.s(2) { println(a[1]) }",
                     LOCKS(" { 0, 1 } }", " { 0, 0 } }"));
}

TEST(locks_are_sorted_by_global) {
        expect_locks("global a, b, c probe timer.s(1) { c = c + b  b = a  a = 1 }"
                     "probe timer.s(2) { println(a, b, c) }",
                     LOCKS(" { 0, 1 }, { 1, 1 }, { 2, 1 } }", " { 0, 0 }, { 1, 0 }, { 2, 0 } }"));
}

TEST(what_functions_use_counts) {
        expect_locks("global a, b function f() { return g() } function g() { a = a + 1 return b }"
                     "probe timer.s(1) { println(f()) } probe timer.s(2) { b = b + 2 println(a) }",
                     LOCKS(" { 0, 1 }, { 1, 0 } }", " { 0, 0 }, { 1, 1 } }"));
}

TEST(adding_to_statistics_takes_none) {
        expect_locks(
                "global s, a probe timer.s(1) { s <<< 1 a[1] <<< 2 } probe timer.s(2) { println(@count(s), @sum(a[1])) }",
                LOCKS(NONE, NONE));
        expect_locks(
                "global a probe timer.s(1) { a[1] <<< 2 } probe timer.s(2) { println(@sum(a[1])) delete a }",
                LOCKS(NONE, " { 0, 1 } }"));
}

TEST(sorting_is_exclusive) {
        expect_locks(
                "global a probe timer.s(1) { a[1] = 2 } probe timer.s(2) { foreach (k in a) println(k) }"
                "probe timer.s(3) { foreach (k+ in a) println(k) }",
                LOCKS(" { 0, 1 } }", " { 0, 0 } }", " { 0, 1 } }"));
}

TEST(conditions_count) {
        expect_locks(
                "global on, a probe timer.s(1) { on = !on } probe timer.s(2) if (on) { a[1] = 1 println(a[2]) }",
                LOCKS(" { 0, 1 } }", " { 0, 0 }, { 1, 1 } }"));
}

TEST(catching_into_a_global_writes_it) {
        expect_locks(
                "global m, z probe timer.s(1) { try { z = 1 / z } catch (m) { } } probe timer.s(2) { println(m) }",
                LOCKS(" { 0, 1 }, { 1, 1 } }", " { 1, 0 } }"));
}

/* ------------------------------------------------------------------ lone counters */

static void expect_atomic(const char *script, bool atomic) {
        Translated t;
        translated_init(&t);
        script_elaborate(&t, script);
        program_translate(&t);
        TEST_CASE("%s", script);
        ASSERT_EQ(code_has(&t, "stp_atomic_add(&g_n"), atomic);
        ASSERT_EQ(code_has(&t, "_locks"), !atomic);
        translated_done(&t);
}

TEST(lone_counters_take_no_lock) {
        expect_atomic("global n probe timer.s(1) { n++ } probe end { println(n) }", true);
        expect_atomic(
                "global n probe timer.s(1) { n++ } probe timer.s(2) { n -= 5 } probe end { println(n, n) }",
                true);
        expect_atomic("global n probe timer.s(1) { if (5) n += 3 } probe timer.s(2) { println(n) }", true);
        expect_atomic(
                "global n probe begin { n = 7 } probe timer.s(1) { n++ } probe end { n = 0 println(n) }",
                true);
}

TEST(counters_that_others_see_twice_or_set_are_locked) {
        expect_atomic("global n probe timer.s(1) { n++ } probe timer.s(2) { println(n) n = 0 }", false);
        expect_atomic("global n probe timer.s(1) { n++ } probe timer.s(2) { println(n, n) }", false);
        expect_atomic("global n probe timer.s(1) { println(n++) }", false);
        expect_atomic("global n probe timer.s(1) { n++ n++ } probe end { println(n) }", false);
        expect_atomic("global n probe timer.s(1) { for (i = 0; i < 3; i++) n++ } probe end { println(n) }",
                      false);
        expect_atomic("global n function f() { n++ } probe timer.s(1) { f() } probe end { println(n) }",
                      false);
        expect_atomic("global n probe timer.s(1) { n += n } probe end { println(n) }", false);
        /* Two together are seen together. */
        expect_atomic("global n, m probe timer.s(1) { n++ m++ } probe end { println(n, m) }", false);
        expect_atomic("global n, m probe timer.s(1) { n++ m[1] = 2 } probe timer.s(2) { println(n, m[1]) }",
                      false);
}
