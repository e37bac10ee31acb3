/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A kernel with a handful of types, functions and tracepoints, made with libbpf, written to a file and
 * opened as any other:
 *
 *     struct inode { unsigned long i_ino; unsigned short i_mode; };
 *     struct qstr { unsigned int len; const char *name; };
 *     struct dentry { unsigned int d_flags; struct dentry *d_parent; struct qstr d_name;
 *         char d_iname[32]; };
 *     struct path { void *mnt; struct dentry *dentry; };
 *     struct file { struct path f_path; struct inode *f_inode; unsigned int f_flags; long long f_pos; };
 *     enum task_state { TASK_RUNNING = 0, TASK_DEAD = 128 };
 *     struct task_struct { int pid; unsigned int in_execve:1, mode:3; int nice:6; char comm[16];
 *         union { long exit_code; struct task_struct *real_parent; }; unsigned long times[4];
 *         enum task_state state; double load; };
 *     struct sock;  (only declared)
 *     struct task_struct *this_task;  (of each CPU)
 */
#include <bpf/btf.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "small.h"

static struct btf *b;
static int char_, short_, int_, uint_, long_, ulong_, llong, double_, bool_, size_t_;
static int void_ptr, char_ptr, file_ptr, task_ptr, sock_ptr, llong_ptr;

static void must(int r, const char *what) {
        if (r >= 0)
                return;
        fprintf(stderr, "small-kernel: %s: %s\n", what, strerror(-r));
        exit(EXIT_FAILURE);
}

static void field(const char *name, int type, unsigned bits, unsigned bit_size) {
        must(btf__add_field(b, name, type, bits, bit_size), name ?: "anonymous");
}

static void add_base_types(void) {
        void_ptr = btf__add_ptr(b, 0);
        char_ = btf__add_int(b, "char", 1, BTF_INT_SIGNED);
        short_ = btf__add_int(b, "unsigned short", 2, 0);
        int_ = btf__add_int(b, "int", 4, BTF_INT_SIGNED);
        uint_ = btf__add_int(b, "unsigned int", 4, 0);
        long_ = btf__add_int(b, "long int", 8, BTF_INT_SIGNED);
        ulong_ = btf__add_int(b, "long unsigned int", 8, 0);
        llong = btf__add_int(b, "long long int", 8, BTF_INT_SIGNED);
        double_ = btf__add_float(b, "double", 8);
        bool_ = btf__add_int(b, "_Bool", 1, BTF_INT_BOOL);
        size_t_ = btf__add_typedef(b, "size_t", ulong_);
        must(btf__add_typedef(b, "pid_t", int_), "pid_t");
        char_ptr = btf__add_ptr(b, char_);
        llong_ptr = btf__add_ptr(b, llong);
        sock_ptr = btf__add_ptr(b, btf__add_fwd(b, "sock", BTF_FWD_STRUCT));
}

static int add_dentry(int qstr) {
        int iname = btf__add_array(b, uint_, char_, 32);
        int self = (int) btf__type_cnt(b) + 1; /* its pointer goes first */
        int pointer = btf__add_ptr(b, self);
        must(btf__add_struct(b, "dentry", 72), "dentry");
        field("d_flags", uint_, 0, 0);
        field("d_parent", pointer, 64, 0);
        field("d_name", qstr, 128, 0);
        field("d_iname", iname, 256, 0);
        return pointer;
}

static void add_file(void) {
        int inode = btf__add_struct(b, "inode", 16);
        field("i_ino", ulong_, 0, 0);
        field("i_mode", short_, 64, 0);
        int inode_ptr = btf__add_ptr(b, inode);
        int qstr = btf__add_struct(b, "qstr", 16);
        field("len", uint_, 0, 0);
        field("name", char_ptr, 64, 0);
        int dentry_ptr = add_dentry(qstr);
        int path = btf__add_struct(b, "path", 16);
        field("mnt", void_ptr, 0, 0);
        field("dentry", dentry_ptr, 64, 0);
        int file = btf__add_struct(b, "file", 40);
        field("f_path", path, 0, 0);
        field("f_inode", inode_ptr, 128, 0);
        field("f_flags", uint_, 192, 0);
        field("f_pos", llong, 256, 0);
        file_ptr = btf__add_ptr(b, file);
}

