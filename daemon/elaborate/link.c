/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Calls to functions. What a call may mean is every function of that name and number of parameters that the
 * file sees, in order of priority, then the script's before the library's, then of declaration; those after
 * the first one that cannot `next` are never reached. A function is copied when it is first called. One that
 * uses target variables, itself or through others, means something else at every probe, so each handler gets
 * its own.
 */
#include "elaborate/lower.h"
#include "elaborate/scope.h"

static int64_t priority_of(const FunctionDecl *d) {
        return d->function->has_priority ? d->function->priority : d->file->is_library;
}

/* Insertion by priority keeps the order of declaration among equals: lists are short. */
static void add_candidate(Elab *e, FunctionDeclVec *v, FunctionDecl *d) {
        vec_push(e->arena, v, d);
        for (size_t i = v->n - 1; i > 0 && priority_of(v->items[i - 1]) > priority_of(d); i--) {
                v->items[i] = v->items[i - 1];
                v->items[i - 1] = d;
        }
}

/* SIZE_MAX: any number of arguments. */
static void find_candidates(Elab *e, const File *from, const char *name, size_t n_args,
                            FunctionDeclVec *ret) {
        const Index *indices[] = { &e->index, library_index(e->library) };
        for (size_t k = from->is_library; k < ELEMENTSOF(indices); k++) {
                const FunctionDeclVec *all = index_functions(indices[k], name);
                for (size_t i = 0; all && i < all->n; i++) {
                        FunctionDecl *d = all->items[i];
                        if (d->function->is_private && d->file != from)
                                continue;
                        if (n_args == SIZE_MAX || d->function->params.n == n_args)
                                add_candidate(e, ret, d);
                }
        }
}

/* ------------------------------------------------------------------ who uses target variables */

enum { TARGETS_UNKNOWN, TARGETS_NO, TARGETS_YES };

/* Everything reachable from a root that reaches no target variable reaches none either; of a root that does,
 * only the root is known. */
static bool reaches_targets(Elab *e, FunctionDecl *root) {
        FunctionDeclVec seen = {};
        vec_push(e->arena, &seen, root);
        e->stamps[root->id] = ++e->stamp;
        bool found = false;
        for (size_t i = 0; i < seen.n && !found; i++) {
                FunctionDecl *d = seen.items[i];
                found = d->uses_targets || e->target_state[d->id] == TARGETS_YES;
                FunctionDeclVec callees = {};
                vec_foreach(call, &d->calls)
                        find_candidates(e, d->file, (*call)->name, (*call)->args.n, &callees);
                vec_foreach(it, &callees) {
                        if (e->stamps[(*it)->id] == e->stamp || e->target_state[(*it)->id] == TARGETS_NO)
                                continue;
                        e->stamps[(*it)->id] = e->stamp;
                        vec_push(e->arena, &seen, *it);
                }
        }
        if (found)
                e->target_state[root->id] = TARGETS_YES;
        else
                vec_foreach(it, &seen)
                        e->target_state[(*it)->id] = TARGETS_NO;
        return found;
}

static bool uses_targets(Elab *e, FunctionDecl *d) {
        if (e->target_state[d->id] == TARGETS_UNKNOWN)
                return reaches_targets(e, d);
        return e->target_state[d->id] == TARGETS_YES;
}

bool link_uses_targets(Elab *e, const File *from, const char *name, size_t n_args) {
        FunctionDeclVec found = {};
        find_candidates(e, from, name, n_args, &found);
        vec_foreach(it, &found)
                if (uses_targets(e, *it))
                        return true;
        return false;
}

/* ------------------------------------------------------------------ linking */

Function *link_new_function(Elab *e) {
        return &arena_new0(e->arena, LinkedFunction)->function;
}

static Function *copy_function(Elab *e, const Function *from) {
        Function *f = link_new_function(e);
        *f = *from;
        f->params = (VarVec) {};
        f->locals = (VarVec) {};
        vec_foreach(it, &from->params)
                vec_push(e->arena, &f->params, scope_new_param(e, *it));
        f->body = stmt_copy(e->arena, from->body);
        return f;
}

static Unit *unit_new(Elab *e, Function *f, const FunctionDecl *d) {
        Unit *u = arena_new0(e->arena, Unit);
        u->function = f;
        ((LinkedFunction *) f)->unit = u;
        u->decl = d;
        u->file = d ? d->file : NULL;
        u->from_library = !d || d->file->is_library;
        u->body = f->body;
        u->result_at = f->name_span;
        vec_foreach(it, &f->params)
                strmap_put(e->arena, &u->names, (*it)->name, *it);
        vec_push(e->arena, &e->units, u);
        return u;
}

