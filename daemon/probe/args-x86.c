/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The System V ABI of x86-64: six integer registers, then the stack. A structure of up to 16 bytes takes one
 * or two registers when there are enough of them left; a larger one is copied to the stack and takes none,
 * so what follows it may still be in a register.
 */
#include "probe/args.h"

#define REGISTERS 6

static unsigned words(const TypeRef *t) {
        uint64_t n = (type_size(t) + 7) / 8;
        return n ? (unsigned) MIN2(n, (uint64_t) 4096) : 1;
}

bool args_slot(const Param *params, unsigned n, unsigned i, unsigned first, unsigned *ret) {
        unsigned registers = first, stack = 0;
        if (i >= n || type_kind(params[i].type) == KIND_FLOAT)
                return false;
        for (unsigned j = 0;; j++) {
                if (type_kind(params[j].type) == KIND_FLOAT)
                        continue;
                unsigned need = words(params[j].type);
                bool in_registers = need <= 2 && registers + need <= REGISTERS;
                if (j == i) {
                        *ret = in_registers ? registers : REGISTERS + stack;
                        return true;
                }
                *(in_registers ? &registers : &stack) += need;
        }
}

const char *args_register_name(int64_t n) {
        static const char *const names[] = {
                "rax", "rdx", "rcx", "rbx", "rsi", "rdi", "rbp", "rsp",
                "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15", "rip",
        };
        return n >= 0 && n < (int64_t) ELEMENTSOF(names) ? names[n] : NULL;
}
