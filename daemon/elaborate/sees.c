/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What each probe looks at, for those who decide whether it may run: its target variables and what they
 * lead to, with what its functions look at. A function of the tapsets is known by its name, and what it
 * looks at in the kernel is its own business; the target variables that it takes from the probe are not.
 * Done while each handler still has a body of its own: of those that are merged one is called $fd where
 * another is $count.
 */
#include "elaborate/elab.h"
#include "lang/walk.h"

typedef VEC(const char *) Sights;

typedef struct {
        Visitor visitor;
        Elab *e;
        const Unit *handler;
        Sights found;
        VEC(const Function *) functions; /* each once; who calls whom may go deeper than a stack */
        bool in_library;
} Search;

static void add(Search *s, const char *what) {
        if (!what || (s->in_library && *what != '$'))
                return;
        vec_foreach(it, &s->found)
                if (*it == what)
                        return;
        vec_push(s->e->arena, &s->found, what);
}

/* One of the tapsets that is not made for this place has no target variables, nor has what it calls. */
static void add_function(Search *s, const Function *f) {
        const Unit *u = function_unit(f);
        if (f->from_library && !u->place)
                return;
        vec_foreach(it, &s->functions)
                if (function_unit(*it) == u)
                        return;
        vec_push(s->e->arena, &s->functions, f);
}

/* What the entry kept for this return. */
static void look_at_context(Search *s, const ExprContext *c) {
        add(s, c->origin);
        if (c->source == CONTEXT_SAVED && c->index < s->handler->saved.n)
                walk_expr(&s->visitor, &s->handler->saved.items[c->index]);
}

static bool look(Visitor *v, Expr **x) {
        Search *s = (Search *) v;
        ExprLoad *load = expr_as(Load, *x);
        ExprStore *store = expr_as(Store, *x);
        ExprPrint *print = expr_as(Print, *x);
        ExprCall *call = expr_as(Call, *x);
        if ((*x)->kind == EXPR_CONTEXT)
                look_at_context(s, expr_as(Context, *x));
        else if (load || store)
                add(s, load ? load->origin : store->origin);
        else if (print && print_shows_memory(print))
                add(s, arena_intern(s->e->arena, "%m"));
        for (size_t i = 0; call && i < call->targets.n; i++)
                add_function(s, call->targets.items[i]);
        return true;
}

static Sights look_at_handler(Elab *e, Unit *u) {
        Search s = { .visitor = { .expr_pre = look }, .e = e, .handler = u };
        walk_expr(&s.visitor, &u->condition);
        walk_stmt(&s.visitor, &u->body);
        for (size_t i = 0; i < s.functions.n; i++) {
                s.in_library = s.functions.items[i]->from_library;
                walk_stmt(&s.visitor, &function_unit(s.functions.items[i])->body);
        }
        return s.found;
}

/* Neighbours often share a handler. */
void pass_sees(Elab *e) {
        const Unit *last = NULL;
        Sights found = {};
        vec_foreach(it, &e->handlers) {
                if (it->unit != last)
                        found = look_at_handler(e, it->unit);
                last = it->unit;
                it->probe->sees.items = found.items;
                it->probe->sees.n = it->probe->sees.cap = found.n;
        }
}
