/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * @var("name@file", "module"): a global variable of the kernel. Its address is looked up when the script is
 * loaded. Without DWARF nobody can tell which file it stands in, so `@file` is left to the kernel: a name
 * that several variables have is an error at run time.
 */
#include "elaborate/target.h"

/* "module:name", as the kernel's symbol table is asked for what belongs to a module. */
static const char *symbol_name(Elab *e, const ExprTarget *t, const char *name) {
        bool in_kernel = !t->module || !*t->module || strcmp(t->module, "kernel") == 0
                         || strcmp(t->module, "vmlinux") == 0;
        return in_kernel ? name : arena_printf(e->arena, "%s:%s", t->module, name);
}

static bool name_is_valid(Elab *e, const ExprTarget *t, const char *name) {
        if (*name && !name[strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_")])
                return true;
        diag_add(e->diags, DIAG_E0240, t->base.span, "`%s` is no name of a variable", name);
        return false;
}

static void no_type(Elab *e, const ExprTarget *t, const char *name) {
        Diag *d = target_error(e, DIAG_E0240, t->base.span, "the type of variable `%s` is not known", name);
        if (e->quiet || e->forgiving)
                return;
        diag_note(e->diags, d, SPAN_NONE,
                  "BTF has types of per-CPU variables only, and DWARF is not read yet");
        diag_hint(e->diags, d, "say it: @cast(&@var(\"%s\"), \"TYPE\")->...", t->name);
}

bool variable_locate(Lower *l, ExprTarget *t, Location *ret) {
        Elab *e = l->e;
        const char *name = arena_strndup(e->arena, t->name, strcspn(t->name, "@"));
        VariableInfo info = {};
        if (!name_is_valid(e, t, name))
                return false;
        if (e->world->kernel)
                kernel_find_variable(e->world->kernel, name, &info);
        if (!info.type && !(t->address_of && t->path.n == 0)) {
                no_type(e, t, name);
                return false;
        }
        ExprContext *x = expr_new(e->arena, Context, t->base.span);
        x->base.type = TYPE_LONG;
        x->source = CONTEXT_SYMBOL;
        x->size = 8;
        x->symbol = symbol_name(e, t, name);
        x->per_cpu = info.is_per_cpu;
        *ret = (Location) { .type = info.type, .address = &x->base, .space = SPACE_KERNEL };
        return true;
}
