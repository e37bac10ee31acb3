/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Types and enumerators by name, and by where to look: a list with colons of `kernel` and of modules. What
 * stands in <> names a header, whose types we expect to find in the kernel's BTF too. Nothing: the module
 * that is probed, and the kernel. A module has the kernel's types as well.
 */
#include "elaborate/lower.h"

typedef VEC(Kernel *) KernelVec;

static bool part_is_kernel(const char *part, size_t len) {
        return *part == '<' || strncmp(part, "kernel", MIN2(len, (size_t) 6)) == 0 ||
               strncmp(part, "vmlinux", len) == 0;
}

static void add_part(Elab *e, const char *part, size_t len, KernelVec *ret) {
        Kernel *k = e->world->kernel;
        if (len && !part_is_kernel(part, len))
                k = kernel_module(k, arena_strndup(e->arena, part, len));
        if (k)
                vec_push(e->arena, ret, k);
}

static KernelVec places(Lower *l, const char *modules) {
        KernelVec all = {};
        const ProbePlace *place = l->unit ? l->unit->place : NULL;
        if (!l->e->world->kernel)
                return all;
        if (!modules || !*modules)
                modules = place && place->module ? place->module : "kernel";
        for (const char *p = modules; *p; p += *p == ':') {
                size_t len = strcspn(p, ":");
                add_part(l->e, p, len, &all);
                p += len;
        }
        return all;
}

static void no_such_type(Lower *l, Span span, const char *modules, const char *name) {
        Elab *e = l->e;
        Kernel *k = e->world->kernel;
        Diag *d = target_error(e, DIAG_E0237, span, "no type `%s` in %s%s", name,
                               modules && *modules ? "" : "kernel ",
                               modules && *modules ? modules : kernel_release(k));
        if (e->quiet || e->forgiving || diags_full(e->diags))
                return;
        const char *near = kernel_suggest_type(k, e->arena, name);
        if (near)
                diag_hint(e->diags, d, "did you mean `%s`?", near);
}

const TypeRef *named_type(Lower *l, Span span, const char *modules, const char *name) {
        Elab *e = l->e;
        KernelVec all = places(l, modules);
        vec_foreach(k, &all) {
                const TypeRef *t = kernel_find_type(*k, name);
                if (t)
                        return t;
        }
        if (all.n)
                no_such_type(l, span, modules, name);
        else if (e->world->kernel)
                target_error(e, DIAG_E0250, span,
                             "no module `%s` of kernel %s has types, and those of programs are not"
                             " supported yet",
                             modules, kernel_release(e->world->kernel));
        else
                target_error(e, DIAG_E0237, span, "type `%s` is not known: %s", name,
                             e->world->kernel_error ?: "no kernel could be opened");
        return NULL;
}

bool named_enumerator(Lower *l, const char *modules, const char *name, int64_t *ret) {
        KernelVec all = places(l, modules);
        vec_foreach(k, &all)
                if (kernel_find_enumerator(*k, name, ret))
                        return true;
        return false;
}
