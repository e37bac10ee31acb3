/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is left of a program is what its handlers reach: functions, locals, slots. Without optimisation every
 * function that was linked stays.
 */
#include "elaborate/elab.h"
#include "lang/walk.h"

typedef struct {
        Visitor visitor;
        Elab *e;
        Unit *unit;
        UnitVec found;    /* to be looked at */
        VarVec locals;    /* of the unit, as they are met */
        VEC(ExprContext *) slots;
} Reach;

static void reach_unit(Reach *r, Unit *u) {
        if (u->is_reached)
                return;
        u->is_reached = true;
        vec_push(r->e->arena, &r->found, u);
}

static void reach_var(Reach *r, Var *v) {
        if (v->kind != VAR_LOCAL || v->id == r->unit->index)
                return;
        v->id = r->unit->index; /* seen in this unit; finish.c gives the ids */
        vec_push(r->e->arena, &r->locals, v);
}

static bool reach_expr(Visitor *v, Expr **x) {
        Reach *r = (Reach *) v;
        ExprName *name = expr_as(Name, *x);
        ExprCall *call = expr_as(Call, *x);
        ExprContext *context = expr_as(Context, *x);
        if (name)
                reach_var(r, name->var);
        for (size_t i = 0; call && i < call->targets.n; i++)
                reach_unit(r, function_unit(call->targets.items[i]));
        if (context && context->source == CONTEXT_SAVED && r->unit->handler)
                vec_push(r->e->arena, &r->unit->handler->slot_uses, context);
        if (context && context->source == CONTEXT_REGS)
                r->unit->wants |= TAG_REGS;
        if ((*x)->kind == EXPR_EMBEDDED && !r->unit->from_library)
                r->e->program->uses_embedded = true;
        return true;
}

static bool reach_stmt(Visitor *v, Stmt **s) {
        Reach *r = (Reach *) v;
        if ((*s)->kind == STMT_EMBEDDED && !r->unit->from_library)
                r->e->program->uses_embedded = true;
        return true;
}

static void look_at(Reach *r, Unit *u) {
        unsigned tags = u->decl ? u->decl->tags : 0;
        r->unit = u;
        r->locals = (VarVec) {};
        walk_stmt(&r->visitor, &u->body);
        walk_expr(&r->visitor, &u->condition);
        u->locals = r->locals;
        u->wants |= tags & TAG_WANTS;
        if (u->function && u->function->embedded && (!u->from_library || (tags & TAG_HEADERS)))
                r->e->program->uses_embedded = true;
}

/* Slots that nothing looks at any more are not filled either: the others move up. */
static void compact_slots(Reach *r, Unit *h) {
        unsigned n = 0;
        for (unsigned i = 0; i < h->saved.n; i++) {
                bool used = !r->e->options->optimize;
                vec_foreach(it, &h->slot_uses)
                        used = used || (*it)->index == i;
                if (!used)
                        continue;
                vec_foreach(it, &h->slot_uses)
                        if ((*it)->index == i)
                                (*it)->index = n; /* n <= i: never met again */
                h->saved.items[n++] = h->saved.items[i];
        }
        h->saved.n = n;
}

static void drain(Reach *r) {
        while (r->found.n > 0)
                look_at(r, r->found.items[--r->found.n]);
}

void pass_reach(Elab *e) {
        Reach r = { .visitor = { .expr_pre = reach_expr, .stmt_pre = reach_stmt }, .e = e };
        for (size_t i = 0; i < e->units.n; i++) {
                e->units.items[i]->index = (unsigned) i + 1;
                e->units.items[i]->is_reached = false;
        }
        vec_foreach(it, &e->units)
                if (!(*it)->function || !e->options->optimize)
                        reach_unit(&r, *it);
        drain(&r);
        /* What is kept at the entry may call functions of its own. */
        vec_foreach(it, &e->units) {
                if ((*it)->function)
                        continue;
                compact_slots(&r, *it);
                r.unit = *it;
                r.locals = (*it)->locals;
                vec_foreach(saved, &(*it)->saved)
                        walk_expr(&r.visitor, saved);
                drain(&r);
        }
}
