/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The script's own declarations: indexed, and held against each other. */
#include "elaborate/lower.h"
#include "elaborate/scope.h"

static void declared_twice(Elab *e, const char *what, const char *name, Span span, Span first) {
        Diag *d = diag_add(e->diags, DIAG_E0203, span, "%s `%s` is declared already", what, name);
        diag_note(e->diags, d, first, "here");
}

static bool can_see(const File *a, bool a_private, const File *b, bool b_private) {
        return a == b || (!a_private && !b_private);
}

/* A tapset of the user's may have what the script has, which then goes first. */
static bool may_shadow(const File *a, const File *b) {
        return a != b && (a->is_tapset || b->is_tapset);
}

/* Functions have names of their own: `trace()` and `trace[tid()]` may stand side by side. */
static void check_global_names(Elab *e, const GlobalDeclVec *v) {
        const GlobalDecl *first = v->items[0];
        for (size_t i = 1; i < v->n; i++)
                if (!may_shadow(first->file, v->items[i]->file) &&
                    can_see(first->file, first->var->is_private, v->items[i]->file,
                            v->items[i]->var->is_private))
                        declared_twice(e, "global", first->var->name, v->items[i]->var->span,
                                       first->var->span);
}

/* One of the same shape goes first, and never lets the next one have a turn. */
static void check_overloads(Elab *e, const FunctionDeclVec *v) {
        for (size_t i = 1; i < v->n; i++) {
                FunctionDecl *d = v->items[i];
                for (size_t k = 0; k < i; k++) {
                        const FunctionDecl *before = v->items[k];
                        if (before->may_next || before->function->params.n != d->function->params.n
                            || before->function->has_priority || d->function->has_priority
                            || may_shadow(before->file, d->file)
                            || !can_see(before->file, before->function->is_private, d->file,
                                        d->function->is_private))
                                continue;
                        Diag *diag = diag_add(e->diags, DIAG_W0205, d->function->name_span,
                                              "this `%s` is never reached", d->function->name);
                        d->is_shadowed = true;
                        diag_note(e->diags, diag, before->function->name_span,
                                  "this one goes first, and has no `next`");
                        break;
                }
        }
}

static void check_parameters(Elab *e, const Function *f) {
        StrMap seen = STRMAP_INIT;
        vec_foreach(it, &f->params) {
                Var *first = strmap_get(&seen, (*it)->name);
                if (first)
                        declared_twice(e, "parameter", (*it)->name, (*it)->span, first->span);
                strmap_put(e->arena, &seen, (*it)->name, *it);
        }
}

void pass_declare(Elab *e) {
        const Index *library = library_index(e->library);
        index_init(&e->index, e->arena, library);
        for (size_t i = 0; i < e->n_files; i++)
                index_add(&e->index, e->files[i]);
        e->shared = arena_array(e->arena, Unit *, e->index.n_functions + 1);
        e->target_state = arena_array(e->arena, uint8_t, e->index.n_functions + 1);
        e->is_called = arena_array(e->arena, bool, e->index.n_functions + 1);
        e->stamps = arena_array(e->arena, uint32_t, e->index.n_functions + 1);
        e->linked_globals = arena_array(e->arena, Var *, e->index.n_globals + 1);
        strmap_foreach(it, &e->index.globals)
                check_global_names(e, it->value);
        strmap_foreach(it, &e->index.functions) {
                check_overloads(e, it->value);
                vec_foreach(d, (FunctionDeclVec *) it->value)
                        check_parameters(e, (*d)->function);
        }
}

/* Functions with target variables have no meaning without a probe that calls them. */
void pass_link(Elab *e) {
        strmap_foreach(it, &e->index.functions)
                vec_foreach(d, (FunctionDeclVec *) it->value)
                        if (!e->is_called[(*d)->id] && !(*d)->file->is_tapset)
                                link_unused_function(e, *d);
        link_drain(e);
        for (size_t i = 0; i < e->n_files; i++)
                vec_foreach(it, &e->files[i]->globals)
                        if (!e->files[i]->is_tapset)
                                scope_find_global(e, e->files[i], (*it)->name);
}
