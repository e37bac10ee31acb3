/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Probe points of the language that this version does not have. They get an error that says so, and what to
 * use instead, where a misspelt one gets a guess. As ever, the error only counts where the point must exist.
 */
#include "probe/families.h"
#include "probe/point.h"

#define PROGRAMS "nothing is attached to programs yet"
#define PLACES "it takes DWARF to know the places inside of functions, and only BTF is read yet"
#define FILES "a script takes no input while it runs; its arguments and -G are set when it starts"

/* And all that begins so, unless it is an alias. */
static const struct { const char *name, *why, *instead; } absent[] = {
        { "process", PROGRAMS,
          "syscall.NAME, kernel.trace(\"sched_process_exec\") or kernel.function(\"NAME\") with pid()" },
        { "perf", "the processor's counters are not read yet", "timer.profile or timer.hz(N)" },
        { "procfs", FILES, NULL },
        { "input", FILES, NULL },
        { "netfilter", "there are no hooks into the network's filters yet",
          "kernel.function(\"nf_hook_slow\") or kernel.function(\"ip_rcv\")" },
        { "java", PROGRAMS, NULL },
        { "python2", PROGRAMS, NULL },
        { "python3", PROGRAMS, NULL },
        { "python", PROGRAMS, NULL },
        { "debuginfod", PROGRAMS, NULL },
        { "stap", PROGRAMS, NULL },
        { "staprun", PROGRAMS, NULL },
        { "prometheus", "scripts serve no pages", "stapctl metrics" },
        { "json_data", "scripts serve no pages", "printf and the events of stapctl run --json" },
        { "lsm", "they belong to SystemTap's BPF backend", "kernel.function(\"security_NAME\")" },
        { "kernel.statement", PLACES, "kernel.function(\"NAME\")" },
        { "kernel.data", "there are no breakpoints on data yet", NULL },
        { "kernel.mark", "the kernel has no marks any more", "kernel.trace(\"NAME\")" },
        { "kernel.lsm", "they belong to SystemTap's BPF backend", "kernel.function(\"security_NAME\")" },
        { "module.statement", PLACES, "module(\"NAME\").function(\"NAME\")" },
        { "kprobe.statement", "functions are probed by name only", "kprobe.function(\"NAME\")" },
};

/* Forms of kernel.function() that need the places of inlined code, labels and lines. */
static const char *const function_suffixes[] = { "inline", "exported", "callee", "callees", "label" };

static int complain(ProbeWorld *w, const ProbePoint *p, const char *what, const char *why,
                    const char *instead) {
        Diag *d = diag_add(w->diags, DIAG_E0407, p->span, "this version has no `%s` probes", what);
        diag_note(w->diags, d, SPAN_NONE, "%s", why);
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
                        return complain(w, p, arena_printf(w->arena, "function(...).%s", name), PLACES,
                                        /* instead= */ NULL);
        return PROBE_FOREIGN;
}

/* Does the point begin with these components? */
static bool begins(const ProbePoint *p, const char *name) {
        for (size_t i = 0; *name; i++) {
                size_t n = strcspn(name, ".");
                if (i >= p->components.n || strlen(p->components.items[i].name) != n ||
                    strncmp(p->components.items[i].name, name, n) != 0)
                        return false;
                name += n + (name[n] == '.');
        }
        return true;
}

static int resolve(ProbeWorld *w, const ProbePoint *p, ProbePlaceVec *ret) {
        for (size_t i = 0; i < ELEMENTSOF(absent); i++)
                if (begins(p, absent[i].name))
                        return complain(w, p, absent[i].name, absent[i].why, absent[i].instead);
        return resolve_suffix(w, p);
}

static const char *const patterns[] = { NULL };

const ProbeFamily probe_family_absent = { .name = "absent", .patterns = patterns, .resolve = resolve };
