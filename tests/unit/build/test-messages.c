/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "build/messages.h"
#include "unit/test.h"

static Arena *arena;
static Diags diags;
static SourceFile *script;

static void add(const char *output, bool embedded) {
        arena_free(arena);
        arena = arena_new(1 << 20);
        diags_init(&diags, arena);
        script = source_new(arena, "dir/a b.stp", "first\nsecond line\nthird\n", 24);
        BuildInput in = { .embedded = embedded, .files = &script, .n_files = 1 };
        messages_add(&in, output, strlen(output), &diags);
}

TEST(errors_at_the_users_lines) {
        add("In file included from x.h:3:\ndir/a b.stp: In function 'f':\n"
            "dir/a b.stp:2:8: error: 'x' undeclared\ndir/a b.stp:3: fatal error: gone\n"
            "dir/a b.stp:2:1: note: something\ndir/a b.stp:1:1: warning: w\nother.c:1:1: error: ours\n", true);
        ASSERT_EQ(diags.list.n, 2);
        ASSERT_EQ(diags.list.items[0]->code, DIAG_E0611);
        ASSERT_STREQ(diags.list.items[0]->message, "'x' undeclared");
        ASSERT_EQ(diags.list.items[0]->span.offset, 6 + 7);
        ASSERT_EQ(diags.list.items[1]->span.offset, 18);
}

TEST(a_macro_of_ours_at_the_place_of_its_use) {
        add("generated:1:2: error: passing argument 2\ngenerated:1:3: note: in definition of macro 'G'\n"
            "dir/a b.stp:2:8: note: in expansion of macro 'STAP_GLOBAL_SET_n'\n"
            "dir/a b.stp:3:1: note: in expansion of macro 'AGAIN'\n", true);
        ASSERT_EQ(diags.list.n, 1);
        ASSERT_STREQ(diags.list.items[0]->message, "passing argument 2");
        ASSERT_EQ(diags.list.items[0]->span.offset, 6 + 7);
        ASSERT_EQ(diags.list.items[0]->span.len, 4);
}

TEST(columns_are_bytes) {
        arena_free(arena);
        arena = arena_new(1 << 20);
        diags_init(&diags, arena);
        script = source_new(arena, "t.stp", "\t\303\251 \tword_1 x\n", 14);
        BuildInput in = { .embedded = true, .files = &script, .n_files = 1 };
        const char *output = "t.stp:1:6: error: bad\nt.stp:1:13: error: x\n";
        messages_add(&in, output, strlen(output), &diags);
        ASSERT_EQ(diags.list.n, 2);
        ASSERT_EQ(diags.list.items[0]->span.offset, 5);
        ASSERT_EQ(diags.list.items[0]->span.len, 6);
        ASSERT_EQ(diags.list.items[1]->span.offset, 12);
}

TEST(names_that_must_be_asked_for_have_a_hint) {
        static const char *const messages[][2] = {
                { "implicit declaration of function 'STAP_GLOBAL_GET_n'", "pragma:read" },
                { "implicit declaration of function 'STAP_GLOBAL_SET_n'", "pragma:write" },
                { "'THIS' undeclared", "unmangled" },
        };
        for (size_t i = 0; i < ELEMENTSOF(messages); i++) {
                char line[256];
                snprintf(line, sizeof(line), "dir/a b.stp:1:1: error: %s\n", messages[i][0]);
                add(line, true);
                ASSERT(strstr(diags.list.items[0]->hint, messages[i][1]));
        }
}

TEST(places_outside_the_file_do_no_harm) {
        add("dir/a b.stp:99999:8: error: far\ndir/a b.stp:2:9999: error: wide\ndir/a b.stp:0:0: error: zero\n"
            "dir/a b.stp:99999999999999999999:1: error: huge\n",
            true);
        ASSERT(diags.list.n >= 3);
        vec_foreach(d, &diags.list)
                ASSERT((*d)->span.file == script && (*d)->span.offset <= script->len);
}

TEST(everything_else_is_our_mistake) {
        static const char *const outputs[] = { "", "x", "gen.c:1:1: error: bad\n", ": error: \n", "dir/a b.stp:2:8: error: 'x'\n" };
        for (size_t i = 0; i < ELEMENTSOF(outputs); i++) {
                TEST_CASE("%s", outputs[i]);
                add(outputs[i], false);
                ASSERT_EQ(diags.list.n, 1);
                ASSERT_EQ(diags.list.items[0]->code, DIAG_E0610);
        }
}
