/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Entries and returns of functions by name, in the kernel and in modules. kernel.function() and
 * module().function() know those with a prototype in BTF; kprobe.function() takes any other name as well and
 * leaves it to the kernel whether it exists. None knows source files: "NAME@*" is any file, another file
 * would need DWARF.
 */
#include <ctype.h>
#include "probe/args.h"
#include "probe/families.h"
#include "probe/modules.h"
#include "probe/point.h"
#include "probe/syscalls.h"

#define MAXACTIVE_MAX 65535

#define PATTERNS(root) root, root ".call", root ".return", root ".return.maxactive(number)"
static const char *const function_patterns[] = { PATTERNS("kernel.function(string)"), NULL };
static const char *const module_patterns[] = { PATTERNS("module(string).function(string)"), NULL };
static const char *const kprobe_patterns[] = { PATTERNS("kprobe.function(string)"),
                                               PATTERNS("kprobe.module(string).function(string)"), NULL };

/* ---- resolving */

typedef struct {
        ProbeWorld *w;
        const ProbeFamily *family;
        const ProbePoint *p;
        size_t at;             /* the component `function("NAME")` */
        Kernel *kernel;        /* or the module; NULL: not known */
        const char *name;      /* or pattern, without @file */
        const char *start, *end; /* what stands around it: "kernel.function(", ".return" */
        ProbeAttach attach;
        bool may_fail;         /* one of many, or of a module that need not be loaded */
        ProbePlaceVec *ret;
} Request;

static void add_place(const Request *r, const FunctionInfo *f) {
        const char *point = arena_printf(r->w->arena, "%s(\"%s\")%s", r->start, f->name, r->end);
        ProbePlace *place = place_add(r->w, r->family, r->p, point, r->ret);
        place->function = f->name;
        place->module = f->module;
        place->is_return = r->attach.kind == STP_FUNCTION_RETURN;
        place->detail = f;
        place->attach = r->attach;
        place->attach.symbol = f->module ? arena_printf(r->w->arena, "%s:%s", f->module, f->name) : f->name;
        place->attach.may_fail = r->may_fail;
}

static void add_matching(const Request *r) {
        size_t n, fixed = strcspn(r->name, "*?[");
        const FunctionInfo *const *all = kernel_functions(r->kernel, &n);
        for (size_t i = 0; i < n; i++)
                if (strncmp(all[i]->name, r->name, fixed) == 0 && probe_glob(r->name, all[i]->name))
                        add_place(r, all[i]);
}

static const char *nearest_function(const Request *r) {
        size_t n;
        const FunctionInfo *const *all = kernel_functions(r->kernel, &n);
        const char **names = arena_array(r->w->arena, const char *, n + 1);
        for (size_t i = 0; i < n; i++)
                names[i] = all[i]->name;
        return diag_suggest(r->name, names, n);
}

static int no_such_function(const Request *r) {
        if (r->w->optional)
                return PROBE_FAILED;
        Diags *diags = r->w->diags;
        const char *module = kernel_module_name(r->kernel);
        Diag *d = diag_add(diags, DIAG_E0403, point_span(r->p, r->at), "%s %s has no function `%s` to probe",
                           module ? "module" : "kernel", module ?: kernel_release(r->kernel), r->name);
        diag_note(diags, d, SPAN_NONE, "static functions may have been inlined into their callers");
        const char *near = diags_full(diags) ? NULL : nearest_function(r);
        if (r->name[0] == '$' && isdigit((unsigned char) r->name[1]))
                diag_hint(diags, d, "nothing is replaced in quotes; `@%s` is an argument as a string", r->name + 1);
        else if (strncmp(r->name, "sys_", 4) == 0 && syscalls_find(r->name + 4))
                diag_hint(diags, d, "use `syscall.%s`, as the system calls of all kernels are", r->name + 4);
        else if (near)
                diag_hint(diags, d, "did you mean `%s`?", near);
        return PROBE_FAILED;
}

static int add_named(const Request *r) {
        const FunctionInfo *f = kernel_find_function(r->kernel, r->name);
        if (!f)
                return no_such_function(r);
        add_place(r, f);
        return PROBE_DONE;
}

