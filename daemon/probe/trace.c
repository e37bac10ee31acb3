/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tracepoints, as "NAME" or "SYSTEM:NAME" with wildcards in both, of the kernel and of modules. Arguments
 * have the names that the event's prototype gives them, also for tracepoints that have no event. Modules
 * call their events after themselves, so kernel.trace("ext4:NAME"), and kernel.trace("ext4_NAME") when the
 * kernel has none, are looked for there.
 */
#include "probe/args.h"
#include "probe/families.h"
#include "probe/modules.h"
#include "probe/point.h"

static const char *const patterns[] = { "kernel.trace(string)", "kernel.tracepoint(string)",
                                        "module(string).trace(string)", "module(string).tracepoint(string)", NULL };

typedef struct {
        ProbeWorld *w;
        const ProbePoint *p;
        const char *start;           /* "kernel.trace" */
        const char *system, *name;   /* patterns; "*": none was written */
        bool may_fail;
        ProbePlaceVec *ret;
} Request;

/* "sched:sched_switch" */
static const char *full_name(ProbeWorld *w, const TracepointInfo *t) {
        return *t->system ? arena_printf(w->arena, "%s:%s", t->system, t->name) : t->name;
}

static void add_place(const Request *r, const TracepointInfo *t) {
        const char *point = arena_printf(r->w->arena, "%s(\"%s\")", r->start, full_name(r->w, t));
        ProbePlace *place = place_add(r->w, &probe_family_trace, r->p, point, r->ret);
        place->detail = t;
        place->module = t->module;
        place->attach = (ProbeAttach) { .kind = STP_TRACEPOINT, .symbol = t->name,
                                        .may_fail = r->may_fail };
}

static void add_matching(const Request *r, Kernel *k) {
        size_t n;
        const TracepointInfo *const *all = kernel_tracepoints(k, &n);
        for (size_t i = 0; i < n; i++)
                if (probe_glob(r->name, all[i]->name) && probe_glob(r->system, all[i]->system))
                        add_place(r, all[i]);
}

static bool no_tracepoints(ProbeWorld *w, const ProbePoint *p) {
        size_t n;
        (void) kernel_tracepoints(w->kernel, &n);
        if (n > 0)
                return false;
        diag_add(w->diags, DIAG_E0402, p->span, "the BTF of kernel %s has no tracepoints",
                 kernel_release(w->kernel));
        return true;
}

static const TracepointInfo *nearest(ProbeWorld *w, const char *name) {
        size_t n;
        const TracepointInfo *const *all = kernel_tracepoints(w->kernel, &n), *t = NULL;
        const char **names = arena_array(w->arena, const char *, n + 1);
        for (size_t i = 0; i < n; i++)
                names[i] = all[i]->name;
        const char *near = diags_full(w->diags) ? NULL : diag_suggest(name, names, n);
        for (size_t i = 0; near && i < n; i++)
                t = names[i] == near ? all[i] : t;
        return t;
}

static int no_such_tracepoint(const Request *r) {
        ProbeWorld *w = r->w;
        if (w->optional)
                return PROBE_FAILED;
        bool in_module = r->p->components.items[0].arg;
        Diag *d = diag_add(w->diags, DIAG_E0405, point_span(r->p, 1), "%s %s has no tracepoint `%s`",
                           in_module ? "module" : "kernel",
                           in_module ? point_string(r->p, 0) : kernel_release(w->kernel),
                           point_string(r->p, 1));
        const TracepointInfo *t = in_module ? NULL : nearest(w, r->name);
        if (!in_module)
                diag_note(w->diags, d, SPAN_NONE,
                          "those of a module are module(\"NAME\").tracepoint(\"...\")");
        bool entry = strncmp(r->name, "sys_enter_", 10) == 0, exit = strncmp(r->name, "sys_exit_", 9) == 0;
        if (entry || exit) /* events that ftrace makes of raw_syscalls:sys_enter and sys_exit */
                diag_hint(w->diags, d, "use `syscall.%s%s`", r->name + (entry ? 10 : 9), entry ? "" : ".return");
        else if (t)
                diag_hint(w->diags, d, "did you mean `%s`?", full_name(w, t));
        return PROBE_FAILED;
}

