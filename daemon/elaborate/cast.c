/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * @cast(value, "type", "module"): the value as a pointer to the type. The module is a list with colons of
 * where to look; what stands in <> names a header, whose types we expect to find in the kernel's BTF too.
 */
#include "elaborate/target.h"

static bool names_kernel(const char *module) {
        if (!module || module[0] == '\0')
                return true;
        for (const char *p = module; p; p = strchr(p, ':')) {
                p += *p == ':';
                if (strncmp(p, "kernel", 6) == 0 || *p == '<')
                        return true;
        }
        return false;
}

void no_such_type(Elab *e, Span span, const char *name) {
        Kernel *k = e->world->kernel;
        Diag *d = target_error(e, DIAG_E0237, span, "no type `%s` in kernel %s", name,
                               k ? kernel_release(k) : "that is not known");
        bool told = !e->quiet && !e->forgiving && !diags_full(e->diags);
        const char *near = k && told ? kernel_suggest_type(k, e->arena, name) : NULL;
        if (near)
                diag_hint(e->diags, d, "did you mean `%s`?", near);
}

static const TypeRef *find_type(Lower *l, const ExprTarget *t) {
        Elab *e = l->e;
        if (!names_kernel(t->module)) {
                target_error(e, DIAG_E0250, t->base.span,
                             "types of `%s` are not supported yet, only the kernel's",
                             t->module);
                return NULL;
        }
        if (!e->world->kernel) {
                target_error(e, DIAG_E0237, t->base.span, "type `%s` is not known: %s", t->name,
                             e->world->kernel_error ?: "no kernel could be opened");
                return NULL;
        }
        const TypeRef *type = kernel_find_type(e->world->kernel, t->name);
        if (!type)
                no_such_type(e, t->base.span, t->name);
        return type;
}

bool cast_locate(Lower *l, ExprTarget *t, Location *ret) {
        const TypeRef *type = find_type(l, t);
        if (!type)
                return false;
        if (type_kind(type) != KIND_POINTER)
                type = kernel_pointer_to(l->e->world->kernel, type);
        *ret = location_of_value(t->value, type);
        if (t->path.n == 0) { /* a value of its own, so that the operand's type is not changed */
                Expr *copy = make_binary(l->e, t->base.span, OP_ADD, t->value,
                                         make_number(l->e, t->base.span, 0));
                copy->ctype = type;
                ret->value = copy;
        }
        return true;
}
