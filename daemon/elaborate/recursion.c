/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which functions can come back to themselves: those in a cycle of the call graph (Tarjan's strongly
 * connected components, with a stack of its own, since a script can make chains of calls longer than ours).
 */
#include "elaborate/elab.h"
#include "lang/walk.h"

typedef struct {
        Unit *unit;
        UnitVec callees;
        size_t next;
} Frame;

typedef struct {
        Visitor visitor;
        Elab *e;
        UnitVec *callees;
} Calls;

static bool collect_call(Visitor *v, Expr **x) {
        Calls *c = (Calls *) v;
        ExprCall *call = expr_as(Call, *x);
        for (size_t i = 0; call && i < call->targets.n; i++)
                vec_push(c->e->arena, c->callees, function_unit(call->targets.items[i]));
        return true;
}

typedef struct {
        Elab *e;
        VEC(Frame) frames;
        UnitVec stack;
        unsigned index;
} Tarjan;

static void enter(Tarjan *t, Unit *u) {
        Frame f = { .unit = u };
        Calls c = { .visitor = { .expr_pre = collect_call }, .e = t->e, .callees = &f.callees };
        walk_stmt(&c.visitor, &u->body);
        u->index = u->low = ++t->index;
        u->on_stack = true;
        vec_push(t->e->arena, &t->stack, u);
        vec_push(t->e->arena, &t->frames, f);
}

/* A component of more than one function is a cycle; one alone only when it calls itself. */
static void leave(Tarjan *t, Frame *f) {
        if (f->unit->low != f->unit->index)
                return;
        bool cycle = vec_last(&t->stack) != f->unit;
        vec_foreach(it, &f->callees)
                cycle = cycle || *it == f->unit;
        Unit *u;
        do {
                u = t->stack.items[--t->stack.n];
                u->on_stack = false;
                u->function->is_recursive = cycle;
        } while (u != f->unit);
}

static void visit(Tarjan *t, Unit *root) {
        enter(t, root);
        while (t->frames.n > 0) {
                Frame *f = &vec_last(&t->frames);
                if (f->next == f->callees.n) {
                        leave(t, f);
                        unsigned low = f->unit->low;
                        t->frames.n--;
                        if (t->frames.n > 0)
                                vec_last(&t->frames).unit->low = MIN2(vec_last(&t->frames).unit->low, low);
                        continue;
                }
                Unit *callee = f->callees.items[f->next++];
                if (!callee->index)
                        enter(t, callee);
                else if (callee->on_stack)
                        f->unit->low = MIN2(f->unit->low, callee->index);
        }
}

void pass_recursion(Elab *e) {
        Tarjan t = { .e = e };
        vec_foreach(it, &e->units)
                if ((*it)->function && !(*it)->index)
                        visit(&t, *it);
}
