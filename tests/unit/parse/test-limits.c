/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Inputs of a hostile size or shape: one diagnostic, at once, in bounded memory. */
#include "fixture.h"

static void repeat(Buf *b, const char *before, const char *text, size_t n, const char *after) {
        buf_str(b, before);
        for (size_t i = 0; i < n; i++)
                buf_str(b, text);
        buf_str(b, after);
}

static void expect(const Buf *script, const char *code, bool alone) {
        Parsed p = parse_with(script->data, script->len, (ParseOptions) { .guru = true });
        if (!*code) {
                ASSERT_STREQ(parsed_messages(&p), "");
        } else {
                ASSERT(p.diags.list.n > 0);
                ASSERT_STREQ(diag_code_name(p.diags.list.items[0]->code), code);
                ASSERT_EQ(p.diags.list.n > 1, !alone);
        }
        parsed_done(&p);
}

TEST(repeated) {
        static const struct {
                const char *name, *before, *text;
                size_t n;
                const char *after, *code;
        } cases[] = {
                { "parentheses", "probe begin { x = ", "(", 100000, "", "E0110" },
                { "matched parentheses", "probe begin { x = ", "(", 201, "1))", "E0110" },
                { "blocks", "probe begin ", "{", 100000, "", "E0110" },
                { "unary", "probe begin { x = ", "- ", 500000, "1 }", "E0110" },
                { "sums", "probe begin { x = ", "1 + ", 500000, "1 }", "E0110" },
                { "sums that fit", "probe begin { x = ", "1 + ", 990, "1 }", "" },
                { "assignments", "probe begin { ", "x = ", 500000, "1 }", "E0110" },
                { "ternaries", "probe begin { x = ", "1 ? 2 : ", 300000, "3 }", "E0110" },
                { "else if", "probe begin { ", "if (1) x else ", 100000, "y }", "E0110" },
                { "members", "probe begin { x = $x", "->a", 300000, " }", "" },
                { "literals", "probe begin { x = ", "\"a\" ", 300000, "}", "" },
                { "braces", "probe ", "{", 100000, "a { }", "E0110" },
                { "brace product", "probe a", ".{b, c}", 40, " { }", "E0122" },
                { "conditionals", "", "%( 1 == 1 %? ", 100000, "", "E0110" },
                { "skipped conditionals", "%( 1 == 2 %? ", "%( ", 100000, "", "E0115" },
                { "open conditions", "", "%( ", 100000, "", "E0114" },
                { "macro arguments", "@define f(a) %( @a %)\nprobe begin { ", "@f(", 100000, "}", "E0119" },
                { "macro arguments that fit", "@define f(a) %( @a %)\nprobe begin { ", "@f(", 50,
                  "1))))))))))))))))))))))))))))))))))))))))))))))))))) }", "E0101" },
                { "name", "probe begin { ", "aaaaaaaaaa", 10000, " }", "E0109" },
                { "string", "probe begin { x = \"", "aaaaaaaaaa", 10000, "\" }", "E0109" },
                { "digits", "probe begin { x = ", "1", 100000, " }", "E0109" },
                { "closers", "", ")]}", 100000, "", "E0101" },
                { "file", "# ", "aaaaaaaaaa", 1000000, "\n", "E0108" },
                { "comment", "/* ", "aaaaaaaaaa", 100000, "", "E0104" },
                { "embedded C", "%{ ", "aaaaaaaaaa", 100000, "", "E0105" },
        };
        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                TEST_CASE("%s", cases[i].name);
                Buf b = BUF_INIT;
                repeat(&b, cases[i].before, cases[i].text, cases[i].n, cases[i].after);
                expect(&b, cases[i].code, /* alone= */ true);
                buf_done(&b);
        }
}

/* 2^60 tokens from 60 macros; and the same from one macro's arguments. */
TEST(exploding_macros) {
        Buf b = BUF_INIT;
        buf_str(&b, "@define m0 %( x; %)\n");
        for (unsigned i = 1; i < 60; i++)
                buf_printf(&b, "@define m%u %%( @m%u @m%u %%)\n", i, i - 1, i - 1);
        buf_str(&b, "probe begin { @m59 }\nprobe end { y = ; }\n");
        expect(&b, "E0111", /* alone= */ true);
        buf_done(&b);

        repeat(&b, "@define f(x) %( @x @x %)\nprobe begin { ", "@f(", 60, "y");
        repeat(&b, "", ")", 60, " }");
        expect(&b, "E0111", /* alone= */ true);
        buf_done(&b);
}

