/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernel's tracepoints. Each has a typedef `btf_trace_NAME` of a pointer to a prototype, whose
 * parameters BTF leaves without names (6.1 and 6.12 alike); the function `__traceiter_NAME`, which calls the
 * probes, has the same prototype with the names of the event's TP_PROTO. The first parameter is private.
 */
#include "debuginfo/kernel.h"

#define TYPEDEF_PREFIX "btf_trace_"
#define ITERATOR_PREFIX "__traceiter_"

static const FunctionInfo *find_iterator(Kernel *k, const char *name) {
        char function[256];
        int n = snprintf(function, sizeof(function), ITERATOR_PREFIX "%s", name);
        return n > 0 && (size_t) n < sizeof(function) ? kernel_find_function(k, function) : NULL;
}

static TracepointInfo *read_tracepoint(Kernel *k, const struct btf_type *t, const char *name) {
        TracepointInfo *p = arena_new0(k->arena, TracepointInfo);
        p->name = name;
        p->module = k->module;
        p->system = k->module ?: ""; /* most modules call it after themselves */
        const FunctionInfo *iterator = find_iterator(k, name);
        if (iterator && !iterator->is_ambiguous) {
                p->params = iterator->params;
                p->n_params = iterator->n_params;
        } else {
                const struct btf_type *pointer = btf_strip(k->btf, t->type, NULL);
                bool variadic;
                if (!pointer || !btf_is_ptr(pointer) ||
                    !proto_params(k, pointer->type, &p->params, &p->n_params, &variadic))
                        return NULL;
        }
        if (!p->n_params)
                return NULL;
        p->params++;
        p->n_params--;
        return p;
}

static int compare_tracepoints(const void *a, const void *b) {
        return strcmp((*(TracepointInfo *const *) a)->name, (*(TracepointInfo *const *) b)->name);
}

const char *tracepoint_name(const struct btf *btf, const struct btf_type *t) {
        const char *name = btf_is_typedef(t) ? btf_name(btf, t->name_off) : "";
        size_t n = strlen(TYPEDEF_PREFIX);
        return strncmp(name, TYPEDEF_PREFIX, n) == 0 ? name + n : NULL;
}

int tracepoints_index(Kernel *k) {
        VEC(TracepointInfo *) all = {};
        for (uint32_t id = type_first(k); id < k->n_types; id++) {
                const struct btf_type *t = btf__type_by_id(k->btf, id);
                const char *name = tracepoint_name(k->btf, t);
                TracepointInfo *p = name ? read_tracepoint(k, t, name) : NULL;
                if (p)
                        vec_push(k->arena, &all, p);
        }
        if (all.n)
                qsort(all.items, all.n, sizeof(*all.items), compare_tracepoints);
        k->tracepoints = all.items;
        k->n_tracepoints = all.n;
        if (!k->module)
                tracepoints_name_systems(k);
        return 0;
}

const TracepointInfo *const *kernel_tracepoints(Kernel *k, size_t *ret_n) {
        *ret_n = k->n_tracepoints;
        return (const TracepointInfo *const *) k->tracepoints;
}
