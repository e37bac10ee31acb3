/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Entries and returns of kernel functions by name. kernel.function() knows those with a prototype in BTF;
 * kprobe.function() takes any other name as well and leaves it to the kernel whether it exists. Neither
 * knows source files: "NAME@*" is any file, another file would need DWARF.
 */
#include <ctype.h>
#include "probe/args.h"
#include "probe/families.h"
#include "probe/point.h"

#define MAXACTIVE_MAX 65535

#define PATTERNS(root) { root, root ".call", root ".return", root ".return.maxactive(number)", NULL }
static const char *const function_patterns[] = PATTERNS("kernel.function(string)");
static const char *const kprobe_patterns[] = PATTERNS("kprobe.function(string)");

/* ---- resolving */

typedef struct {
        ProbeWorld *w;
        const ProbeFamily *family;
        const ProbePoint *p;
        const char *name;      /* or pattern, without @file */
        const char *start, *end; /* what stands around it: "kernel.function(", ".return" */
        ProbeAttach attach;
        ProbePlaceVec *ret;
} Request;

static void add_place(const Request *r, const FunctionInfo *f, bool is_glob) {
        const char *point = arena_printf(r->w->arena, "%s(\"%s\")%s", r->start, f->name, r->end);
        ProbePlace *place = place_add(r->w, r->family, r->p, point, r->ret);
        place->function = f->name;
        place->is_return = r->attach.kind == STP_FUNCTION_RETURN;
        place->detail = f;
        place->attach = r->attach;
        place->attach.symbol = f->name;
        place->attach.may_fail = is_glob;
}

static void add_matching(const Request *r) {
        size_t n, fixed = strcspn(r->name, "*?[");
        const FunctionInfo *const *all = kernel_functions(r->w->kernel, &n);
        for (size_t i = 0; i < n; i++)
                if (strncmp(all[i]->name, r->name, fixed) == 0 && probe_glob(r->name, all[i]->name))
                        add_place(r, all[i], true);
}

static const char *nearest_function(const Request *r) {
        size_t n;
        const FunctionInfo *const *all = kernel_functions(r->w->kernel, &n);
        const char **names = arena_array(r->w->arena, const char *, n + 1);
        for (size_t i = 0; i < n; i++)
                names[i] = all[i]->name;
        return diag_suggest(r->name, names, n);
}

static int no_such_function(const Request *r) {
        if (r->w->optional)
                return PROBE_FAILED;
        Diags *diags = r->w->diags;
        Diag *d = diag_add(diags, DIAG_E0403, point_span(r->p, 1), "kernel %s has no function `%s` to probe",
                           kernel_release(r->w->kernel), r->name);
        diag_note(diags, d, SPAN_NONE, "static functions may have been inlined into their callers");
        const char *near = diags_full(diags) ? NULL : nearest_function(r);
        if (near)
                diag_hint(diags, d, "did you mean `%s`?", near);
        return PROBE_FAILED;
}

/* One that BTF does not have: the kernel will say whether it exists. */
static int add_unknown(const Request *r) {
        FunctionInfo *f = arena_new0(r->w->arena, FunctionInfo);
        f->name = arena_strdup(r->w->arena, r->name);
        f->is_ambiguous = true;
        add_place(r, f, false);
        return PROBE_DONE;
}

static int add_named(const Request *r) {
        const FunctionInfo *f = r->w->kernel ? kernel_find_function(r->w->kernel, r->name) : NULL;
        if (!f)
                return r->family == &probe_family_kprobe ? add_unknown(r) : no_such_function(r);
        add_place(r, f, false);
        return PROBE_DONE;
}

/* The name before `@`. NULL, with an error: there is a file that BTF cannot hold it against. */
static const char *split_name(ProbeWorld *w, const ProbePoint *p) {
        const char *text = point_string(p, 1), *at = strchr(text, '@');
        if (!at || strcmp(at, "@*") == 0)
                return at ? arena_strndup(w->arena, text, (size_t) (at - text)) : text;
        Diag *d = diag_add(w->diags, DIAG_E0404, point_span(p, 1), "BTF does not know source files");
        diag_hint(w->diags, d, "leave `%s` out", at);
        return NULL;
}

static bool name_is_valid(ProbeWorld *w, const ProbePoint *p, const char *name) {
        size_t n = 0;
        while (isalnum((unsigned char) name[n]) || (name[n] && strchr("_.$*?[]^!-", name[n])))
                n++;
        if (n > 0 && !name[n])
                return true;
        diag_add(w->diags, DIAG_E0401, point_span(p, 1), "this is no name of a function");
        return false;
}

static int read_maxactive(ProbeWorld *w, const ProbePoint *p, ProbeAttach *attach) {
        if (p->components.n < 4)
                return PROBE_DONE;
        int64_t n = point_number(p, 3);
        if (n < 1 || n > MAXACTIVE_MAX) {
                diag_add(w->diags, DIAG_E0401, point_span(p, 3), "maxactive() takes a number from 1 to %d",
                         MAXACTIVE_MAX);
                return PROBE_FAILED;
        }
        attach->maxactive = (unsigned) n;
        return PROBE_DONE;
}

/* ".return.maxactive(3)": what the user wrote behind the name. */
static const char *suffix(ProbeWorld *w, const ProbePoint *p) {
        ProbePoint rest = { .components = p->components };
        rest.components.items += 2;
        rest.components.n -= 2;
        return rest.components.n ? arena_printf(w->arena, ".%s", probe_point_text(w->arena, &rest)) : "";
}

static int resolve_in(const ProbeFamily *family, ProbeWorld *w, const ProbePoint *p, ProbePlaceVec *ret) {
        unsigned form;
        int r = point_form(w, p, family->patterns, &form);
        if (r != PROBE_DONE)
                return r;
        Request q = { .w = w, .family = family, .p = p, .ret = ret };
        q.attach.kind = pattern_has(family->patterns[form], "return") ? STP_FUNCTION_RETURN : STP_FUNCTION;
        q.start = family == &probe_family_kprobe ? "kprobe.function" : "kernel.function";
        q.end = suffix(w, p);
        q.name = split_name(w, p);
        if (!q.name || !name_is_valid(w, p, q.name) || read_maxactive(w, p, &q.attach) != PROBE_DONE)
                return PROBE_FAILED;
        bool is_glob = probe_is_glob(q.name);
        if ((is_glob || family != &probe_family_kprobe) && !world_has_kernel(w, p))
                return PROBE_FAILED;
        if (!is_glob)
                return add_named(&q);
        add_matching(&q);
        return PROBE_DONE;
}

static int resolve_function(ProbeWorld *w, const ProbePoint *p, ProbePlaceVec *ret) {
        return resolve_in(&probe_family_function, w, p, ret);
}

static int resolve_kprobe(ProbeWorld *w, const ProbePoint *p, ProbePlaceVec *ret) {
        return resolve_in(&probe_family_kprobe, w, p, ret);
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

const ProbeFamily probe_family_kprobe = {
        .name = "kprobe",
        .patterns = kprobe_patterns,
        .resolve = resolve_kprobe,
        .target = target,
        .targets = targets,
};
