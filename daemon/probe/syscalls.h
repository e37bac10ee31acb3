/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/* The system calls of an architecture: syscalls-ARCH.c, from the table in syscalls-ARCH.def. */
#define SYSCALL_MAX_PARAMS 6

typedef struct {
        int number;
        const char *name;   /* as unistd.h has it: "stat" */
        const char *symbol; /* of the kernel's entry: "__x64_sys_newstat" */
        const char *stub;   /* how BTF may name the same function: "__do_sys_newstat" */
        const char *params[SYSCALL_MAX_PARAMS + 1]; /* "const char *filename", the kernel's; NULL-ended */
} Syscall;

/* By number, ascending; those of all supported kernels. */
const Syscall *syscalls_all(unsigned *ret_n);
const Syscall *syscalls_find(const char *name);
