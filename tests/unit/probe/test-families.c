/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "world.h"

#define NAMES(...) ((const char *const[]) { __VA_ARGS__, NULL })
#define TYPES(...) ((const int[]) { __VA_ARGS__ })

static World w;

static void open_world(void) {
        Fixture f;
        fixture_init(&f);
        int pair = btf__add_struct(f.btf, "pair", 16), big = btf__add_struct(f.btf, "big", 40);
        int real = btf__add_float(f.btf, "double", 8);
        fixture_function(&f, "vfs_read", f.size_t_, NAMES("file", "count"), TYPES(f.task_ptr, f.size_t_));
        fixture_function(&f, "vfs_write", f.size_t_, NAMES("file", "flag"), TYPES(f.task_ptr, f.bool_));
        fixture_function(&f, "forget", 0, NAMES("n"), TYPES(f.int_));
        fixture_function(&f, "by_value", f.int_, NAMES("a", "p", "b", "big", "c", "d", "e", "q", "g", "h"),
                         TYPES(f.int_, pair, f.int_, big, f.uint, real, f.uint, pair, f.int_, f.int_));
        fixture_function(&f, "printk", f.int_, NAMES("fmt", ""), TYPES(f.void_ptr, 0));
        fixture_function(&f, "show", f.int_, NAMES("x"), TYPES(f.int_));
        fixture_function(&f, "show", f.int_, NAMES("x", "y"), TYPES(f.int_, f.int_));
        fixture_tracepoint(&f, "fuse_request_send", NAMES("preempt", "next"), TYPES(f.bool_, f.task_ptr));
        fixture_tracepoint(&f, "fuse_request_end", NAMES("next", "big", "n"),
                           TYPES(f.task_ptr, big, f.int_));
        fixture_tracepoint(&f, "iomap_iter", NAMES("n"), TYPES(f.int_));
        world_init(&w, fixture_open(&f));
}

static void close_world(void) {
        world_done(&w);
}

TEST(begin_end_error_never) {
        static const struct { const char *point; enum stp_attach kind; long long number; } cases[] = {
                { "begin", STP_BEGIN, 0 }, { "begin(5)", STP_BEGIN, 5 }, { "begin(-100)", STP_BEGIN, -100 },
                { "end", STP_END, 0 }, { "end(7)", STP_END, 7 }, { "error(2)", STP_ERROR, 2 }, { "never", STP_NEVER, 0 },
        };
        world_init(&w, NULL);
        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                TEST_CASE("%s", cases[i].point);
                ProbePlace *p = world_place(&w, cases[i].point);
                ASSERT_EQ(p->attach.kind, cases[i].kind);
                ASSERT_EQ(p->attach.number, cases[i].number);
                ASSERT_STREQ(p->point, cases[i].point);
        }
        close_world();
}

TEST(timers_are_nanoseconds) {
        static const struct { const char *point; long long number, randomize; } cases[] = {
                { "timer.s(2)", 2000000000, 0 }, { "timer.sec(1)", 1000000000, 0 }, { "timer.ms(10)", 10000000, 0 },
                { "timer.msec(10).randomize(10)", 10000000, 10000000 }, { "timer.us(30)", 30000, 0 }, { "timer.usec(30)", 30000, 0 },
                { "timer.ns(10000)", 10000, 0 }, { "timer.nsec(40000).randomize(1)", 40000, 1 }, { "timer.hz(100)", 10000000, 0 },
        };
        world_init(&w, NULL);
        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                TEST_CASE("%s", cases[i].point);
                ProbePlace *p = world_place(&w, cases[i].point);
                ASSERT_EQ(p->attach.kind, STP_TIMER);
                ASSERT_EQ(p->attach.number, cases[i].number);
                ASSERT_EQ(p->attach.randomize, cases[i].randomize);
        }
        close_world();
}

