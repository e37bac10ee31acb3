/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "elaborate/scope.h"
#include "lang/walk.h"

Var *scope_new_var(Elab *e, VarKind kind, const char *name, Span span) {
        VarInfo *v = arena_new0(e->arena, VarInfo);
        v->var.kind = kind;
        v->var.name = name;
        v->var.span = span;
        return &v->var;
}

Var *scope_new_param(Elab *e, const Var *declared) {
        Var *v = scope_new_var(e, VAR_PARAMETER, declared->name, declared->span);
        v->type = declared->type;
        var_info(v)->type_at = declared->span;
        return v;
}

static const GlobalSetting *find_setting(Elab *e, const GlobalDecl *d) {
        for (unsigned i = 0; i < e->options->n_settings && !d->file->is_library; i++)
                if (strcmp(e->options->settings[i].name, d->var->name) == 0)
                        return &e->options->settings[i];
        return NULL;
}

/* A library's declaration is never changed: what is linked is a copy. */
static Var *link_global(Elab *e, const GlobalDecl *d) {
        if (e->linked_globals[d->id])
                return e->linked_globals[d->id];
        Var *v = scope_new_var(e, VAR_GLOBAL, d->var->name, d->var->span);
        v->is_private = d->var->is_private;
        v->is_array = d->var->is_array;
        v->wraps = d->var->wraps;
        v->init = expr_copy(e->arena, d->var->init);
        v->size_expr = expr_copy(e->arena, d->var->size_expr);
        v->type = v->init && v->init->kind == EXPR_STRING ? TYPE_STRING : v->init ? TYPE_LONG : TYPE_UNKNOWN;
        VarInfo *info = var_info(v);
        info->declared = d->var;
        info->file = d->file;
        info->type_at = info->shape_at = v->span;
        info->shape_known = v->is_array || v->init;
        info->setting = find_setting(e, d);
        elab_want(e, d->file);
        e->linked_globals[d->id] = v;
        vec_push(e->arena, &e->globals, v);
        return v;
}

static Var *find_in(Elab *e, const Index *x, const File *from, const char *name) {
        const GlobalDeclVec *v = index_globals(x, name);
        const GlobalDecl *found = NULL;
        for (size_t i = 0; v && i < v->n; i++) {
                const GlobalDecl *d = v->items[i];
                if (d->file == from)
                        return link_global(e, d);
                if (!d->var->is_private && !found)
                        found = d;
        }
        return found ? link_global(e, found) : NULL;
}

Var *scope_find_global(Elab *e, const File *from, const char *name) {
        Var *v = from->is_library ? NULL : find_in(e, &e->index, from, name);
        return v ?: find_in(e, library_index(e->library), from, name);
}

Var *scope_find(Elab *e, Unit *u, const File *from, const char *name, Span span) {
        Var *known = strmap_get(&u->names, name);
        Var *v = known && known->kind == VAR_PARAMETER ? known : scope_find_global(e, from, name) ?: known;
        if (v)
                return v;
        v = scope_new_var(e, VAR_LOCAL, name, span);
        var_info(v)->file = from;
        strmap_put(e->arena, &u->names, name, v);
        vec_push(e->arena, &u->locals, v);
        return v;
}

void scope_global_names(Elab *e, const File *from, NameVec *ret) {
        const Index *indices[] = { &e->index, library_index(e->library) };
        for (size_t i = from->is_library; i < ELEMENTSOF(indices); i++)
                strmap_foreach(it, &indices[i]->globals)
                        vec_push(e->arena, ret, it->key);
}

void hint_global(Elab *e, const File *from, Diag *d, const char *name) {
        NameVec names = {};
        scope_global_names(e, from, &names);
        const char *near = diag_suggest(name, names.items, names.n);
        if (near)
                diag_hint(e->diags, d, "did you mean `%s`?", near);
        else
                diag_hint(e->diags, d, "declare it: `global %s`", name);
}

static void shape_conflict(Elab *e, const Var *v, Span span, size_t n_keys) {
        const VarInfo *info = var_info((Var *) v);
        Diag *d;
        if (v->is_array && n_keys)
                d = diag_add(e->diags, DIAG_E0220, span, "array `%s` has %zu key%s, not %zu", v->name,
                             v->keys.n, v->keys.n == 1 ? "" : "s", n_keys);
        else if (v->is_array)
                d = diag_add(e->diags, DIAG_E0220, span, "`%s` is an array, and needs its keys", v->name);
        else
                d = diag_add(e->diags, DIAG_E0220, span, "`%s` is no array", v->name);
        diag_note(e->diags, d, info->shape_at, "`%s` is %s here", v->name,
                  !v->is_array ? "a scalar" : v->keys.n == 0 ? "declared an array"
                                            : n_keys ? "an array with other keys" : "an array");
}

bool scope_use_scalar(Elab *e, Var *v, Span span) {
        VarInfo *info = var_info(v);
        if (v->kind != VAR_GLOBAL)
                return true;
        if (v->is_array) {
                shape_conflict(e, v, span, 0);
                return false;
        }
        if (!info->shape_known)
                info->shape_at = span;
        info->shape_known = true;
        return true;
}

bool scope_use_array(Elab *e, Var *v, size_t n_keys, Span span) {
        VarInfo *info = var_info(v);
        if (n_keys > ELAB_MAX_KEYS) {
                diag_add(e->diags, DIAG_E0223, span, "an array has at most %d keys, not %zu", ELAB_MAX_KEYS,
                         n_keys);
                return false;
        }
        bool fits = !info->shape_known || (v->is_array && (v->keys.n == 0 || v->keys.n == n_keys));
        if (v->kind != VAR_GLOBAL || !fits) {
                shape_conflict(e, v, span, n_keys);
                return false;
        }
        if (v->keys.n == 0) {
                for (size_t i = 0; i < n_keys; i++) {
                        vec_push(e->arena, &v->keys, TYPE_UNKNOWN);
                        vec_push(e->arena, &info->key_at, span);
                }
                info->shape_at = span;
        }
        v->is_array = info->shape_known = true;
        return true;
}
