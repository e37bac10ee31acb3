/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a pattern lists, in the small kernel and with the small tapsets. */
#include "elaborate/list.h"
#include "small.h"
#include "unit/test.h"

static const ParseTarget target = { .kernel_v = "6.1.0", .kernel_vr = "6.1.0-small", .arch = "x86_64",
                                    .systemtap_v = "5.6", .privilege = "stapdev" };

static const struct {
        ListKind kind;
        const char *pattern, *lines; /* each with its newline; or the code of the diagnostic */
} cases[] = {
        { LIST_PROBES, "begin", "begin\n" },
        { LIST_PROBES, "begin, end(3)", "begin\nend(3)\n" },
        { LIST_PROBES, "timer.m*", "timer.ms(number)\ntimer.msec(number)\n" },
        { LIST_PROBES, "timer.ns.*", "timer.ns(number).randomize(number)\n" },
        { LIST_PROBES, "timer.*.x", "E0210" },
        { LIST_PROBES, "timer.ms(5)", "timer.ms(5)\n" },
        { LIST_PROBES, "kernel.function(\"vfs_[rw]*\")", "kernel.function(\"vfs_read\")\nkernel.function(\"vfs_write\")\n" },
        { LIST_PROBES, "kernel.function(\"vfs_r*\").return", "kernel.function(\"vfs_read\").return\n" },
        { LIST_VARIABLES, "kernel.function(\"vfs_read\")",
          "kernel.function(\"vfs_read\") $file:struct file* $buf:char* $count:size_t $pos:long long int*\n" },
        { LIST_VARIABLES, "kernel.function(\"vfs_read\").return",
          "kernel.function(\"vfs_read\").return $return:long int $file:struct file* $buf:char* $count:size_t"
          " $pos:long long int*\n" },
        { LIST_VARIABLES, "vfs.read", "vfs.read file:long ino:long $file:struct file* $buf:char* $count:size_t"
          " $pos:long long int*\n" },
        { LIST_VARIABLES, "begin", "begin\n" },
        { LIST_PROBES, "vfs.*", "vfs.counted\nvfs.read\nvfs.write\n" },
        { LIST_PROBES, "nosuch.*", "E0210" },
        { LIST_PROBES, "kernel.function(\"vfs_raed\")", "E0403" },
        { LIST_PROBES, "begin { exit() } probe end", "E0122" },
        { LIST_PROBES, "{", "E0101" },
        { LIST_PROBES, "", "E0101" },
        { LIST_FUNCTIONS, "exec*", "execname:string ()\n" },
        { LIST_FUNCTIONS, "poke", "poke (address:long) /* guru */\n" },
        { LIST_FUNCTIONS, "visible", "visible:long ()\n" },
        { LIST_FUNCTIONS, "hidden", "E0215" },
        { LIST_FUNCTIONS, "nosuch", "E0215" },
        { LIST_FORMS, NULL, "*kernel.trace(string)\n" },
        { LIST_ALIASES, "vfs.read", "*vfs.read = kernel.function(\"vfs_read\")" },
};

static void check(Arena *a, size_t i) {
        Diags d;
        LineVec lines = {};
        diags_init(&d, a);
        Library *l = small_library(a, &d, &target);
        ProbeWorld w = { .arena = a, .diags = &d, .kernel = small_kernel() };
        list_run(&w, l, &target, cases[i].kind, cases[i].pattern, &lines);
        const char *have = d.list.n ? diag_code_name(d.list.items[0]->code) : "";
        vec_foreach(it, &lines)
                have = arena_printf(a, "%s%s\n", have, *it);
        if (cases[i].lines[0] == '*')
                ASSERT_NOT_NULL(strstr(have, cases[i].lines + 1));
        else
                ASSERT_STREQ(have, cases[i].lines);
}

TEST(patterns) {
        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                TEST_CASE("%s %s", list_kind_to_string(cases[i].kind), cases[i].pattern ?: "");
                Arena *a = arena_new((size_t) 64 << 20);
                check(a, i);
                arena_free(a);
        }
}

TEST(kinds_by_name) {
        for (ListKind k = 0; k < _LIST_KIND_MAX; k++)
                ASSERT_EQ(list_kind_from_string(list_kind_to_string(k)), k);
        ASSERT_EQ(list_kind_from_string("everything"), _LIST_KIND_INVALID);
        ASSERT_NULL(list_kind_to_string(_LIST_KIND_MAX));
}