TEST(functions) {
        open_world();
        ProbePlace *p = world_place(&w, "kernel.function(\"vfs_read\")");
        ASSERT_EQ(p->attach.kind, STP_FUNCTION);
        ASSERT_STREQ(p->attach.symbol, "vfs_read");
        ASSERT_STREQ(p->function, "vfs_read");
        ASSERT(!p->is_return && !p->attach.may_fail && !p->user_pointers);
        ASSERT_STREQ(world_targets(&w, p), "$file $count");
        p = world_place(&w, "kernel.function(\"vfs_read@*\").return.maxactive(7)");
        ASSERT_EQ(p->attach.kind, STP_FUNCTION_RETURN);
        ASSERT_EQ(p->attach.maxactive, 7);
        ASSERT_STREQ(p->point, "kernel.function(\"vfs_read\").return.maxactive(7)");
        ASSERT_STREQ(world_targets(&w, p), "$file $count $return");
        p = world_place(&w, "kernel.function(\"forget\").return");
        ASSERT_STREQ(world_targets(&w, p), "$n");
        ASSERT_NULL(world_target(&w, p, "$return"));
        close_world();
}

TEST(wildcards_are_sorted_and_may_fail) {
        open_world();
        ProbePlaceVec places;
        ASSERT_EQ(world_resolve(&w, "kernel.function(\"vfs_*\").call", &places), PROBE_DONE);
        ASSERT_EQ(places.n, 2);
        ASSERT_STREQ(places.items[0]->point, "kernel.function(\"vfs_read\").call");
        ASSERT_STREQ(places.items[1]->point, "kernel.function(\"vfs_write\").call");
        ASSERT(places.items[0]->attach.may_fail);
        ASSERT_EQ(world_resolve(&w, "kernel.function(\"no_*\")", &places), PROBE_DONE);
        ASSERT_EQ(places.n, 0);
        close_world();
}

TEST(values_have_the_width_of_their_type) {
        static const struct { const char *point, *name; ContextSource source; unsigned index, size; bool is_signed; } cases[] = {
                { "kernel.function(\"vfs_read\")", "$file", CONTEXT_ARG, 0, 8, false },
                { "kernel.function(\"vfs_read\")", "$arg2", CONTEXT_ARG, 1, 8, false },
                { "kernel.function(\"vfs_write\")", "$flag", CONTEXT_ARG, 1, 1, false },
                { "kernel.function(\"forget\")", "$n", CONTEXT_ARG, 0, 4, true },
                { "kernel.function(\"vfs_read\").return", "$return", CONTEXT_RETURN, 0, 8, false },
                { "kernel.function(\"vfs_read\").return", "$count", CONTEXT_ARG, 1, 8, false },
                { "kernel.function(\"printk\")", "$arg3", CONTEXT_ARG, 2, 8, true },
                { "kernel.function(\"show\")", "$arg2", CONTEXT_ARG, 1, 8, true },
                { "kernel.function(\"show\").return", "$return", CONTEXT_RETURN, 0, 8, true },
                { "kernel.trace(\"fuse_request_send\")", "$preempt", CONTEXT_TRACE_ARG, 0, 1, false },
                { "kernel.trace(\"fuse_request_send\")", "$next", CONTEXT_TRACE_ARG, 1, 8, false },
                { "kernel.trace(\"iomap_iter\")", "$arg1", CONTEXT_TRACE_ARG, 0, 4, true },
        };
        open_world();
        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                TEST_CASE("%s in %s", cases[i].name, cases[i].point);
                ExprContext *x = world_target(&w, world_place(&w, cases[i].point), cases[i].name);
                ASSERT_NOT_NULL(x);
                ASSERT_EQ(x->base.type, TYPE_LONG);
                ASSERT_EQ(x->source, cases[i].source);
                ASSERT_EQ(x->index, cases[i].index);
                ASSERT_EQ(x->size, cases[i].size);
                ASSERT_EQ(x->is_signed, cases[i].is_signed);
        }
        ProbePlace *p = world_place(&w, "kernel.function(\"vfs_read\")");
        ASSERT(world_target(&w, p, "$file")->base.ctype ==
               kernel_find_type(w.world.kernel, "struct task *"));
        ASSERT_NULL(world_target(&w, p, "$return"));
        ASSERT_NULL(world_target(&w, p, "$fil"));
        ASSERT_NULL(world_target(&w, p, "$arg3"));
        ASSERT_NULL(world_target(&w, p, "$arg0"));
        ASSERT_NULL(world_target(&w, world_place(&w, "kernel.function(\"show\")"), "$x"));
        close_world();
}

/* As gcc passes them: a edi, p rsi+rdx, b ecx, big on the stack (5 words), c r8d, d xmm0, e r9d, q on the
 * stack. */
