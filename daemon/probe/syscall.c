/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * System calls by the name that user space knows them by; the tapset's syscall.* are aliases of these. At
 * the entry as at the return the arguments are in the caller's registers, under the names and with the types
 * of the kernel's SYSCALL_DEFINE. Pointers among them are the caller's.
 */
#include "probe/families.h"
#include "probe/point.h"
#include "probe/syscalls.h"

static const char *const patterns[] = { "__syscall(string)", "__syscall(string).return", NULL };

typedef struct {
        const Syscall *call;
        Param params[SYSCALL_MAX_PARAMS];
        unsigned n_params;
        const TypeRef *result;
} SyscallPlace;

/* ---- types: "const char *filename" is the type up to the last word, and the name */

static Param read_param(ProbeWorld *w, const char *text) {
        size_t n = strlen(text);
        while (n > 0 && text[n - 1] != ' ' && text[n - 1] != '*')
                n--;
        const char *type = arena_strndup(w->arena, text, n);
        const TypeRef *t = kernel_find_type(w->kernel, type);
        if (!t && strchr(type, '*'))
                t = kernel_find_type(w->kernel, "void *");
        return (Param) { text + n, t };
}

static SyscallPlace *read_call(ProbeWorld *w, const Syscall *call) {
        SyscallPlace *s = arena_new0(w->arena, SyscallPlace);
        s->call = call;
        for (; call->params[s->n_params]; s->n_params++)
                s->params[s->n_params] = read_param(w, call->params[s->n_params]);
        s->result = kernel_find_type(w->kernel, "long");
        return s;
}

/* ---- resolving */

static bool kernel_has(ProbeWorld *w, const Syscall *call) {
        return kernel_find_function(w->kernel, call->symbol) || kernel_find_function(w->kernel, call->stub);
}

static void add_place(ProbeWorld *w, const ProbePoint *p, const Syscall *call, bool is_return, bool is_glob,
                      ProbePlaceVec *ret) {
        const char *suffix = is_return ? ".return" : "";
        const char *point = arena_printf(w->arena, "syscall.%s%s", call->name, suffix);
        ProbePlace *place = place_add(w, &probe_family_syscall, p, point, ret);
        place->function = call->symbol;
        place->is_return = is_return;
        place->user_pointers = true;
        place->detail = read_call(w, call);
        place->attach = (ProbeAttach) {
                .kind = is_return ? STP_SYSCALL_RETURN : STP_SYSCALL,
                .symbol = call->symbol,
                .number = call->number,
                .may_fail = is_glob,
        };
}

static int no_such_call(ProbeWorld *w, const ProbePoint *p, const char *name) {
        if (w->optional)
                return PROBE_FAILED;
        unsigned n;
        const Syscall *all = syscalls_all(&n);
        const char **names = arena_array(w->arena, const char *, n);
        for (unsigned i = 0; i < n; i++)
                names[i] = all[i].name;
        Diag *d = diag_add(w->diags, DIAG_E0406, p->span, "kernel %s has no system call `%s`",
                           kernel_release(w->kernel), name);
        const char *near = syscalls_find(name) ? NULL : diag_suggest(name, names, n);
        if (near)
                diag_hint(w->diags, d, "did you mean `%s`?", near);
        return PROBE_FAILED;
}

static int resolve(ProbeWorld *w, const ProbePoint *p, ProbePlaceVec *ret) {
        unsigned form, n;
        int r = point_form(w, p, patterns, &form);
        if (r != PROBE_DONE)
                return r;
        if (!world_has_kernel(w, p))
                return PROBE_FAILED;
        const char *name = point_string(p, 0);
        bool is_glob = probe_is_glob(name);
        size_t before = ret->n;
        const Syscall *all = syscalls_all(&n);
        for (unsigned i = 0; i < n; i++)
                if (probe_glob(name, all[i].name) && kernel_has(w, &all[i]))
                        add_place(w, p, &all[i], form == 1, is_glob, ret);
        return ret->n > before || is_glob ? PROBE_DONE : no_such_call(w, p, name);
}

/* ---- target variables */

static Expr *target(ProbeWorld *w, const ProbePlace *place, const char *name, Span span) {
        const SyscallPlace *s = place->detail;
        unsigned n;
        if (place->is_return && strcmp(name, "$return") == 0)
                return context_value(w, CONTEXT_RETURN, 0, s->result, span);
        int i = target_find_param(s->params, s->n_params, name);
        if (i < 0 && target_arg_number(name, &n) && n < s->n_params)
                i = (int) n;
        return i >= 0 ? context_value(w, CONTEXT_SYSCALL_ARG, (unsigned) i, s->params[i].type, span) : NULL;
}

static void targets(ProbeWorld *w, const ProbePlace *place, TargetInfoVec *ret) {
        const SyscallPlace *s = place->detail;
        for (unsigned i = 0; i < s->n_params; i++)
                target_add(w, &s->params[i], ret);
        if (place->is_return)
                vec_push(w->arena, ret, ((TargetInfo) { "$return", s->result }));
}

static const char *text(ProbeWorld *w, const ProbePlace *place, const char *name) {
        const SyscallPlace *s = place->detail;
        return strcmp(name, "$$name") == 0 ? s->call->name : NULL;
}

const ProbeFamily probe_family_syscall = {
        .name = "syscall",
        .patterns = patterns,
        .resolve = resolve,
        .target = target,
        .targets = targets,
        .text = text,
};
