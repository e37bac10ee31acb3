/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A library serves many scripts, and is the same after each. */
#include <ftw.h>
#include <sys/stat.h>
#include "lang/dump.h"
#include "small.h"
#include "unit/test.h"

static const ParseTarget target = { .kernel_v = "6.1.0", .kernel_vr = "6.1.0-small", .arch = "x86_64",
                                    .systemtap_v = "5.6", .privilege = "stapdev" };

static char *run(Library *l, const char *text) {
        Arena *a = arena_new((size_t) 64 << 20);
        Diags d;
        diags_init(&d, a);
        ParseOptions o = { .target = &target, .macros = library_macros(l) };
        File *f = parse_file(a, &d, source_new(a, "t.stp", text, strlen(text)), &o);
        Program *p = small_elaborate_files(a, &d, l, small_kernel(), &f, 1,
                                           &(ElaborateOptions) { .optimize = true });
        ASSERT_NOT_NULL(p);
        Buf out = BUF_INIT;
        dump_program(p, &out);
        arena_free(a);
        return buf_take(&out);
}

/* The second script would see what the first one left behind: types, locals, lowered trees. */
TEST(scripts_do_not_change_it) {
        Arena *a = arena_new((size_t) 64 << 20);
        Diags d;
        diags_init(&d, a);
        Library *l = small_library(a, &d, &target);
        ASSERT_EQ(d.list.n, 0);
        const char *text = "probe syscall.* { println(name, argstr) } "
                           "probe vfs.read.return { println(ino) } "
                           "probe begin { println(visible()) }";
        _cleanup_(freep) char *first = run(l, text);
        _cleanup_(freep) char *other = run(l,
                                           "probe syscall.read.return { println(retval) } "
                                           "probe begin { argv = 3; println(argv) }");
        _cleanup_(freep) char *again = run(l, text);
        ASSERT_STREQ(first, again);
        ASSERT(strcmp(first, other) != 0);
        arena_free(a);
}

static char dir[64];

static void write_file(const char *name, const char *text) {
        char path[128];
        snprintf(path, sizeof(path), "%s/%s", dir, name);
        _cleanup_(fclosep) FILE *f = fopen(path, "we");
        ASSERT_NOT_NULL(f);
        ASSERT(fputs(text, f) >= 0);
}

static int remove_one(const char *path, const struct stat *st, int flag, struct FTW *ftw) {
        return remove(path);
}

static const char *digest(Arena *a, Diags *d) {
        const char *dirs[] = { dir };
        return library_digest(library_load(a, d, dirs, 1, &target));
}

TEST(digest_is_of_what_was_read) {
        strcpy(dir, "/tmp/stapd-library-XXXXXX");
        ASSERT_NOT_NULL(mkdtemp(dir));
        Arena *a = arena_new((size_t) 64 << 20);
        Diags d;
        diags_init(&d, a);
        write_file("a.stp", "function one () { return 1 }\n");
        write_file("README", "no tapset");
        const char *first = digest(a, &d);
        ASSERT_EQ(strlen(first), 64);
        write_file("README", "no tapset either");
        ASSERT_STREQ(digest(a, &d), first);
        write_file("b.stpm", "@define two %( 2 %)\n");
        const char *second = digest(a, &d);
        ASSERT(strcmp(second, first) != 0);
        write_file("a.stp", "function one () { return @two }\n");
        ASSERT(strcmp(digest(a, &d), second) != 0);
        ASSERT_EQ(d.n_errors, 0);
        ASSERT_OK(nftw(dir, remove_one, 8, FTW_DEPTH | FTW_PHYS));
        arena_free(a);
}

TEST(what_cannot_be_read_is_said) {
        Arena *a = arena_new((size_t) 64 << 20);
        Diags d;
        diags_init(&d, a);
        const char *dirs[] = { "/nonexistent/tapsets" };
        ASSERT_NOT_NULL(library_load(a, &d, dirs, 1, &target));
        ASSERT_EQ(d.n_errors, 1);
        ASSERT_EQ(d.list.items[0]->code, DIAG_E0200);
        arena_free(a);
}

/* Without a kernel everything that needs none still works. */
TEST(no_kernel) {
        Arena *a = arena_new((size_t) 64 << 20);
        Diags d;
        diags_init(&d, a);
        Library *l = small_library(a, &d, &target);
        static const struct {
                const char *text;
                bool good;
        } cases[] = {
                { "probe begin { println(pid()) }", true },
                { "probe kernel.function(\"vfs_read\") { println(pid()) }", false },
                { "probe begin { println(@cast(1, \"task_struct\")->pid) }", false },
                { "probe begin { println(@defined(@cast(1, \"task_struct\")->pid)) }", true },
        };
        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                TEST_CASE("%s", cases[i].text);
                Diags mine;
                diags_init(&mine, a);
                ParseOptions o = { .target = &target };
                File *f = parse_file(a, &mine, source_new(a, "t.stp", cases[i].text, strlen(cases[i].text)),
                                     &o);
                Program *p = small_elaborate_files(a, &mine, l, NULL, &f, 1,
                                                   &(ElaborateOptions) { .optimize = true });
                ASSERT_EQ(p != NULL, cases[i].good);
                ASSERT_EQ(mine.n_errors > 0, !cases[i].good);
        }
        arena_free(a);
}
