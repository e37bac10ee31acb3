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

TEST(places_outside_the_file_do_no_harm) {
        add("dir/a b.stp:99999:8: error: far\ndir/a b.stp:2:9999: error: wide\ndir/a b.stp:0:0: error: zero\n"
            "dir/a b.stp:99999999999999999999:1: error: huge\n", true);
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
