/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "script.h"
#include "translate/gen.h"

/* Target variables are other nodes by pass 3; what they were stands in the source. */
TEST(target_variables_keep_their_name) {
        static const struct {
                const char *source, *name;
        } cases[] = {
                {"$count", "count"},
                {"$file->f_pos", "f_pos"},
                {"$file->f_path->dentry", "dentry"},
                {"$x->list[2]", "list"},
                {"$x[1]", "x"},
                {"$x->a[i(2)]->b", "b"},
                {"&$x->f", "f"},
                {"$$parms", "parms"},
                {"$x$$", "x"},
                {"@cast(p, \"task_struct\")->pid", "pid"},
                {"@cast(p->x, \"t\", \"kernel\")->a->b", "b"},
                {"@var(\"jiffies\")", "var"},
                {"$a + $b", "arg7"},
                {"1 + 2", "arg7"},
                {"\"text\"", "arg7"},
                {"", "arg7"},
                {"$", "arg7"},
        };
        _cleanup_(arena_freep) Arena *a = arena_new(1u << 20);
        for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
                TEST_CASE("%s", cases[i].source);
                SourceFile *f = source_new(a, "t.stp", cases[i].source, strlen(cases[i].source));
                ExprLoad *e = expr_new(a, Load, ((Span) {.file = f, .len = f->len}));
                ASSERT_STREQ(field_name(a, &e->base, 7), cases[i].name);
        }
}

static void expect_fields(const char *script, const char *const *names) {
        Translated t;
        translated_init(&t);
        script_elaborate(&t, script);
        program_translate(&t);
        ASSERT_EQ(t.manifest->n_formats, 1);
        const ManifestFormat *f = t.manifest->formats;
        for (unsigned i = 0; i < f->n_fields; i++)
                ASSERT_STREQ(f->fields[i].name, names[i] ?: "(none)");
        ASSERT_NULL(names[f->n_fields]);
        translated_done(&t);
}

TEST(arguments_name_the_fields) {
        expect_fields("global a, g function size(n) { return n * 2 } "
                      "probe begin { g = 1 a[g] = 2 x = g printf(\"%d %d %d %d %s\\n\", a[x], g, x, size(g), \"s\") }",
                      (const char *const[]) {"a", "g", "x", "size", "arg5", NULL});
}

TEST(a_step_is_named_after_what_it_steps) {
        expect_fields("global a, g probe begin { printf(\"%d %d\\n\", g++, --a[1]) }",
                      (const char *const[]) {"g", "a", NULL});
}

TEST(equal_names_get_numbers) {
        expect_fields("global g probe begin { g++ x = g printf(\"%d %d %d\\n\", x, x, x) }",
                      (const char *const[]) {"x", "x_2", "x_3", NULL});
}

TEST(statistics_are_named_after_the_operator) {
        expect_fields("global s probe begin { s <<< 1 printf(\"%d %d\\n\", @count(s), @sum(s)) }",
                      (const char *const[]) {"count", "sum", NULL});
}

TEST(widths_are_hidden) {
        Translated t;
        translated_init(&t);
        script_elaborate(&t,
                         "global g probe begin { g++ x = g printf(\"%*d|%.*s\\n\", 5, x, 2, sprint(x)) }");
        program_translate(&t);
        const ManifestFormat *f = t.manifest->formats;
        ASSERT_EQ(f->n_fields, 4);
        ASSERT(f->fields[0].hidden && !f->fields[1].hidden && f->fields[2].hidden && !f->fields[3].hidden);
        ASSERT_EQ(f->fields[3].type, FIELD_STRING);
        ASSERT_STREQ(f->fields[1].name, "x");
        translated_done(&t);
}

TEST(one_line_in_many_handlers_is_one_format) {
        Translated t;
        translated_init(&t);
        script_elaborate(
                &t,
                "function say(n) { printf(\"said %d\\n\", n) } probe begin { say(1) } probe end { say(2) }");
        program_translate(&t);
        ASSERT_EQ(t.manifest->n_formats, 1);
        ASSERT_STREQ(t.manifest->formats[0].format, "said %d\n");
        translated_done(&t);
}