TEST(recursive_macros) {
        static const char *const scripts[] = {
                "@define a %( @a %)\nprobe begin { @a }",
                "@define a %( @a @a %)\nprobe begin { @a }",
                "@define a %( @b %)\n@define b %( ( @a ) %)\nprobe begin { @a }",
                "@define a(x) %( @a(@x @x) %)\nprobe begin { @a(1) }",
                "@define a(x) %( @x(@x) %)\n@define b(x) %( @a(@b) %)\nprobe begin { @b(1) }",
        };
        for (size_t i = 0; i < ELEMENTSOF(scripts); i++) {
                TEST_CASE("%s", scripts[i]);
                Parsed p = parse_text(scripts[i]);
                ASSERT(p.diags.n_errors >= 1);
                if (i < 3) /* the others outgrow another limit first */
                        ASSERT_STREQ(parsed_error(&p), "E0118");
                parsed_done(&p);
        }
}

/* A long argument in many places must not make a small script a big one. */
TEST(exploding_arguments) {
        Buf arg = BUF_INIT, b = BUF_INIT;
        repeat(&arg, "", "a + ", 20000, "b");
        repeat(&b, "probe begin { ", "x = $1_c;\n", 100000, "}");
        const char *const args[] = { arg.data };
        Parsed p = parse_with(b.data, b.len, (ParseOptions) { .args = args, .n_args = 1 });
        ASSERT(diags_failed(&p.diags));
        ASSERT(arena_used(p.arena) < (size_t) 200 << 20);
        parsed_done(&p);
        buf_done(&arg);
        buf_done(&b);
}

/* Twenty errors, and then nobody reads on. */
TEST(many_errors) {
        Buf b = BUF_INIT;
        repeat(&b, "probe begin {\n", "x = ;\n", 100000, "}\n");
        Parsed p = parse_with(b.data, b.len, (ParseOptions) {});
        ASSERT_EQ(p.diags.list.n, DIAG_MAX_ERRORS);
        parsed_done(&p);
        buf_done(&b);
}

TEST(bytes) {
        static const struct {
                const char *text;
                size_t len;
                const char *code;
        } cases[] = {
                { "", 0, "" },
                { "\n", 1, "" },
                { "\0", 1, "E0107" },
                { "probe begin { x = \"a\0b\" }", 26, "E0107" },
                { "probe begin { x = \"\xff\" }", 23, "E0107" },
                { "probe begin { x = \xff }", 21, "E0107" },
                { "# \xff\xfe\nprobe begin { }", 20, "" },
                { "/* \xc3 */ probe begin { }", 23, "" },
                { "probe begin { x = \xc3\xa9 }", 22, "E0102" },
                { "probe begin { x = \001 }", 21, "E0102" },
        };
        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                TEST_CASE("%zu", i);
                Parsed p = parse_with(cases[i].text, cases[i].len, (ParseOptions) {});
                ASSERT_STREQ(parsed_error(&p), cases[i].code);
                parsed_done(&p);
        }
}

/* Cut anywhere, a script gives a message or a tree, and never two messages for the one cut: but for half an
 * operator inside a conditional, which then has no end either. */
TEST(truncated) {
        static const char script[] =
                        "@define m(a, b) %( @a + @b %)\nglobal g[10]%, h = \"x\"\n"
                        "function f:long(a:string, b) { try { return $x->y[1] } catch (e) { next } }\n"
                        "probe a.{b(1), c}? if (g) { foreach ([i, j-] in g[*, 1] limit 5) "
                        "printf(\"%d\\n\", @m(i, 2))\n"
                        "%( kernel_v >= \"2\" %? for (;;) break %: while (1) x %) delete g[1]; y = "
                        "@cast(p, \"t\")->z }\n";
        for (size_t len = 0; len < sizeof(script); len++) {
                TEST_CASE("%.*s", (int) len, script);
                Parsed p = parse_with(script, len, (ParseOptions) {});
                ASSERT(p.diags.list.n <= 2);
                if (p.diags.list.n == 2)
                        ASSERT_STREQ(diag_code_name(p.diags.list.items[1]->code), "E0115");
                parsed_done(&p);
        }
}