TEST(structures_by_value_move_what_follows) {
        static const struct { const char *name; int slot; } cases[] = {
                { "$a", 0 }, { "$p", -1 }, { "$b", 3 }, { "$big", -1 }, { "$c", 4 }, { "$d", -1 }, { "$e", 5 }, { "$q", -1 },
                { "$g", 6 + 5 + 2 }, { "$h", 6 + 5 + 3 },
        };
        open_world();
        ProbePlace *p = world_place(&w, "kernel.function(\"by_value\")");
        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                TEST_CASE("%s", cases[i].name);
                ExprContext *x = world_target(&w, p, cases[i].name);
                ASSERT_EQ(x ? (int) x->index : -1, cases[i].slot);
        }
        ASSERT_STREQ(world_targets(&w, p), "$a $b $c $e $g $h");
        p = world_place(&w, "kernel.trace(\"fuse_request_end\")");
        ASSERT_EQ(world_target(&w, p, "$n")->index, 1);
        ASSERT_NULL(world_target(&w, p, "$big"));
        close_world();
}

TEST(tracepoints) {
        open_world();
        ProbePlace *p = world_place(&w, "kernel.trace(\"fuse:fuse_request_send\")");
        ASSERT_EQ(p->attach.kind, STP_TRACEPOINT);
        ASSERT_STREQ(p->attach.symbol, "fuse_request_send");
        ASSERT_STREQ(p->point, "kernel.trace(\"fuse:fuse_request_send\")");
        ASSERT_STREQ(p->family->text(&w.world, p, "$$name"), "fuse_request_send");
        ASSERT_STREQ(p->family->text(&w.world, p, "$$system"), "fuse");
        ASSERT_NULL(p->family->text(&w.world, p, "$$nope"));
        ASSERT_STREQ(world_targets(&w, p), "$preempt $next");
        static const struct { const char *point; size_t n; } cases[] = {
                { "kernel.trace(\"*\")", 3 }, { "kernel.trace(\"fuse:*\")", 2 }, { "kernel.trace(\"*:iomap_iter\")", 1 },
                { "kernel.trace(\"io*:*\")", 1 }, { "kernel.trace(\"block:*\")", 0 },
        };
        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                TEST_CASE("%s", cases[i].point);
                ProbePlaceVec places;
                ASSERT_EQ(world_resolve(&w, cases[i].point, &places), PROBE_DONE);
                ASSERT_EQ(places.n, cases[i].n);
        }
        close_world();
}

TEST(kprobes_take_names_that_btf_does_not_know) {
        open_world();
        ProbePlace *p = world_place(&w, "kprobe.function(\"entry_SYSCALL_64\")");
        ASSERT_STREQ(p->attach.symbol, "entry_SYSCALL_64");
        ASSERT_STREQ(world_targets(&w, p), "");
        ASSERT_EQ(world_target(&w, p, "$arg1")->index, 0);
        p = world_place(&w, "kprobe.function(\"vfs_read\").return");
        ASSERT_STREQ(world_targets(&w, p), "$file $count $return");
        close_world();
}