/* One that BTF does not have: the kernel will say whether it exists. */
static int add_unknown(const Request *r, const char *module) {
        FunctionInfo *f = arena_new0(r->w->arena, FunctionInfo);
        f->name = arena_strdup(r->w->arena, r->name);
        f->module = module;
        f->is_ambiguous = true;
        add_place(r, f);
        return PROBE_DONE;
}

/* The name before `@`. NULL, with an error: there is a file that BTF cannot hold it against. */
static const char *split_name(ProbeWorld *w, const ProbePoint *p, size_t i) {
        const char *text = point_string(p, i), *at = strchr(text, '@');
        if (!at || strcmp(at, "@*") == 0)
                return at ? arena_strndup(w->arena, text, (size_t) (at - text)) : text;
        Diag *d = diag_add(w->diags, DIAG_E0404, point_span(p, i), "BTF does not know source files");
        if (at - text == 1 && *text == '*')
                diag_hint(w->diags, d, "name the functions by a part of their names, as `vfs_*`");
        else
                diag_hint(w->diags, d, "leave `%s` out", at);
        return NULL;
}

static bool name_is_valid(ProbeWorld *w, const ProbePoint *p, size_t i, const char *name) {
        size_t n = 0;
        while (isalnum((unsigned char) name[n]) || (name[n] && strchr("_.$*?[]^!-", name[n])))
                n++;
        if (n > 0 && !name[n])
                return true;
        Diag *d = diag_add(w->diags, DIAG_E0401, point_span(p, i), "this is no name of a function");
        if (strchr(name, '{'))
                diag_hint(w->diags, d,
                          "braces stand around components: `kernel.{function(\"a\"),function(\"b\")}`");
        return false;
}

/* `.return.maxactive(N)` */
static int read_maxactive(Request *r) {
        size_t i = r->at + 2;
        if (r->p->components.n <= i)
                return PROBE_DONE;
        int64_t n = point_number(r->p, i);
        if (n < 1 || n > MAXACTIVE_MAX) {
                diag_add(r->w->diags, DIAG_E0401, point_span(r->p, i),
                         "maxactive() takes a number from 1 to %d", MAXACTIVE_MAX);
                return PROBE_FAILED;
        }
        r->attach.maxactive = (unsigned) n;
        return PROBE_DONE;
}

/* ".return.maxactive(3)": what the user wrote behind the name. */
static const char *suffix(const Request *r) {
        ProbePoint rest = { .components = r->p->components };
        rest.components.items += r->at + 1;
        rest.components.n -= r->at + 1;
        return rest.components.n ? arena_printf(r->w->arena, ".%s", probe_point_text(r->w->arena, &rest))
                                 : "";
}

/* What all forms have in common: which one it is, the name, and what stands behind. */
static int read_request(Request *r) {
        unsigned form;
        int result = point_form(r->w, r->p, r->family->patterns, &form);
        if (result != PROBE_DONE)
                return result;
        bool named = r->p->components.items[0].arg || strcmp(r->p->components.items[1].name, "module") == 0;
        r->at = r->family == &probe_family_kprobe && named ? 2 : 1;
        r->attach.kind = pattern_has(r->family->patterns[form], "return") ? STP_FUNCTION_RETURN : STP_FUNCTION;
        r->end = suffix(r);
        r->name = split_name(r->w, r->p, r->at);
        if (!r->name || !name_is_valid(r->w, r->p, r->at, r->name) || read_maxactive(r) != PROBE_DONE)
                return PROBE_FAILED;
        r->may_fail = probe_is_glob(r->name);
        return PROBE_DONE;
}

static int resolve_function(ProbeWorld *w, const ProbePoint *p, ProbePlaceVec *ret) {
        Request q = { .w = w, .family = &probe_family_function, .p = p, .ret = ret, .kernel = w->kernel,
                      .start = "kernel.function" };
        int r = read_request(&q);
        if (r != PROBE_DONE)
                return r;
        if (!world_has_kernel(w, p))
                return PROBE_FAILED;
        if (!probe_is_glob(q.name))
                return add_named(&q);
        add_matching(&q);
        return PROBE_DONE;
}

