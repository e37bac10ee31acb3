/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The handler of a probe: the prologues of the aliases, innermost first, the script's own body, and the
 * epilogues outwards in. They share one set of locals, which is how an alias hands its variables over; but
 * each part sees the globals and functions of the file that it stands in.
 */
#include "elaborate/expand.h"
#include "elaborate/lower.h"

typedef struct {
        const Stmt *source;
        const Chain *step;
} Part;
typedef VEC(Part) PartVec;

static void collect_parts(Elab *e, const Chain *c, PartVec *ret) {
        if (!c->outer) {
                vec_push(e->arena, ret, ((Part) { c->probe->body, c }));
                return;
        }
        if (c->alias->prologue)
                vec_push(e->arena, ret, ((Part) { c->alias->prologue, c }));
        collect_parts(e, c->outer, ret);
        if (c->alias->epilogue)
                vec_push(e->arena, ret, ((Part) { c->alias->epilogue, c }));
}

/* ------------------------------------------------------------------ does it depend on the place? */

typedef struct {
        Visitor visitor;
        Elab *e;
        const File *file;
        bool found;
} Search;

static bool search_expr(Visitor *v, Expr **x) {
        Search *s = (Search *) v;
        ExprTarget *target = expr_as(Target, *x);
        ExprCall *call = expr_as(Call, *x);
        if ((target && target->target == TARGET_VAR) || (*x)->kind == EXPR_ENTRY)
                s->found = true;
        else if (call && !s->found)
                s->found = link_uses_targets(s->e, s->file, call->name, call->args.n);
        return !s->found;
}

bool body_depends_on_place(Elab *e, const Chain *c, const ProbePoint *p) {
        PartVec parts = {};
        collect_parts(e, c, &parts);
        Search s = { .visitor = { .expr_pre = search_expr }, .e = e };
        vec_foreach(it, &parts) {
                Stmt *source = (Stmt *) it->source; /* the search replaces nothing */
                s.file = it->step->file;
                walk_stmt(&s.visitor, &source);
        }
        return s.found;
}

/* ------------------------------------------------------------------ lowering */

static const ProbeDecl *chain_probe(const Chain *c) {
        while (c->outer)
                c = c->outer;
        return c->probe;
}

static Expr *add_condition(Elab *e, Unit *u, const File *file, const Expr *condition, Expr *before) {
        if (!condition)
                return before;
        Lower l;
        lower_init(&l, e, u, file);
        l.in_condition = true;
        Expr *copy = expr_copy(e->arena, condition);
        lower_expr(&l, &copy);
        return before ? make_binary(e, copy->span, OP_LAND, before, copy) : copy;
}

static void add_conditions(Elab *e, Unit *u, const Chain *c, const ProbePoint *p) {
        u->condition = add_condition(e, u, c->file, p->condition, NULL);
        for (; c->outer; c = c->outer)
                u->condition = add_condition(e, u, c->outer->file, c->point->condition, u->condition);
}

static Stmt *lower_part(Elab *e, Unit *u, const Part *part, const Chain *c, bool optional) {
        Lower l;
        lower_init(&l, e, u, part->step->file);
        l.written_in = chain_probe(c)->body;
        u->forgiving = e->forgiving = optional || (part->step->outer && c->wildcard);
        Stmt *copy = stmt_copy_expanded(e->arena, part->source, part->step->why);
        lower_stmt(&l, &copy);
        link_drain(e);
        e->forgiving = false;
        return copy;
}

Unit *body_lower(Elab *e, const Chain *c, const ProbePoint *p, const ProbePlace *place) {
        PartVec parts = {};
        collect_parts(e, c, &parts);
        Unit *u = arena_new0(e->arena, Unit);
        u->probe = chain_probe(c);
        u->file = c->file;
        u->place = place;
        u->handler = u;
        size_t n_units = e->units.n;
        vec_push(e->arena, &e->units, u);

        StmtBlock *block = stmt_new(e->arena, Block, chain_probe(c)->span);
        bool optional = c->optional || p->optional || p->sufficient;
        e->place_failed = false;
        vec_foreach(it, &parts)
                if (!e->place_failed)
                        vec_push(e->arena, &block->body, lower_part(e, u, it, c, optional));
        add_conditions(e, u, c, p);
        link_drain(e);
        u->body = block->body.n == 1 ? block->body.items[0] : &block->base;
        if (!e->place_failed)
                return u;
        /* What only this place brought in goes with it; functions that others may share stay. */
        size_t kept = n_units;
        for (size_t i = n_units; i < e->units.n; i++)
                if (e->units.items[i]->handler != u)
                        e->units.items[kept++] = e->units.items[i];
        e->units.n = kept;
        return NULL;
}