/* What a mistake says: the code, a part of the message, and of the hint (NULL: there is none). */
static const struct { const char *point; DiagCode code; const char *message, *hint; } mistakes[] = {
        { "kernel.function(\"vfs_raed\")", DIAG_E0403, "has no function `vfs_raed`", "did you mean `vfs_read`?" },
        { "kernel.function(\"completely_else\")", DIAG_E0403, "has no function `completely_else`", NULL },
        { "kernel.function(\"vfs_read@fs/read_write.c:3\")", DIAG_E0404, "BTF does not know source files", "leave `@fs/read_write.c:3` out" },
        { "kernel.function(\"\")", DIAG_E0401, "no name of a function", NULL },
        { "kernel.function(\"a b\")", DIAG_E0401, "no name of a function", NULL },
        { "kernel.function(5)", DIAG_E0401, "`function` takes a string", NULL },
        { "kernel.function(\"vfs_read\").return.maxactive(0)", DIAG_E0401, "maxactive() takes", NULL },
        { "kernel.function(\"vfs_read\").inline", DIAG_E0407, "no `function(...).inline` probes", NULL },
        { "kernel.trace(\"fuse_request_sent\")", DIAG_E0405, "no tracepoint", "did you mean `fuse:fuse_request_send`?" },
        { "kernel.trace(\"sched:iomap_iter\")", DIAG_E0405, "no tracepoint `sched:iomap_iter`", "did you mean `iomap:iomap_iter`?" },
        { "__syscall(\"write\")", DIAG_E0406, "no system call `write`", NULL },
        { "__syscall(\"wriet\")", DIAG_E0406, "no system call `wriet`", "did you mean `write`?" },
        { "timer.s(0)", DIAG_E0401, "above 0", NULL },
        { "timer.s(-1)", DIAG_E0401, "above 0", NULL },
        { "timer.s(9223372036854775807)", DIAG_E0401, "below 292 years", NULL },
        { "timer.ms(10).randomize(11)", DIAG_E0401, "between 0 and the timer's interval", NULL },
        { "timer.hz(0)", DIAG_E0401, "between 1 and", NULL },
        { "timer.s(\"1\")", DIAG_E0401, "`s` takes a number", NULL },
        { "timer.jiffies(1)", DIAG_E0402, "CONFIG_HZ", "install linux-headers-" },
        { "begin(\"1\")", DIAG_E0401, "`begin` takes a number", NULL },
        { "module(\"ext4\").function(\"*\")", DIAG_E0408, "has no module `ext4` with BTF", NULL },
        { "module(\"ext4\").tracepoint(\"x\")", DIAG_E0408, "has no module `ext4` with BTF", NULL },
        { "module(\"ext4\").function(\"x\").inline", DIAG_E0407, "no `function(...).inline` probes", NULL },
        { "module(\"ext4\").statement(\"x\")", DIAG_E0407, "no `module.statement` probes", "use module" },
        { "module(5).function(\"x\")", DIAG_E0401, "`module` takes a string", NULL },
        { "process(\"ls\").begin", DIAG_E0407, "no `process` probes", "use syscall.NAME" },
        { "perf.type(1).config(2)", DIAG_E0407, "no `perf` probes", "use timer.profile" },
        { "kernel.data(\"x\").write", DIAG_E0407, "no `kernel.data` probes", NULL },
};

TEST(mistakes_have_a_message_of_their_own) {
        open_world();
        for (size_t i = 0; i < ELEMENTSOF(mistakes); i++) {
                TEST_CASE("%s", mistakes[i].point);
                ProbePlaceVec places;
                diags_init(&w.diags, w.arena);
                ASSERT_EQ(world_resolve(&w, mistakes[i].point, &places), PROBE_FAILED);
                ASSERT_EQ(places.n, 0);
                ASSERT_EQ(w.diags.list.n, 1);
                const Diag *d = w.diags.list.items[0];
                ASSERT_EQ(d->code, mistakes[i].code);
                ASSERT_NOT_NULL(d->span.file);
                if (!strstr(d->message, mistakes[i].message))
                        ASSERT_STREQ(d->message, mistakes[i].message);
                if (!mistakes[i].hint)
                        ASSERT_NULL(d->hint);
                else if (!d->hint || strncmp(d->hint, mistakes[i].hint, strlen(mistakes[i].hint)) != 0)
                        ASSERT_STREQ(d->hint, mistakes[i].hint);
        }
        close_world();
}

TEST(points_of_others_are_foreign) {
        static const char *const points[] = { "syscall.write", "kernel.funtion(\"x\")", "kernel.function(\"x\").retrun", "begins",
                                              "timer.weeks(1)", "kernel", "kprocess.create", "timer.profile", "begin.end" };
        open_world();
        for (size_t i = 0; i < ELEMENTSOF(points); i++) {
                TEST_CASE("%s", points[i]);
                ProbePlaceVec places;
                ASSERT_EQ(world_resolve(&w, points[i], &places), PROBE_FOREIGN);
                ASSERT_EQ(w.diags.list.n, 0);
        }
        close_world();
}

TEST(without_a_kernel_it_says_what_is_missing) {
        static const char *const points[] = { "kernel.function(\"vfs_read\")", "kernel.trace(\"x\")", "__syscall(\"read\")",
                                              "timer.jiffies(3)", "kprobe.function(\"a*\")" };
        world_init(&w, NULL);
        for (size_t i = 0; i < ELEMENTSOF(points); i++) {
                TEST_CASE("%s", points[i]);
                ProbePlaceVec places;
                diags_init(&w.diags, w.arena);
                ASSERT_EQ(world_resolve(&w, points[i], &places), PROBE_FAILED);
                ASSERT_EQ(w.diags.list.items[0]->code, DIAG_E0402);
                ASSERT_STREQ(w.diags.list.items[0]->notes.items[0].text, "install it");
        }
        close_world();
}