/* "m:f" for a module that need not be known either. */
static int resolve_kprobe(ProbeWorld *w, const ProbePoint *p, ProbePlaceVec *ret) {
        Request q = { .w = w, .family = &probe_family_kprobe, .p = p, .ret = ret, .kernel = w->kernel,
                      .start = "kprobe.function" };
        int r = read_request(&q);
        if (r != PROBE_DONE)
                return r;
        const char *module = q.at == 2 ? point_string(p, 1) : NULL;
        if (module) {
                q.start = arena_printf(w->arena, "kprobe.module(\"%s\").function", module);
                q.kernel = w->kernel ? kernel_module(w->kernel, module) : NULL;
        } else if (probe_is_glob(q.name) && !world_has_kernel(w, p))
                return PROBE_FAILED;
        if (probe_is_glob(q.name) && q.kernel)
                add_matching(&q);
        else if (q.kernel && kernel_find_function(q.kernel, q.name))
                return add_named(&q);
        else if (!probe_is_glob(q.name))
                return add_unknown(&q, module);
        return PROBE_DONE;
}

static bool function_matches(const char *name, const void *pattern) {
        return probe_glob(pattern, name);
}

/* Those of one module; it may not be loaded when the script is. */
static void add_of_module(void *userdata, Kernel *module) {
        Request *q = userdata;
        q->kernel = module;
        q->start = arena_printf(q->w->arena, "module(\"%s\").function", kernel_module_name(module));
        if (probe_is_glob(q->name) || kernel_find_function(module, q->name))
                add_matching(q);
        else if (!probe_is_glob(point_string(q->p, 0)))
                no_such_function(q);
}

static int resolve_module(ProbeWorld *w, const ProbePoint *p, ProbePlaceVec *ret) {
        Request q = { .w = w, .family = &probe_family_module, .p = p, .ret = ret };
        int r = read_request(&q);
        if (r != PROBE_DONE)
                return r;
        q.may_fail = true;
        size_t before = ret->n;
        r = modules_each(w, p, function_matches, q.name, add_of_module, &q);
        bool failed = ret->n == before && !probe_is_glob(q.name) && !probe_is_glob(point_string(p, 0));
        return r == PROBE_DONE && failed ? PROBE_FAILED : r;
}

/* ---- target variables */

static const TypeRef *result_type(const FunctionInfo *f) {
        return f->is_ambiguous ? NULL : f->result;
}

static bool has_result(const FunctionInfo *f) {
        return f->is_ambiguous || type_kind(f->result) != KIND_VOID;
}

static Expr *param_value(ProbeWorld *w, const FunctionInfo *f, unsigned i, Span span) {
        unsigned slot;
        if (!args_slot(f->params, f->n_params, i, 0, &slot))
                return NULL;
        return context_value(w, CONTEXT_ARG, slot, f->params[i].type, span);
}

static Expr *target(ProbeWorld *w, const ProbePlace *place, const char *name, Span span) {
        const FunctionInfo *f = place->detail;
        unsigned n;
        int i = target_find_param(f->params, f->n_params, name);
        if (i >= 0)
                return param_value(w, f, (unsigned) i, span);
        if (place->is_return && strcmp(name, "$return") == 0)
                return has_result(f) ? context_value(w, CONTEXT_RETURN, 0, result_type(f), span) : NULL;
        if (!target_arg_number(name, &n))
                return NULL;
        if (n < f->n_params)
                return param_value(w, f, n, span);
        return f->is_ambiguous || f->is_variadic ? context_value(w, CONTEXT_ARG, n, NULL, span) : NULL;
}

static void targets(ProbeWorld *w, const ProbePlace *place, TargetInfoVec *ret) {
        const FunctionInfo *f = place->detail;
        for (unsigned i = 0; i < f->n_params; i++)
                if (*f->params[i].name && param_value(w, f, i, SPAN_NONE))
                        target_add(w, &f->params[i], ret);
        if (place->is_return && has_result(f))
                vec_push(w->arena, ret, ((TargetInfo) { "$return", result_type(f) }));
}

const ProbeFamily probe_family_function = {
        .name = "function",
        .patterns = function_patterns,
        .resolve = resolve_function,
        .target = target,
        .targets = targets,
};

const ProbeFamily probe_family_module = {
        .name = "module",
        .patterns = module_patterns,
        .resolve = resolve_module,
        .target = target,
        .targets = targets,
};

const ProbeFamily probe_family_kprobe = {
        .name = "kprobe",
        .patterns = kprobe_patterns,
        .resolve = resolve_kprobe,
        .target = target,
        .targets = targets,
};
