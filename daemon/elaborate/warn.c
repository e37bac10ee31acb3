/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a script's author may not have meant: variables that are never assigned or never read, functions that
 * nobody calls. Tapsets are left alone: they offer more than one script uses. */
#include "elaborate/usage.h"
#include "elaborate/elab.h"

static bool is_ours(const Var *v) {
        const VarInfo *info = var_info((Var *) v);
        return info->file && !info->file->is_library && v->span.file && !v->span.expansion && v->type != TYPE_POISON;
}

static void add_names(Elab *e, NameVec *names, const VarVec *vars, const Var *except) {
        vec_foreach(it, vars)
                if (*it != except && (*it)->is_written)
                        vec_push(e->arena, names, (*it)->name);
}

static void never_assigned(Elab *e, const Unit *u, const Var *v) {
        NameVec names = {};
        if (u)
                add_names(e, &names, &u->locals, v);
        if (u && u->function)
                vec_foreach(it, &u->function->params)
                        vec_push(e->arena, &names, (*it)->name);
        add_names(e, &names, &e->globals, v);
        Diag *d = diag_add(e->diags, DIAG_W0202, v->span, "`%s` is never assigned", v->name);
        hint_similar(e, d, v->name, names.items, names.n, "");
}

static void warn_locals(Elab *e, const Unit *u) {
        vec_foreach(it, &u->locals) {
                const Var *v = *it;
                if (!is_ours(v))
                        continue;
                if (v->is_read && !v->is_written)
                        never_assigned(e, u, v);
                else if (v->is_written && !v->is_read && !var_info(*it)->is_bound)
                        diag_add(e->diags, DIAG_W0203, v->span, "`%s` is assigned and never read", v->name);
        }
}

static void warn_global(Elab *e, Var *v) {
        if (!is_ours(v))
                return;
        bool has_value = v->init || var_info(v)->setting;
        if (v->is_read && !v->is_written && !has_value)
                never_assigned(e, NULL, v);
        else if (!v->is_read && !v->is_written)
                diag_add(e->diags, DIAG_W0203, v->span, "global `%s` is never used", v->name);
}

static void warn_functions(Elab *e) {
        strmap_foreach(it, &e->index.functions)
                vec_foreach(d, (FunctionDeclVec *) it->value)
                        if (!e->is_called[(*d)->id])
                                diag_add(e->diags, DIAG_W0204, (*d)->function->name_span, "function `%s` is never called",
                                         (*d)->function->name);
}

void pass_warn(Elab *e) {
        usage_mark(e, /* only_reached= */ false);
        vec_foreach(it, &e->units)
                warn_locals(e, *it);
        vec_foreach(it, &e->globals)
                warn_global(e, *it);
        warn_functions(e);
}
