/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fixture.h"

#define NAMES(...) ((const char *const[]) { __VA_ARGS__, NULL })
#define TYPES(...) ((const int[]) { __VA_ARGS__ })

static Kernel *open_small(Fixture *f) {
        fixture_init(f);
        fixture_function(f, "zebra", 0, NULL, NULL);
        fixture_function(f, "vfs_read", f->size_t_, NAMES("file", "count"), TYPES(f->void_ptr, f->size_t_));
        fixture_function(f, "printk", f->int_, NAMES("fmt", ""), TYPES(f->void_ptr, 0));
        /* two static functions of one name: names differ, types differ */
        fixture_function(f, "__x64_sys_x", f->int_, NAMES("__unused"), TYPES(f->task_ptr));
        fixture_function(f, "__x64_sys_x", f->int_, NAMES("regs"), TYPES(f->task_ptr));
        fixture_function(f, "show", f->int_, NAMES("a"), TYPES(f->int_));
        fixture_function(f, "show", f->int_, NAMES("a", "b"), TYPES(f->int_, f->int_));
        fixture_function(f, "show", f->int_, NAMES("a"), TYPES(f->int_));
        /* parts of trace events, and one that only looks like it */
        fixture_function(f, "perf_trace_tick", 0, NAMES("__data"), TYPES(f->void_ptr));
        fixture_function(f, "perf_trace_init", 0, NAMES("event"), TYPES(f->void_ptr));
        fixture_function(f, "__pfx_vfs_read", 0, NULL, NULL);
        fixture_tracepoint(f, "tick", NAMES("preempt", "next"), TYPES(f->bool_, f->task_ptr));
        fixture_tracepoint(f, "cxl_poison", NAMES("t"), TYPES(f->task_ptr));
        return fixture_open(f);
}

TEST(functions_are_sorted_and_complete) {
        Fixture f;
        _cleanup_(kernel_closep) Kernel *k = open_small(&f);
        static const char *const want[] = { "__traceiter_cxl_poison", "__traceiter_tick", "__x64_sys_x", "perf_trace_init",
                                            "printk", "show", "vfs_read", "zebra" };
        size_t n;
        const FunctionInfo *const *all = kernel_functions(k, &n);
        ASSERT_EQ(n, ELEMENTSOF(want));
        for (size_t i = 0; i < n; i++) {
                ASSERT_STREQ(all[i]->name, want[i]);
                ASSERT(kernel_find_function(k, want[i]) == all[i]);
        }
        ASSERT_NULL(kernel_find_function(k, "perf_trace_tick"));
        ASSERT_NULL(kernel_find_function(k, ""));
}

TEST(prototypes) {
        Fixture f;
        _cleanup_(kernel_closep) Kernel *k = open_small(&f);
        const FunctionInfo *read = kernel_find_function(k, "vfs_read");
        ASSERT_EQ(read->n_params, 2);
        ASSERT_STREQ(read->params[1].name, "count");
        ASSERT(read->params[1].type == kernel_find_type(k, "size_t"));
        ASSERT(read->result == kernel_find_type(k, "size_t"));
        ASSERT_EQ(type_kind(kernel_find_function(k, "zebra")->result), KIND_VOID);
        ASSERT(kernel_find_function(k, "printk")->is_variadic);
        ASSERT_EQ(kernel_find_function(k, "printk")->n_params, 1);
}

TEST(duplicates_are_merged_or_ambiguous) {
        Fixture f;
        _cleanup_(kernel_closep) Kernel *k = open_small(&f);
        const FunctionInfo *call = kernel_find_function(k, "__x64_sys_x"),
                           *show = kernel_find_function(k, "show");
        ASSERT(!call->is_ambiguous);
        ASSERT_STREQ(call->params[0].name, "regs");
        ASSERT(show->is_ambiguous);
        ASSERT_EQ(show->n_params, 0);
}

TEST(tracepoints_have_names_without_the_private_data) {
        Fixture f;
        _cleanup_(kernel_closep) Kernel *k = open_small(&f);
        size_t n;
        const TracepointInfo *const *all = kernel_tracepoints(k, &n);
        ASSERT_EQ(n, 2);
        ASSERT_STREQ(all[0]->name, "cxl_poison");
        ASSERT_STREQ(all[0]->system, "cxl");
        ASSERT_STREQ(all[1]->name, "tick");
        ASSERT_EQ(all[1]->n_params, 2);
        ASSERT_STREQ(all[1]->params[0].name, "preempt");
        ASSERT(all[1]->params[1].type == kernel_find_type(k, "struct task *"));
        ASSERT_STREQ(all[1]->system, "");
}
