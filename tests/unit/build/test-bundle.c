/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "build/bundle.h"
#include "base/tree.h"
#include "unit/test.h"

static Arena *arena;
static const char *root;

typedef struct {
        const char *name, *text;
} SourceText;

static PathVec make(const SourceText *sources, size_t n) {
        PathVec files = {};
        arena_free(arena);
        arena = arena_new(4 << 20);
        root = tree_new_temporary(arena, "test-bundle");
        ASSERT_OK(tree_make(arena_printf(arena, "%s/core", root), 0755));
        for (size_t i = 0; i < n; i++) {
                ASSERT_OK(tree_write_file(arena_printf(arena, "%s/%s", root, sources[i].name),
                                          sources[i].text, strlen(sources[i].text)));
                vec_push(arena, &files, sources[i].name);
        }
        return files;
}

static const char *text_of(const char *name) {
        return tree_read_file(arena, arena_printf(arena, "%s/%s", root, name), NULL);
}

#define KBUILD { "Kbuild", "obj-m := x.o\nx-y := $(addprefix core/, a.o b.o c.o my-d.o)\n" }

TEST(files_without_common_names_go_together) {
        const SourceText sources[] = { KBUILD, { "core/a.c", "static int one(void)\n{\n}\n" },
                                       { "core/b.c", "static int two(void)\n{\n}\n" }, { "core/c.c", "int three;\n" } };
        const char *objects;
        PathVec files = make(sources, ELEMENTSOF(sources));
        ASSERT_OK(bundle_sources(arena, root, &files, 1, &objects));
        ASSERT_STREQ(objects, "core/a.o");
        ASSERT(strstr(text_of("core/a.c"), "core/a.c.whole\"\n") &&
               strstr(text_of("core/a.c"), "core/c.c.whole\"\n"));
        ASSERT(!strstr(text_of("core/b.c"), "two"));
        ASSERT_STREQ(text_of("core/b.c.whole"), sources[2].text);
        ASSERT_OK(bundle_undo(arena, root, &files));
        for (size_t i = 0; i < ELEMENTSOF(sources); i++)
                ASSERT_STREQ(text_of(sources[i].name), sources[i].text);
        tree_remove(root);
}

TEST(common_names_are_kept_apart) {
        static const SourceText pairs[][2] = {
                { { NULL, "static int arm(int x)\n{\n}\n" }, { NULL, "static void arm(void)\n{\n}\n" } },
                { { NULL, "static struct list *head;\n" }, { NULL, "static int head[3];\n" } },
                { { NULL, "static DEFINE_MUTEX(lock);\n" }, { NULL, "static DEFINE_SPINLOCK(lock);\n" } },
                { { NULL, "static DEFINE_PER_CPU(struct s, cpu);\n" }, { NULL, "static int cpu = 3;\n" } },
                { { NULL, "struct own {\n\tint x;\n};\n" }, { NULL, "struct own {\n\tlong x;\n};\n" } },
                { { NULL, "#define MAX 3\n" }, { NULL, "#define MAX 4\n" } },
                { { NULL, "#define MAX 3\n" }, { NULL, "static int MAX(void)\n{\n}\n" } },
                { { NULL, "int shared(void)\n{\n}\n" }, { NULL, "static int shared(void)\n{\n}\n" } },
        };
        for (size_t i = 0; i < ELEMENTSOF(pairs); i++) {
                const SourceText sources[] = { KBUILD, { "core/a.c", pairs[i][0].text }, { "core/b.c", pairs[i][1].text } };
                const char *objects;
                TEST_CASE("%s / %s", pairs[i][0].text, pairs[i][1].text);
                PathVec files = make(sources, ELEMENTSOF(sources));
                ASSERT_OK(bundle_sources(arena, root, &files, 1, &objects));
                ASSERT_STREQ(objects, "core/a.o core/b.o");
                ASSERT_STREQ(text_of("core/a.c"), pairs[i][0].text);
                tree_remove(root);
        }
}

TEST(others_are_left_alone) {
        const SourceText sources[] = { KBUILD, { "core/a.c", "#define pr_fmt(f) \"x\" f\n" }, { "core/b.c", "static int b;\n" },
                                       { "core/other.c", "static int o;\n" }, { "core/d.c", "static int d;\n" },
                                       { "core/my-d.c", "static int m;\n" }, { "core/a.h", "static int h;\n" } };
        const char *objects;
        PathVec files = make(sources, ELEMENTSOF(sources));
        ASSERT_OK(bundle_sources(arena, root, &files, 1, &objects));
        TEST_CASE("pr_fmt stays alone; what Kbuild does not name is not touched");
        ASSERT_STREQ(objects, "core/a.o core/b.o");
        ASSERT_STREQ(text_of("core/a.c"), sources[1].text);
        ASSERT_STREQ(text_of("core/other.c"), sources[3].text);
        ASSERT_STREQ(text_of("core/d.c"), sources[4].text);
        ASSERT(strstr(text_of("core/b.c"), "my-d.c.whole"));
        tree_remove(root);
}
