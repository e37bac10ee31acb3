/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probe/syscalls.h"
#include <stddef.h>
#include <string.h>

static const Syscall table[] = {
#define SYSCALL(number, name, entry, ...) \
        { number, name, "__x64_sys_" entry, "__do_sys_" entry, { __VA_ARGS__ } },
#include "probe/syscalls-x86.def"
#undef SYSCALL
};

const Syscall *syscalls_all(unsigned *ret_n) {
        *ret_n = sizeof(table) / sizeof(*table);
        return table;
}

const Syscall *syscalls_find(const char *name) {
        for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++)
                if (strcmp(table[i].name, name) == 0)
                        return &table[i];
        return NULL;
}