static Function *link_function(Elab *e, Unit *caller, FunctionDecl *d) {
        Unit *handler = caller && caller->place && uses_targets(e, d) ? caller->handler : NULL;
        if (!handler && e->shared[d->id]) {
                e->place_failed |= e->forgiving && e->shared[d->id]->is_broken;
                return e->shared[d->id]->function;
        }
        for (size_t i = 0; handler && i < handler->clones.n; i++)
                if (handler->clones.items[i]->decl == d)
                        return handler->clones.items[i]->function;

        Unit *u = unit_new(e, copy_function(e, d->function), d);
        u->function->from_library = d->file->is_library;
        u->function->may_next = d->may_next;
        if (u->function->embedded)
                pragmas_link(e, d->file, u);
        u->forgiving = e->forgiving;
        if (handler) {
                u->place = handler->place;
                u->handler = handler;
                vec_push(e->arena, &handler->clones, u);
        } else
                e->shared[d->id] = u;
        vec_push(e->arena, &e->pending, u);
        return u->function;
}

Unit *link_add_function(Elab *e, Function *f) {
        return unit_new(e, f, NULL);
}

Function *link_library_function(Elab *e, const char *name, unsigned n_params) {
        const FunctionDeclVec *all = index_functions(library_index(e->library), name);
        for (size_t i = 0; all && i < all->n; i++)
                if (all->items[i]->function->params.n == n_params && !all->items[i]->function->is_private)
                        return link_function(e, /* caller= */ NULL, all->items[i]);
        return NULL;
}

void link_unused_function(Elab *e, FunctionDecl *d) {
        if (!uses_targets(e, d))
                link_function(e, /* caller= */ NULL, d);
}

void link_drain(Elab *e) {
        while (e->pending.n > 0) {
                Unit *u = e->pending.items[--e->pending.n];
                bool forgiving = e->forgiving, failed = e->place_failed;
                e->forgiving = u->forgiving;
                e->place_failed = false;
                const Unit *before = e->lowering;
                Lower l;
                e->lowering = u;
                lower_init(&l, e, u, u->file);
                lower_stmt(&l, &u->body);
                e->lowering = before;
                u->is_broken = e->place_failed;
                e->place_failed |= failed;
                e->forgiving = forgiving;
        }
}

/* ------------------------------------------------------------------ calls */

static bool check_guru(Lower *l, const ExprCall *call, const FunctionDecl *d) {
        if (!(d->tags & TAG_GURU) || l->e->options->guru || l->file->is_library)
                return true;
        Diag *diag = diag_add(l->e->diags, DIAG_E0260, call->base.span, "`%s` is for guru mode only",
                              call->name);
        diag_hint(l->e->diags, diag, "run it with -g");
        return false;
}

/* @entry is worked out at the entry, where a function of the return's would look for its saved values. */
static bool check_entry(Lower *l, const ExprCall *call, FunctionDecl *d) {
        if (!l->in_entry || !uses_targets(l->e, d))
                return true;
        diag_add(l->e->diags, DIAG_E0239, call->base.span,
                 "`%s` has target variables, and cannot be called in @entry yet", call->name);
        return false;
}

/* The C types of arguments are those of parameters, for autocast; what is not lowered yet can use them. */
static void pass_ctypes(const ExprCall *call, Function *f) {
        for (size_t i = 0; i < call->args.n && i < f->params.n; i++)
                if (!f->params.items[i]->ctype)
                        f->params.items[i]->ctype = call->args.items[i]->ctype;
}

void lower_call(Lower *l, ExprCall *call) {
        vec_foreach(it, &call->args)
                lower_expr(l, it);
        FunctionDeclVec found = {};
        find_candidates(l->e, l->file, call->name, call->args.n, &found);
        if (found.n == 0) {
                find_candidates(l->e, l->file, call->name, SIZE_MAX, &found);
                if (found.n == 0)
                        call_unknown(l, call);
                else
                        call_wrong_arity(l, call, &found);
                call->base.type = TYPE_POISON;
                return;
        }
        vec_foreach(it, &found) {
                if (!check_guru(l, call, *it) || !check_entry(l, call, *it))
                        call->base.type = TYPE_POISON;
                call_warn_deprecated(l, call, *it);
                /* The condition of a point is looked at anywhere: it has no place. */
                Function *f = link_function(l->e, l->in_condition ? NULL : l->unit, *it);
                l->e->is_called[(*it)->id] = true;
                elab_want(l->e, (*it)->file);
                if (!function_unit(f)->called_at.file) {
                        function_unit(f)->called_at = call->base.span;
                        function_unit(f)->caller = l->unit;
                }
                pass_ctypes(call, f);
                vec_push(l->e->arena, &call->targets, f);
                if (!(*it)->may_next)
                        break;
        }
}
