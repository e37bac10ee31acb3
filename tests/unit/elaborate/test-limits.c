/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Scripts that multiply, chain and nest: an error or a result, in bounded time and stack. */
#include "small.h"
#include "unit/test.h"

/* DIAG_NONE: the script is good. */
static void expect(Buf *text, DiagCode code) {
        Script s;
        ASSERT(!text->failed);
        script_init_text(&s, ".", "t.stp", text->data, text->len);
        Program *p = small_elaborate(&s);
        bool found = false;
        vec_foreach(it, &s.diags.list)
                found = found || (*it)->code == code;
        ASSERT_EQ(p != NULL, code == DIAG_NONE);
        ASSERT_EQ(found, code != DIAG_NONE);
        script_done(&s);
        buf_done(text);
}

TEST(aliases_that_multiply) {
        Buf b = BUF_INIT;
        buf_str(&b, "probe a0 = begin { }\n");
        for (int i = 1; i < 30; i++)
                buf_printf(&b, "probe a%d = a%d, a%d { }\n", i, i - 1, i - 1);
        buf_str(&b, "probe a29 { println(1) }\n");
        expect(&b, DIAG_E0212);
}

TEST(aliases_that_nest) {
        Buf b = BUF_INIT;
        buf_str(&b, "probe a0 = begin { }\n");
        for (int i = 1; i < 1000; i++)
                buf_printf(&b, "probe a%d = a%d { }\n", i, i - 1);
        buf_str(&b, "probe a999 { println(1) }\n");
        expect(&b, DIAG_E0211);
}

TEST(aliases_that_go_in_a_circle) {
        Buf b = BUF_INIT;
        buf_str(&b, "probe x = y { } probe y = x { } probe x { println(1) }\n");
        expect(&b, DIAG_E0210);
}

TEST(chains_of_calls) {
        Buf b = BUF_INIT;
        buf_str(&b, "function f0 (x) { return x }\n");
        for (int i = 1; i < 20000; i++)
                buf_printf(&b, "function f%d (x) { return f%d(x) }\n", i, i - 1);
        buf_str(&b, "probe begin { println(f19999(1)) }\n");
        expect(&b, DIAG_NONE);
}

TEST(calls_in_a_circle_with_target_variables) {
        Buf b = BUF_INIT;
        buf_str(&b, "function f (x) { return x ? g(x - 1) : $count } function g (x) { return f(x) }\n"
                    "probe kernel.function(\"vfs_read\"), kernel.function(\"vfs_write\") "
                    "{ println(f(3)) }\n");
        expect(&b, DIAG_NONE);
}

TEST(many_globals_and_names) {
        Buf b = BUF_INIT;
        for (int i = 0; i < 20000; i++)
                buf_printf(&b, "global g%d\n", i);
        buf_str(&b, "probe begin {\n");
        for (int i = 0; i < 20000; i++)
                buf_printf(&b, "g%d = l%d = %d; println(g%d, l%d)\n", i, i, i, i, i);
        buf_str(&b, "}\n");
        expect(&b, DIAG_NONE);
}

/* Each assignment is only needed by the next: what nobody reads in the end goes one by one. */
TEST(chains_of_unread_variables) {
        Buf b = BUF_INIT;
        buf_str(&b, "probe begin { v0 = 1\n");
        for (int i = 1; i < 2000; i++)
                buf_printf(&b, "v%d = v%d + 1\n", i, i - 1);
        buf_str(&b, "println(1) }\n");
        expect(&b, DIAG_NONE);
}

/* Types come from the last line, through all of them. */
TEST(chains_of_types) {
        Buf b = BUF_INIT;
        buf_str(&b, "probe begin {\n");
        for (int i = 0; i < 300; i++)
                buf_printf(&b, "v%d = v%d\n", i, i + 1);
        buf_str(&b, "v300 = \"s\"; println(v0 . \"\") }\n");
        expect(&b, DIAG_NONE);
}
