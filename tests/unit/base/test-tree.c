/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/tree.h"
#include <sys/stat.h>
#include "unit/test.h"

static Arena *arena;
static const char *root;

static const char *at(const char *name) {
        return arena_printf(arena, "%s/%s", root, name);
}

static void setup(void) {
        arena_free(arena);
        arena = arena_new(1 << 20);
        root = tree_new_temporary(arena, "test-tree");
        ASSERT_NOT_NULL(root);
}

static bool exists(const char *path) {
        struct stat st;
        return lstat(path, &st) == 0;
}

TEST(directories_are_made_and_removed) {
        setup();
        ASSERT_OK(tree_make(at("a/b/c"), 0755));
        ASSERT_OK(tree_make(at("a/b/c"), 0755));
        ASSERT_OK(tree_write_file(at("a/b/c/file"), "x", 1));
        ASSERT(tree_make(at("a/b/c/file/d"), 0755) < 0);
        ASSERT_OK(tree_remove(root));
        ASSERT(!exists(root));
        ASSERT_OK(tree_remove(root));
}

TEST(removing_stops_at_symbolic_links) {
        setup();
        ASSERT_OK(tree_make(at("kept"), 0755));
        ASSERT_OK(tree_write_file(at("kept/file"), "x", 1));
        ASSERT_OK(tree_make(at("gone"), 0755));
        ASSERT_EQ(symlink(at("kept"), at("gone/link")), 0);
        ASSERT_OK(tree_remove(at("gone")));
        ASSERT(!exists(at("gone")) && exists(at("kept/file")));
        ASSERT_OK(tree_remove(root));
}

TEST(replacing_is_one_step) {
        setup();
        ASSERT_OK(tree_make(at("new"), 0755));
        ASSERT_OK(tree_write_file(at("new/1"), "x", 1));
        ASSERT_OK(tree_replace(at("new"), at("place")));
        ASSERT(exists(at("place/1")) && !exists(at("new")));
        ASSERT_OK(tree_make(at("new"), 0755));
        ASSERT_OK(tree_write_file(at("new/2"), "x", 1));
        ASSERT_OK(tree_replace(at("new"), at("place")));
        ASSERT(exists(at("place/2")) && !exists(at("place/1")) && !exists(at("new")));
        ASSERT_OK(tree_remove(root));
}

TEST(pruning_leaves_work_in_progress_alone) {
        setup();
        ASSERT_OK(tree_make(at("all/kit"), 0755));
        ASSERT_OK(tree_make(at("all/spare"), 0755));
        ASSERT_OK(tree_make(at("all/.staging-1"), 0755));
        ASSERT_OK(tree_write_file(at("all/file"), "x", 1));
        ASSERT_OK(tree_make(at("all/.old-kit/left"), 0755)); /* of a removal that was interrupted */
        ASSERT_OK(tree_prune(at("all"), 1, "spare"));
        ASSERT(!exists(at("all/kit")) && !exists(at("all/.old-kit")));
        ASSERT(exists(at("all/spare")) && exists(at("all/.staging-1")) && exists(at("all/file")));
        ASSERT_OK(tree_prune(at("all"), 0, "spare"));
        ASSERT(exists(at("all/spare")));
        ASSERT(tree_prune(at("none"), 1, "x") < 0);
        ASSERT_OK(tree_remove(root));
}

TEST(files_are_read_whole) {
        setup();
        size_t len;
        ASSERT_OK(tree_write_file(at("f"), "a\0b", 3));
        ASSERT_OK(tree_copy_file(at("f"), at("g")));
        const char *text = tree_read_file(arena, at("g"), &len);
        ASSERT_EQ(len, 3);
        ASSERT_MEMEQ(text, "a\0b", 4);
        ASSERT_NULL(tree_read_file(arena, at("none"), &len));
        ASSERT_OK(tree_remove(root));
}
