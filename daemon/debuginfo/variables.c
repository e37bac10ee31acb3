/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Variables of the kernel. BTF has those that each CPU has its own of, and no others: where all the rest
 * stands the kernel's symbol table tells when a script is loaded, but what they are only debug information
 * says. Types of those that scripts ask for have been the same in all kernels that we know, and stand here.
 */
#include "debuginfo/kernel.h"

static const struct {
        const char *name, *type;
} known[] = {
        { "jiffies", "unsigned long" },
        { "jiffies_64", "u64" },
        { "init_task", "struct task_struct" },
        { "init_mm", "struct mm_struct" },
        { "init_net", "struct net" },
        { "init_pid_ns", "struct pid_namespace" },
        { "init_user_ns", "struct user_namespace" },
        { "init_uts_ns", "struct uts_namespace" },
        { "nr_threads", "int" },
        { "nr_cpu_ids", "unsigned int" },
        { "panic_timeout", "int" },
        { "pid_max", "int" },
        { "max_pfn", "unsigned long" },
        { "saved_command_line", "char*" },
        { "system_state", "enum system_states" },
        { "super_blocks", "struct list_head" },
        { "modules", "struct list_head" },
        { "boot_cpu_data", "struct cpuinfo_x86" },
};

bool kernel_find_variable(Kernel *k, const char *name, VariableInfo *ret) {
        for (uint32_t id = k->n_types; id-- > 1;) {
                const struct btf_type *t = btf__type_by_id(k->btf, id);
                if (!t || !btf_is_var(t) || strcmp(btf_name(k->btf, t->name_off), name) != 0)
                        continue;
                *ret = (VariableInfo) { .type = type_ref(k, t->type), .is_per_cpu = true };
                return true;
        }
        for (size_t i = 0; i < ELEMENTSOF(known); i++)
                if (strcmp(known[i].name, name) == 0) {
                        *ret = (VariableInfo) { .type = kernel_find_type(k, known[i].type) };
                        return ret->type != NULL;
                }
        return false;
}