static Kernel *module_at(const Request *r, const char *text, size_t len) {
        return kernel_module(r->w->kernel, arena_strndup(r->w->arena, text, len));
}

/* "ext4:NAME", or "ext4_NAME" of a module that is called as the name begins. */
static void add_by_prefix(const Request *r, bool has_system) {
        const char *text = has_system ? r->system : r->name;
        size_t before = r->ret->n, fixed = strcspn(text, "*?[");
        if (has_system && text[fixed])
                return;
        for (size_t n = has_system ? fixed : 0; r->ret->n == before && n <= fixed; n++) {
                bool word = n > 0 && (text[n] == '_' || has_system);
                Kernel *module = word ? module_at(r, text, n) : NULL;
                if (module)
                        add_matching(r, module);
        }
}

static void add_of_module(void *userdata, Kernel *module) {
        Request *q = userdata;
        const char *what = q->p->components.items[1].name;
        q->start = arena_printf(q->w->arena, "module(\"%s\").%s", kernel_module_name(module), what);
        add_matching(q, module);
}

static bool tracepoint_matches(const char *name, const void *pattern) {
        return probe_glob(pattern, name);
}

static int add_places(Request *q, bool has_system) {
        if (q->p->components.items[0].arg)
                return modules_each(q->w, q->p, tracepoint_matches, q->name, add_of_module, q);
        if (!world_has_kernel(q->w, q->p) || no_tracepoints(q->w, q->p))
                return PROBE_FAILED;
        size_t before = q->ret->n;
        q->start = arena_printf(q->w->arena, "kernel.%s", q->p->components.items[1].name);
        add_matching(q, q->w->kernel);
        if (q->ret->n == before)
                add_by_prefix(q, has_system);
        return PROBE_DONE;
}

static int resolve(ProbeWorld *w, const ProbePoint *p, ProbePlaceVec *ret) {
        unsigned form;
        int r = point_form(w, p, patterns, &form);
        if (r != PROBE_DONE)
                return r;
        const char *text = point_string(p, 1), *colon = strchr(text, ':');
        bool in_module = p->components.items[0].arg;
        bool is_glob = probe_is_glob(text) || (in_module && probe_is_glob(point_string(p, 0)));
        size_t before = ret->n;
        Request q = { .w = w, .p = p, .ret = ret, .may_fail = is_glob || in_module,
                      .system = colon ? arena_strndup(w->arena, text, (size_t) (colon - text)) : "*",
                      .name = colon ? colon + 1 : text };
        r = add_places(&q, colon != NULL);
        return r != PROBE_DONE || ret->n > before || is_glob ? r : no_such_tracepoint(&q);
}

/* The private data takes the first slot of the call, and is not among the arguments. */
static Expr *param_value(ProbeWorld *w, const TracepointInfo *t, unsigned i, Span span) {
        unsigned slot;
        if (!args_slot(t->params, t->n_params, i, /* first= */ 1, &slot))
                return NULL;
        return context_value(w, CONTEXT_TRACE_ARG, slot - 1, t->params[i].type, span);
}

static Expr *target(ProbeWorld *w, const ProbePlace *place, const char *name, Span span) {
        const TracepointInfo *t = place->detail;
        unsigned n;
        int i = target_find_param(t->params, t->n_params, name);
        if (i < 0 && target_arg_number(name, &n) && n < t->n_params)
                i = (int) n;
        return i >= 0 ? param_value(w, t, (unsigned) i, span) : NULL;
}

static void targets(ProbeWorld *w, const ProbePlace *place, TargetInfoVec *ret) {
        const TracepointInfo *t = place->detail;
        for (unsigned i = 0; i < t->n_params; i++)
                if (*t->params[i].name && param_value(w, t, i, SPAN_NONE))
                        target_add(w, &t->params[i], ret);
}

static const char *text(ProbeWorld *w, const ProbePlace *place, const char *name) {
        const TracepointInfo *t = place->detail;
        if (strcmp(name, "$$name") == 0)
                return t->name;
        return strcmp(name, "$$system") == 0 ? t->system : NULL;
}

const ProbeFamily probe_family_trace = {
        .name = "trace",
        .patterns = patterns,
        .resolve = resolve,
        .target = target,
        .targets = targets,
        .text = text,
};
