/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Puts the program together: numbers, what is shown at exit, what each probe needs of its place. */
#include "elaborate/elab.h"
#include "elaborate/usage.h"
#include "lang/walk.h"

/* What translate shows of a statistic at exit. */
#define SHOWN_STATS (1u << STAT_COUNT | 1u << STAT_MIN | 1u << STAT_MAX | 1u << STAT_SUM | 1u << STAT_AVG)

/* ------------------------------------------------------------------ globals */

/* Read or written by what is left; with -u all. */
static void finish_globals(Elab *e) {
        Program *p = e->program;
        vec_foreach(it, &e->globals) {
                Var *v = *it;
                if (!v->is_read && !v->is_written && e->options->optimize)
                        continue;
                v->id = (unsigned) p->globals.n;
                vec_push(e->arena, &p->globals, v);
                const File *file = var_info(v)->file;
                if (v->is_written && !v->is_read && !file->is_library && !file->is_tapset &&
                    !e->options->hide_globals)
                        vec_push(e->arena, &p->shown, v);
        }
        vec_foreach(it, &p->shown)
                if ((*it)->type == TYPE_STATS)
                        (*it)->stat_ops |= SHOWN_STATS;
}

/* ------------------------------------------------------------------ functions */

static void number_vars(VarVec *vars, unsigned first) {
        vec_foreach(it, vars)
                (*it)->id = first++;
}

static void finish_function(Elab *e, Unit *u) {
        Function *f = u->function;
        f->body = u->body;
        f->locals = u->locals;
        f->id = (unsigned) e->program->functions.n;
        number_vars(&f->params, 0);
        number_vars(&f->locals, (unsigned) f->params.n);
        vec_push(e->arena, &e->program->functions, f);
        if (u->is_broken)
                diag_add(e->diags, DIAG_E0270, f->name_span,
                         "function `%s` needs something that this kernel does not have", f->name);
}

typedef struct {
        Visitor visitor;
        unsigned found;
} Wants;

static bool find_wants(Visitor *v, Expr **x) {
        Wants *w = (Wants *) v;
        ExprCall *call = expr_as(Call, *x);
        for (size_t i = 0; call && i < call->targets.n; i++)
                w->found |= function_unit(call->targets.items[i])->wants;
        return w->found != TAG_WANTS;
}

/* Who calls what looks at the registers, or the stack, needs them too; callees are linked after their callers. */
static void spread_wants(Elab *e) {
        bool changed;
        do {
                changed = false;
                for (size_t i = e->units.n; i > 0; i--) {
                        Unit *u = e->units.items[i - 1];
                        if (!u->is_reached || u->wants == TAG_WANTS)
                                continue;
                        Wants w = { .visitor = { .expr_pre = find_wants }, .found = u->wants };
                        walk_stmt(&w.visitor, &u->body);
                        changed |= u->wants != w.found;
                        u->wants = w.found;
                }
        } while (changed);
}

/* ------------------------------------------------------------------ probes */

static void finish_probe(Elab *e, Handler *h) {
        Probe *p = h->probe;
        Unit *u = h->unit;
        p->id = (unsigned) e->program->probes.n;
        p->body = u->body;
        p->condition = u->condition;
        p->locals = u->locals;
        p->saved.items = u->saved.items;
        p->saved.n = p->saved.cap = u->saved.n;
        p->attach.saved_slots = (unsigned) u->saved.n;
        p->attach.needs_regs |= (u->wants & TAG_REGS) != 0;
        p->attach.needs_stack = (u->wants & TAG_STACK) != 0;
        vec_push(e->arena, &e->program->probes, p);
}

/* Never-probes are checked as all others, and then not needed; a script of nothing else keeps them. */
static void finish_probes(Elab *e) {
        size_t n_real = 0;
        vec_foreach(it, &e->handlers)
                n_real += it->probe->attach.kind != STP_NEVER;
        vec_foreach(it, &e->handlers)
                if (n_real == 0 || !e->options->optimize || it->probe->attach.kind != STP_NEVER)
                        finish_probe(e, it);
}

/* ------------------------------------------------------------------ embedded C of files */

static bool file_is_used(Elab *e, const File *f) {
        vec_foreach(it, &e->units)
                if ((*it)->is_reached && (*it)->decl && (*it)->decl->file == f)
                        return true;
        return !f->is_library && !f->is_tapset;
}

static void add_embedded(Elab *e, const File *f) {
        if (f->embedded.n == 0 || !file_is_used(e, f))
                return;
        vec_foreach(it, &f->embedded) {
                vec_push(e->arena, &e->program->embedded, *it);
                e->program->uses_embedded |= !f->is_library || strstr((*it)->code, "#include");
        }
}

void pass_finish(Elab *e) {
        usage_mark(e, /* only_reached= */ true);
        spread_wants(e);
        finish_globals(e);
        vec_foreach(it, &e->units) {
                if ((*it)->is_reached && (*it)->function)
                        finish_function(e, *it);
                else if (!(*it)->function)
                        number_vars(&(*it)->locals, 0);
        }
        finish_probes(e);
        vec_foreach(it, library_files(e->library))
                add_embedded(e, *it);
        for (size_t i = 0; i < e->n_files; i++)
                add_embedded(e, e->files[i]);
}
