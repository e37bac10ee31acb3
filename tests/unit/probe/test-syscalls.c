/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The table of system calls, against itself, against this machine's headers, and in a kernel that has
 * them. */
#include <sys/syscall.h>
#include "base/fds.h"
#include "probe/syscalls.h"
#include "world.h"

static World w;

TEST(the_table_is_in_order_and_whole) {
        unsigned n;
        const Syscall *all = syscalls_all(&n);
        ASSERT(n > 350);
        for (unsigned i = 0; i < n; i++) {
                TEST_CASE("%s", all[i].name);
                ASSERT(i == 0 || all[i].number > all[i - 1].number);
                ASSERT(syscalls_find(all[i].name) == &all[i]);
                ASSERT(strncmp(all[i].symbol, "__x64_sys_", strlen("__x64_sys_")) == 0);
                ASSERT_STREQ(all[i].symbol + strlen("__x64_sys_"), all[i].stub + strlen("__do_sys_"));
        }
        ASSERT_NULL(syscalls_find("nope"));
}

TEST(numbers_are_those_of_unistd) {
        static const struct { const char *name; int number; } cases[] = {
                { "read", SYS_read }, { "stat", SYS_stat }, { "mmap", SYS_mmap }, { "pread64", SYS_pread64 },
                { "umount2", SYS_umount2 }, { "exit_group", SYS_exit_group }, { "openat2", SYS_openat2 }, { "clone3", SYS_clone3 },
        };
        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                TEST_CASE("%s", cases[i].name);
                ASSERT_EQ(syscalls_find(cases[i].name)->number, cases[i].number);
        }
}

static void open_world(void) {
        static const char *const regs[] = { "regs", NULL };
        Fixture f;
        fixture_init(&f);
        int types[] = { f.void_ptr };
        fixture_function(&f, "__x64_sys_write", f.int_, regs, types);
        fixture_function(&f, "__x64_sys_newstat", f.int_, regs, types);
        fixture_function(&f, "__do_sys_getpid", f.int_, regs, types);
        world_init(&w, fixture_open(&f));
}

TEST(entries) {
        open_world();
        ProbePlace *p = world_place(&w, "__syscall(\"write\")");
        ASSERT_EQ(p->attach.kind, STP_SYSCALL);
        ASSERT_EQ(p->attach.number, SYS_write);
        ASSERT_STREQ(p->attach.symbol, "__x64_sys_write");
        ASSERT(p->user_pointers && !p->is_return);
        ASSERT_STREQ(world_targets(&w, p), "$fd $buf $count");
        ExprContext *fd = world_target(&w, p, "$fd"), *buf = world_target(&w, p, "$buf");
        ASSERT_EQ(fd->source, CONTEXT_SYSCALL_ARG);
        ASSERT_EQ(fd->size, 4);
        ASSERT(!fd->is_signed);
        ASSERT_EQ(buf->index, 1);
        ASSERT(type_is_char(type_target(buf->base.ctype)));
        ASSERT_EQ(world_target(&w, p, "$arg3")->index, 2);
        ASSERT_NULL(world_target(&w, p, "$return"));
        ASSERT_STREQ(p->family->text(&w.world, p, "$$name"), "write");
        ASSERT_STREQ(world_place(&w, "__syscall(\"stat\")")->attach.symbol, "__x64_sys_newstat");
        world_done(&w);
}

TEST(returns_still_have_the_arguments) {
        open_world();
        ProbePlace *p = world_place(&w, "__syscall(\"write\").return");
        ASSERT_EQ(p->attach.kind, STP_SYSCALL_RETURN);
        ASSERT_EQ(p->attach.number, SYS_write);
        ASSERT_STREQ(world_targets(&w, p), "$fd $buf $count $return");
        ASSERT_EQ(world_target(&w, p, "$count")->source, CONTEXT_SYSCALL_ARG);
        ASSERT_EQ(world_target(&w, p, "$return")->source, CONTEXT_RETURN);
        ASSERT(world_target(&w, p, "$return")->is_signed);
        world_done(&w);
}

TEST(what_the_kernel_lacks_is_left_out) {
        open_world();
        ProbePlaceVec places;
        ASSERT_EQ(world_resolve(&w, "__syscall(\"*\")", &places), PROBE_DONE);
        ASSERT_EQ(places.n, 3);
        ASSERT_STREQ(places.items[0]->point, "syscall.write");
        ASSERT_STREQ(places.items[1]->point, "syscall.stat");
        ASSERT_STREQ(places.items[2]->point, "syscall.getpid");
        ASSERT(places.items[0]->attach.may_fail);
        world_done(&w);
}

/* Every call that the tapset asks for is in the table, and every one of the table is asked for, at both
 * ends. */
TEST(the_tapset_has_them_all) {
        const char *root = getenv("SOURCE_ROOT");
        if (!root)
                SKIP("SOURCE_ROOT is not set");
        char path[4096], call[128];
        _cleanup_(freep) char *text = NULL;
        size_t len;
        unsigned n;
        snprintf(path, sizeof(path), "%s/tapsets/linux/syscalls.stp", root);
        ASSERT_OK(fds_read_file(path, 4 << 20, &text, &len));
        const Syscall *all = syscalls_all(&n);
        for (unsigned i = 0; i < n; i++) {
                TEST_CASE("%s", all[i].name);
                snprintf(call, sizeof(call), "__syscall(\"%s\")", all[i].name);
                ASSERT_NOT_NULL(strstr(text, call));
                snprintf(call, sizeof(call), "__syscall(\"%s\").return", all[i].name);
                ASSERT_NOT_NULL(strstr(text, call));
                snprintf(call, sizeof(call), "syscall.%s =", all[i].name);
                ASSERT_NOT_NULL(strstr(text, call));
        }
        for (const char *at = text; (at = strstr(at, "__syscall(\""));) {
                at += strlen("__syscall(\"");
                snprintf(call, sizeof(call), "%.*s", (int) MIN2(strcspn(at, "\""), (size_t) 60), at);
                TEST_CASE("%s", call);
                ASSERT_NOT_NULL(syscalls_find(call));
        }
}
