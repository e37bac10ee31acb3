/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernel's functions by name. pahole writes a FUNC for each that has an address, which is nearly what
 * ftrace can probe: of 44,134 and 49,766 names in Debian's 6.1 and 6.12, ftrace knows 36,492 and 41,492; the
 * rest is __init or notrace, which BTF does not tell. What trace events are made of is notrace always and
 * is left out here.
 */
#include "debuginfo/kernel.h"

bool proto_params(Kernel *k, uint32_t proto_id, const Param **ret, unsigned *ret_n, bool *ret_variadic) {
        const struct btf_type *proto = btf__type_by_id(k->btf, proto_id);
        if (!proto || !btf_is_func_proto(proto))
                return false;
        const struct btf_param *p = btf_params(proto);
        unsigned n = btf_vlen(proto);
        *ret_variadic = n && !p[n - 1].type;
        n -= *ret_variadic;
        Param *params = n ? arena_array(k->arena, Param, n) : NULL;
        for (unsigned i = 0; i < n; i++)
                params[i] = (Param) { btf_name(k->btf, p[i].name_off), type_ref(k, p[i].type) };
        *ret = params;
        *ret_n = n;
        return true;
}

/* Parts of trace events; those with a `__data` parameter are no function of that name by chance. */
static const struct { const char *prefix; bool has_data; } left_out[] = {
        { "__pfx_", false },
        { "__bpf_trace_", true },
        { "perf_trace_", true },
        { "trace_event_raw_event_", true },
        { "trace_raw_output_", false },
        { "trace_event_get_offsets_", false },
};

static bool first_param_is(const FunctionInfo *f, const char *name) {
        return f->n_params && strcmp(f->params[0].name, name) == 0;
}

static bool is_left_out(const FunctionInfo *f) {
        if (*f->name != '_' && *f->name != 't' && *f->name != 'p')
                return false;
        for (size_t i = 0; i < ELEMENTSOF(left_out); i++)
                if (strncmp(f->name, left_out[i].prefix, strlen(left_out[i].prefix)) == 0)
                        return !left_out[i].has_data || first_param_is(f, "__data");
        return false;
}

static int compare_functions(const void *a, const void *b) {
        return strcmp((*(FunctionInfo *const *) a)->name, (*(FunctionInfo *const *) b)->name);
}

static bool same_types(const FunctionInfo *a, const FunctionInfo *b) {
        if (a->result != b->result || a->n_params != b->n_params)
                return false;
        for (unsigned i = 0; i < a->n_params; i++)
                if (a->params[i].type != b->params[i].type)
                        return false;
        return true;
}

/*
 * pahole before 1.25 writes a FUNC for each of several static functions of one name. When only the names of
 * the parameters differ, one stands for all (the real system call, not its stub in sys_ni.c); when the types
 * do, nobody can tell which one a hit comes from, and it has no parameters that could be trusted.
 */
static size_t merge_duplicates(FunctionInfo **f, size_t n) {
        size_t kept = 0;
        for (size_t i = 0; i < n; i++) {
                FunctionInfo *last = kept ? f[kept - 1] : NULL;
                if (!last || strcmp(last->name, f[i]->name) != 0) {
                        f[kept++] = f[i];
                } else if (last->is_ambiguous || !same_types(last, f[i])) {
                        last->is_ambiguous = true;
                        last->params = NULL;
                        last->n_params = 0;
                        last->is_variadic = false;
                } else if (first_param_is(last, "__unused")) {
                        f[kept - 1] = f[i];
                }
        }
        return kept;
}

static FunctionInfo *read_function(Kernel *k, const struct btf_type *t) {
        FunctionInfo *f = arena_new0(k->arena, FunctionInfo);
        f->name = btf_name(k->btf, t->name_off);
        f->module = k->module;
        if (!*f->name || !proto_params(k, t->type, &f->params, &f->n_params, &f->is_variadic))
                return NULL;
        if (is_left_out(f))
                return NULL;
        f->result = type_ref(k, btf__type_by_id(k->btf, t->type)->type);
        return f;
}

int functions_index(Kernel *k) {
        size_t n = 0;
        for (uint32_t id = type_first(k); id < k->n_types; id++)
                n += btf_is_func(btf__type_by_id(k->btf, id));
        k->functions = arena_array(k->arena, FunctionInfo *, n + 1);
        n = 0;
        for (uint32_t id = type_first(k); id < k->n_types; id++) {
                const struct btf_type *t = btf__type_by_id(k->btf, id);
                FunctionInfo *f = btf_is_func(t) ? read_function(k, t) : NULL;
                if (f)
                        k->functions[n++] = f;
        }
        qsort(k->functions, n, sizeof(*k->functions), compare_functions);
        k->n_functions = merge_duplicates(k->functions, n);
        name_index_init(k->arena, &k->function_names, k->n_functions);
        for (size_t i = 0; i < k->n_functions; i++)
                name_index_add(&k->function_names, k->functions[i]->name, (uint32_t) i + 1);
        return 0;
}

const FunctionInfo *kernel_find_function(Kernel *k, const char *name) {
        NameSearch s = name_index_search(&k->function_names, name);
        for (uint32_t i; (i = name_search_next(&s));)
                if (strcmp(k->functions[i - 1]->name, name) == 0)
                        return k->functions[i - 1];
        return NULL;
}

const FunctionInfo *const *kernel_functions(Kernel *k, size_t *ret_n) {
        *ret_n = k->n_functions;
        return (const FunctionInfo *const *) k->functions;
}
