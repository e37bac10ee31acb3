/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Probe points of the language that this version does not have. They get an error that says so, and what to
 * use instead, where a misspelt one gets a guess. As ever, the error only counts where the point must exist.
 */
#include "probe/families.h"
#include "probe/point.h"

/* `second` NULL: the first takes an argument, which no alias of that name does. */
static const struct { const char *first, *second, *instead; } absent[] = {
        { "kernel", "statement", "kernel.function(\"NAME\")" },
        { "kernel", "data", NULL },
        { "kernel", "mark", "kernel.trace(\"NAME\")" },
        { "module", "statement", "module(\"NAME\").function(\"NAME\")" },
        { "kprobe", "statement", "kprobe.function(\"NAME\")" },
        { "process", NULL, NULL },
        { "process", "begin", NULL },
        { "process", "end", NULL },
        { "process", "thread", NULL },
        { "process", "syscall", "syscall.NAME" },
        { "process", "function", NULL },
        { "process", "mark", NULL },
        { "perf", "type", NULL },
        { "perf", "hw", NULL },
        { "perf", "sw", "timer.hz(N)" },
        { "procfs", NULL, NULL },
        { "procfs", "read", NULL },
        { "procfs", "write", NULL },
        { "netfilter", "hook", "kernel.function(\"NAME\")" },
        { "java", NULL, NULL },
        { "python3", "module", NULL },
};

/* Forms of kernel.function() that need the places of inlined code, labels and lines. */
static const char *const function_suffixes[] = { "inline", "exported", "callee", "callees", "label" };

static int complain(ProbeWorld *w, const ProbePoint *p, const char *what, const char *instead) {
        Diag *d = diag_add(w->diags, DIAG_E0407, p->span, "this version has no `%s` probes", what);
        if (instead)
                diag_hint(w->diags, d, "use %s", instead);
        return PROBE_FAILED;
}

static int resolve_suffix(ProbeWorld *w, const ProbePoint *p) {
        if (p->components.n < 3 || strcmp(p->components.items[1].name, "function") != 0)
                return PROBE_FOREIGN;
        const char *name = p->components.items[2].name;
        for (size_t i = 0; i < ELEMENTSOF(function_suffixes); i++)
                if (strcmp(name, function_suffixes[i]) == 0)
                        return complain(w, p, arena_printf(w->arena, "function(...).%s", name), NULL);
        return PROBE_FOREIGN;
}

static bool is_absent(const ProbePoint *p, const char *first, const char *second) {
        const ProbeComponent *c = p->components.items;
        if (strcmp(c->name, first) != 0)
                return false;
        return second ? p->components.n > 1 && strcmp(c[1].name, second) == 0 : c->arg != NULL;
}

static const char *join(Arena *a, const char *first, const char *second) {
        return second ? arena_printf(a, "%s.%s", first, second) : first;
}

static int resolve(ProbeWorld *w, const ProbePoint *p, ProbePlaceVec *ret) {
        if (p->components.n == 0)
                return PROBE_FOREIGN;
        for (size_t i = 0; i < ELEMENTSOF(absent); i++) {
                const char *first = absent[i].first, *second = absent[i].second;
                if (is_absent(p, first, second))
                        return complain(w, p, join(w->arena, first, second), absent[i].instead);
        }
        return resolve_suffix(w, p);
}

static const char *const patterns[] = { NULL };

const ProbeFamily probe_family_absent = { .name = "absent", .patterns = patterns, .resolve = resolve };