static void add_task(void) {
        int state = btf__add_enum(b, "task_state", 4);
        must(btf__add_enum_value(b, "TASK_RUNNING", 0), "TASK_RUNNING");
        must(btf__add_enum_value(b, "TASK_DEAD", 128), "TASK_DEAD");
        int comm = btf__add_array(b, uint_, char_, 16), times = btf__add_array(b, uint_, ulong_, 4);
        int self = (int) btf__type_cnt(b) + 2; /* its pointer and the union go first */
        task_ptr = btf__add_ptr(b, self);
        int either = btf__add_union(b, NULL, 8);
        field("exit_code", long_, 0, 0);
        field("real_parent", task_ptr, 0, 0);
        must(btf__add_struct(b, "task_struct", 80), "task_struct");
        field("pid", int_, 0, 0);
        field("in_execve", uint_, 32, 1);
        field("mode", uint_, 33, 3);
        field("nice", int_, 36, 6);
        field("comm", comm, 64, 0);
        field(NULL, either, 192, 0);
        field("times", times, 256, 0);
        field("state", state, 512, 0);
        field("load", double_, 576, 0);
}

static int proto(int result, const char *const *names, const int *types, const char *private) {
        int id = btf__add_func_proto(b, result);
        if (private)
                must(btf__add_func_param(b, private, void_ptr), private);
        for (size_t i = 0; names && names[i]; i++)
                must(btf__add_func_param(b, names[i], types[i]), names[i]);
        return id;
}

#define NAMES(...) (const char *const[]) { __VA_ARGS__, NULL }
#define TYPES(...) (const int[]) { __VA_ARGS__ }

static void function(const char *name, int result, const char *const *names, const int *types) {
        must(btf__add_func(b, name, BTF_FUNC_STATIC, proto(result, names, types, NULL)), name);
}

static void tracepoint(const char *name, const char *const *names, const int *types) {
        char text[64];
        int pointer = btf__add_ptr(b, proto(0, names, types, "__data"));
        snprintf(text, sizeof(text), "btf_trace_%s", name);
        must(btf__add_typedef(b, text, pointer), text);
        snprintf(text, sizeof(text), "__traceiter_%s", name);
        must(btf__add_func(b, text, BTF_FUNC_STATIC, proto(int_, names, types, "__data")), text);
}

static void add_functions(void) {
        const char *const *io = NAMES("file", "buf", "count", "pos");
        const int *io_types = TYPES(file_ptr, char_ptr, size_t_, llong_ptr);
        function("vfs_read", long_, io, io_types);
        function("vfs_write", long_, io, io_types);
        function("vfs_fsync", int_, NAMES("file", "datasync"), TYPES(file_ptr, int_));
        function("do_exit", 0, NAMES("code"), TYPES(long_));
        function("sock_release", 0, NAMES("sk"), TYPES(sock_ptr));
        function("wake_up_new_task", 0, NAMES("p"), TYPES(task_ptr));
        function("__x64_sys_read", long_, NAMES("regs"), TYPES(void_ptr));
        function("__x64_sys_write", long_, NAMES("regs"), TYPES(void_ptr));
        function("__x64_sys_newstat", long_, NAMES("regs"), TYPES(void_ptr));
        tracepoint("sched_switch", NAMES("preempt", "prev", "next"), TYPES(bool_, task_ptr, task_ptr));
        tracepoint("sched_wakeup", NAMES("p"), TYPES(task_ptr));
}

static void add_variables(void) {
        must(btf__add_var(b, "this_task", BTF_VAR_GLOBAL_ALLOCATED, task_ptr), "this_task");
}

static void write_btf(char *path) {
        unsigned len;
        const void *data = btf__raw_data(b, &len);
        int fd = mkostemp(path, O_CLOEXEC);
        must(fd, path);
        if (!data || write(fd, data, len) != (ssize_t) len)
                must(-5, path);
        close(fd);
}

Kernel *small_kernel(void) {
        static Kernel *k;
        if (k)
                return k;
        b = btf__new_empty();
        add_base_types();
        add_file();
        add_task();
        add_functions();
        add_variables();
        char path[] = "/tmp/stapd-small-XXXXXX";
        const char *error = NULL;
        write_btf(path);
        int r = kernel_open(&(KernelOptions) { .release = "6.1.0-small", .btf_path = path }, &k, &error);
        unlink(path);
        btf__free(b);
        must(r, error ?: "kernel_open");
        return k;
}
