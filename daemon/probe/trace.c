/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tracepoints, as "NAME" or "SYSTEM:NAME" with wildcards in both. Arguments have the names that the event's
 * prototype gives them, also for tracepoints that have no event. */
#include "probe/args.h"
#include "probe/families.h"
#include "probe/point.h"

static const char *const patterns[] = { "kernel.trace(string)", NULL };

/* "sched:sched_switch" */
static const char *full_name(ProbeWorld *w, const TracepointInfo *t) {
        return *t->system ? arena_printf(w->arena, "%s:%s", t->system, t->name) : t->name;
}

static void add_place(ProbeWorld *w, const ProbePoint *p, const TracepointInfo *t, bool is_glob,
                      ProbePlaceVec *ret) {
        const char *point = arena_printf(w->arena, "kernel.trace(\"%s\")", full_name(w, t));
        ProbePlace *place = place_add(w, &probe_family_trace, p, point, ret);
        place->detail = t;
        place->attach = (ProbeAttach) { .kind = STP_TRACEPOINT, .symbol = t->name, .may_fail = is_glob };
}

static bool no_tracepoints(ProbeWorld *w, const ProbePoint *p, size_t n) {
        if (n > 0)
                return false;
        diag_add(w->diags, DIAG_E0402, p->span, "the BTF of kernel %s has no tracepoints",
                 kernel_release(w->kernel));
        return true;
}

static int no_such_tracepoint(ProbeWorld *w, const ProbePoint *p, const char *name) {
        if (w->optional)
                return PROBE_FAILED;
        size_t n;
        const TracepointInfo *const *all = kernel_tracepoints(w->kernel, &n);
        const char **names = arena_array(w->arena, const char *, n + 1);
        for (size_t i = 0; i < n; i++)
                names[i] = all[i]->name;
        Diag *d = diag_add(w->diags, DIAG_E0405, point_span(p, 1), "kernel %s has no tracepoint `%s`",
                           kernel_release(w->kernel), point_string(p, 1));
        diag_note(w->diags, d, SPAN_NONE, "tracepoints of modules are not known yet");
        const char *near = diag_suggest(name, names, n);
        const TracepointInfo *t = NULL;
        for (size_t i = 0; near && i < n; i++)
                t = all[i]->name == near ? all[i] : t;
        if (t)
                diag_hint(w->diags, d, "did you mean `%s`?", full_name(w, t));
        return PROBE_FAILED;
}

static int resolve(ProbeWorld *w, const ProbePoint *p, ProbePlaceVec *ret) {
        unsigned form;
        int r = point_form(w, p, patterns, &form);
        if (r != PROBE_DONE)
                return r;
        size_t n = 0, found = ret->n;
        const TracepointInfo *const *all = w->kernel ? kernel_tracepoints(w->kernel, &n) : NULL;
        if (!world_has_kernel(w, p) || no_tracepoints(w, p, n))
                return PROBE_FAILED;

        const char *text = point_string(p, 1), *colon = strchr(text, ':');
        const char *system = colon ? arena_strndup(w->arena, text, (size_t) (colon - text)) : "*";
        const char *name = colon ? colon + 1 : text;
        bool is_glob = probe_is_glob(text);
        for (size_t i = 0; i < n; i++)
                if (probe_glob(name, all[i]->name) && probe_glob(system, all[i]->system))
                        add_place(w, p, all[i], is_glob, ret);
        return ret->n > found || is_glob ? PROBE_DONE : no_such_tracepoint(w, p, name);
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
