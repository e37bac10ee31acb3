/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * A small kernel made with libbpf: fixture_add() says what is in it, fixture_open() writes it to a file and
 * opens that as the kernel of a release that no machine has.
 */
#include <bpf/btf.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "debuginfo/debuginfo.h"
#include "unit/test.h"

typedef struct {
        struct btf *btf;
        char path[64];
        int void_ptr, char_, int_, uint, ulong, bool_, size_t_, task, task_ptr;
} Fixture;

static inline int fixture_function(Fixture *f, const char *name, int result, const char *const *names,
                                   const int *types) {
        int proto = btf__add_func_proto(f->btf, result);
        for (size_t i = 0; names && names[i]; i++)
                ASSERT_OK(btf__add_func_param(f->btf, names[i], types[i]));
        return btf__add_func(f->btf, name, BTF_FUNC_STATIC, proto);
}

/* "btf_trace_NAME" and, when it has names, "__traceiter_NAME". */
static inline void fixture_tracepoint(Fixture *f, const char *name, const char *const *names,
                                      const int *types) {
        char text[128];
        int proto = btf__add_func_proto(f->btf, 0);
        ASSERT_OK(btf__add_func_param(f->btf, "", f->void_ptr));
        for (size_t i = 0; names[i]; i++)
                ASSERT_OK(btf__add_func_param(f->btf, "", types[i]));
        int pointer = btf__add_ptr(f->btf, proto);
        snprintf(text, sizeof(text), "btf_trace_%s", name);
        ASSERT_OK(btf__add_typedef(f->btf, text, pointer));

        proto = btf__add_func_proto(f->btf, f->int_);
        ASSERT_OK(btf__add_func_param(f->btf, "__data", f->void_ptr));
        for (size_t i = 0; names[i]; i++)
                ASSERT_OK(btf__add_func_param(f->btf, names[i], types[i]));
        snprintf(text, sizeof(text), "__traceiter_%s", name);
        ASSERT_OK(btf__add_func(f->btf, text, BTF_FUNC_STATIC, proto));
}

/* struct task { int pid; unsigned in_exec:1; unsigned mode:3; char comm[16]; union { long a; struct task
 * *b; }; struct task *parent; } */
static inline void fixture_struct(Fixture *f) {
        struct btf *b = f->btf;
        int comm = btf__add_array(b, f->uint, f->char_, 16);
        int long_ = btf__add_int(b, "long int", 8, BTF_INT_SIGNED);
        f->task = btf__type_cnt(b) + 1; /* behind the union */
        f->task_ptr = f->task + 1;
        int anonymous = btf__add_union(b, NULL, 8);
        ASSERT_OK(btf__add_field(b, "a", long_, 0, 0));
        ASSERT_OK(btf__add_field(b, "b", f->task_ptr, 0, 0));
        ASSERT_EQ(btf__add_struct(b, "task", 40), f->task);
        ASSERT_OK(btf__add_field(b, "pid", f->int_, 0, 0));
        ASSERT_OK(btf__add_field(b, "in_exec", f->uint, 32, 1));
        ASSERT_OK(btf__add_field(b, "mode", f->uint, 33, 3));
        ASSERT_OK(btf__add_field(b, "comm", comm, 64, 0));
        ASSERT_OK(btf__add_field(b, NULL, anonymous, 192, 0));
        ASSERT_OK(btf__add_field(b, "parent", f->task_ptr, 256, 0));
        ASSERT_EQ(btf__add_ptr(b, f->task), f->task_ptr);
}

static inline void fixture_init(Fixture *f) {
        *f = (Fixture) { .btf = btf__new_empty() };
        ASSERT_NOT_NULL(f->btf);
        f->void_ptr = btf__add_ptr(f->btf, 0);
        f->char_ = btf__add_int(f->btf, "char", 1, BTF_INT_SIGNED);
        f->int_ = btf__add_int(f->btf, "int", 4, BTF_INT_SIGNED);
        f->uint = btf__add_int(f->btf, "unsigned int", 4, 0);
        f->ulong = btf__add_int(f->btf, "long unsigned int", 8, 0);
        f->bool_ = btf__add_int(f->btf, "_Bool", 1, BTF_INT_BOOL);
        f->size_t_ = btf__add_typedef(f->btf, "size_t", f->ulong);
        fixture_struct(f);
}

static inline void fixture_write(Fixture *f, const void *data, size_t len) {
        strcpy(f->path, "/tmp/stapd-btf-XXXXXX");
        int fd = mkostemp(f->path, O_CLOEXEC);
        ASSERT_OK(fd);
        ASSERT_EQ(write(fd, data, len), len);
        close(fd);
}

static inline Kernel *fixture_open(Fixture *f) {
        unsigned len;
        const void *data = btf__raw_data(f->btf, &len);
        const char *error = NULL;
        Kernel *k = NULL;
        fixture_write(f, data, len);
        int r = kernel_open(&(KernelOptions) { .release = "0.0.0-fixture", .btf_path = f->path }, &k, &error);
        unlink(f->path);
        btf__free(f->btf);
        if (r < 0)
                test_fail(__FILE__, __LINE__, "%s", error ?: strerror(-r));
        return k;
}
