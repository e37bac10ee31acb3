/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tapsets of the user's own: what the script uses of them counts, and no more than the script may do. */
#include "small.h"
#include "unit/test.h"

static const ParseTarget target = { .kernel_v = "6.1.0", .kernel_vr = "6.1.0-small", .arch = "x86_64",
                                    .systemtap_v = "5.6", .privilege = "stapdev" };
static Arena *arena;
static Diags diags;

/* NULL: with diagnostics. */
static Program *compile(const char *script, const char *const *tapsets, size_t n) {
        arena = arena_new((size_t) 64 << 20);
        diags_init(&diags, arena);
        Library *l = small_library(arena, &diags, &target);
        ParseOptions o = { .target = &target, .macros = library_macros(l) };
        File *files[8] = { parse_file(arena, &diags, source_new(arena, "t.stp", script, strlen(script)), &o) };
        o.is_tapset = true;
        for (size_t i = 0; i < n; i++)
                files[i + 1] = parse_file(arena, &diags, source_new(arena, "mine.stp", tapsets[i], strlen(tapsets[i])), &o);
        if (diags_failed(&diags))
                return NULL;
        return small_elaborate_files(arena, &diags, l, small_kernel(), files, n + 1, &(ElaborateOptions) { .optimize = true });
}

static const char *said(void) {
        static char text[2048];
        _cleanup_(buf_done) Buf out = BUF_INIT;
        diags_render_text(&diags, /* color= */ false, &out);
        snprintf(text, sizeof(text), "%s", out.data ?: "");
        return text;
}

TEST(what_is_used_counts) {
        static const struct {
                const char *script, *tapsets[2];
                size_t n_probes, n_functions, n_globals;
        } rows[] = {
                /* Nothing: no function, no global, no warning. */
                { "probe begin { println(1) }", { "global g function f() { g++ return 1 } probe end { f() }" }, 1, 0, 0 },
                { "probe begin { println(f(2)) }", { "global g function f(x) { g++ return x } function other() { return g }" }, 1, 1, 1 },
                { "probe mine { println(n) }", { "probe mine = begin { n = 5 }" }, 1, 0, 0 },
                /* A file that is used brings its probes along, and what they use. */
                { "probe begin { println(f()) }", { "global g function f() { return g } probe timer.s(1) { g++ }" }, 2, 1, 1 },
                { "probe begin { println(a()) }", { "function a() { return b() }", "global g function b() { return g } probe end { g++ }" }, 2, 2, 1 },
                /* The script's own goes first. */
                { "function f() { return 1 } probe begin { println(f()) }", { "function f() { return 2 } probe end { println(f()) }" }, 1, 1, 0 },
                { "global g probe begin { println(g++) }", { "global g = 7 probe end { println(g) }" }, 1, 0, 1 },
        };
        for (size_t i = 0; i < ELEMENTSOF(rows); i++) {
                TEST_CASE("%s", rows[i].script);
                Program *p = compile(rows[i].script, rows[i].tapsets, rows[i].tapsets[1] ? 2 : 1);
                ASSERT_STREQ(said(), "");
                ASSERT_NOT_NULL(p);
                ASSERT_EQ(p->probes.n, rows[i].n_probes);
                ASSERT_EQ(p->functions.n, rows[i].n_functions);
                ASSERT_EQ(p->globals.n, rows[i].n_globals);
                arena_free(arena);
        }
}

TEST(they_may_do_no_more_than_the_script) {
        static const struct {
                const char *script, *tapset, *error;
        } rows[] = {
                { "probe begin { f() }", "function f() %{ %}", "guru mode" },
                { "probe begin { println(1) }", "%{ int x; %}", "guru mode" },
                { "probe begin { println(f()) }", "function f() { return @kderef(8, 1) }", "guru mode" },
                { "probe m { println(1) }", "probe m = kernel.function(\"vfs_read\") { $count = 1 }", "guru mode" },
                { "probe begin { println(1) }", "probe {", "expected" },
        };
        for (size_t i = 0; i < ELEMENTSOF(rows); i++) {
                const char *tapsets[] = { rows[i].tapset };
                TEST_CASE("%s", rows[i].tapset);
                ASSERT_NULL(compile(rows[i].script, tapsets, 1));
                if (!strstr(said(), rows[i].error) || !strstr(said(), "mine.stp:1:"))
                        test_fail(__FILE__, __LINE__, "%s", said());
                arena_free(arena);
        }
}

/* What the library's own code calls is what the library has. */
TEST(the_library_does_not_see_them) {
        const char *tapsets[] = { "global secret = 7 function hidden() { return secret }" };
        Program *p = compile("probe begin { println(visible()) }", tapsets, 1);
        ASSERT_NOT_NULL(p);
        ASSERT_EQ(p->functions.n, 2);
        ASSERT_EQ(p->globals.n, 1);
        ASSERT_NULL(p->globals.items[0]->init);
        vec_foreach(it, &p->functions)
                ASSERT((*it)->from_library);
        arena_free(arena);
}
