/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The order: what each function and handler does itself; then what it does through calls, to a fixed point;
 * then, over all handlers, which globals need their lock and which are lone counters.
 */
#include "translate/usage.h"
#include "base/cleanup.h"
#include "lang/dump.h"
#include "translate/collect.h"

FunctionUse *usage_function(const Usage *u, const Function *f) {
        return ptrmap_get(&u->functions, f);
}

int usage_global(const Usage *u, const Var *v) {
        return (int) (intptr_t) ptrmap_get(&u->global_index, v) - 1;
}

bool usage_is_lone(const Usage *u, const Var *v) {
        int i = usage_global(u, v);
        return i >= 0 && u->lone[i];
}

static GlobalUse *globals_new(const Usage *u) {
        return arena_array(u->arena, GlobalUse, u->program->globals.n + 1);
}

/* ------------------------------------------------------------------ functions */

static void functions_collect(Usage *u) {
        vec_foreach(f, &u->program->functions) {
                FunctionUse *use = arena_new0(u->arena, FunctionUse);
                use->function = *f;
                use->globals = globals_new(u);
                ptrmap_put(u->arena, &u->functions, *f, use);
        }
        vec_foreach(f, &u->program->functions)
                collect_function(u, usage_function(u, *f));
}

/* One step of the fixed point; whether anything changed. */
static bool function_inherit(FunctionUse *f) {
        bool writes = f->writes, can_fail = f->can_fail, raises = f->raises, opaque = f->opaque;
        vec_foreach(callee, &f->calls) {
                writes |= (*callee)->writes;
                can_fail |= (*callee)->can_fail;
                raises |= (*callee)->raises;
                opaque |= (*callee)->opaque;
        }
        bool changed = writes != f->writes || can_fail != f->can_fail || raises != f->raises ||
                       opaque != f->opaque;
        f->writes = writes, f->can_fail = can_fail, f->raises = raises, f->opaque = opaque;
        return changed;
}

static bool function_reaches(Usage *u, FunctionUse *from, const FunctionUse *to) {
        vec_foreach(callee, &from->calls) {
                if (*callee == to)
                        return true;
                if ((*callee)->mark == u->mark)
                        continue;
                (*callee)->mark = u->mark;
                if (function_reaches(u, *callee, to))
                        return true;
        }
        return false;
}

static void functions_finish(Usage *u) {
        vec_foreach(f, &u->program->functions) {
                FunctionUse *use = usage_function(u, *f);
                u->mark++;
                use->recursive = function_reaches(u, use, use);
                use->can_fail |= use->recursive || use->has_loop;
        }
        for (bool changed = true; changed;) {
                changed = false;
                vec_foreach(f, &u->program->functions)
                        changed |= function_inherit(usage_function(u, *f));
        }
}

/* The longest chain; a function that is on the way already ends it. */
static unsigned function_depth(Usage *u, FunctionUse *f) {
        if (f->depth || f->mark == u->mark)
                return f->depth;
        f->mark = u->mark;
        unsigned below = 0;
        vec_foreach(callee, &f->calls) {
                unsigned d = function_depth(u, *callee);
                below = d > below ? d : below;
        }
        return f->depth = below + 1;
}

/* ------------------------------------------------------------------ handlers */

static void global_use_add(GlobalUse *to, const GlobalUse *from, bool repeated) {
        to->reads += from->reads;
        to->writes += from->writes;
        to->adds += from->adds;
        to->feeds += from->feeds;
        if (from->reads || from->writes || from->adds)
                to->repeated |= repeated || from->repeated;
}

static void handler_add_calls(Usage *u, HandlerUse *h, const FunctionUse *from) {
        vec_foreach(callee, &from->calls) {
                if ((*callee)->mark == u->mark)
                        continue;
                (*callee)->mark = u->mark;
                for (size_t i = 0; i < u->program->globals.n; i++)
                        global_use_add(&h->globals[i], &(*callee)->globals[i], /* repeated= */ true);
                handler_add_calls(u, h, *callee);
        }
}

static bool probe_is_alone(const Probe *p) {
        return p->attach.kind == STP_BEGIN || p->attach.kind == STP_END || p->attach.kind == STP_ERROR;
}

static HandlerUse *handler_find(Usage *u, const Stmt *body, const Expr *condition) {
        vec_foreach(h, &u->handlers)
                if ((*h)->body == body && (*h)->condition == condition)
                        return *h;
        return NULL;
}

/* What it does itself, and what it does through calls. */
static void handler_collect(Usage *u, HandlerUse *h, Probe *p, Stmt *body, Expr *condition, bool entry) {
        h->globals = h->own.globals = globals_new(u);
        collect_handler(u, &h->own, p, body, condition, entry);
        u->mark++;
        handler_add_calls(u, h, &h->own);
        function_inherit(&h->own);
        u->mark++;
        function_depth(u, &h->own);
}

static HandlerUse *handler_add(Usage *u, Probe *p, Stmt *body, Expr *condition, bool entry) {
        HandlerUse *h = handler_find(u, body, condition);
        if (h && !entry) {
                h->alone &= probe_is_alone(p);
                h->begin &= p->attach.kind == STP_BEGIN;
                return h;
        }
        h = arena_new0(u->arena, HandlerUse);
        *h = (HandlerUse) {.body = body, .condition = condition};
        h->alone = probe_is_alone(p);
        h->begin = p->attach.kind == STP_BEGIN;
        handler_collect(u, h, p, body, condition, entry);
        vec_push(u->arena, &u->handlers, h);
        return h;
}

/* Handlers are few and many probes share one: neighbours first, then a search. */
static void handlers_collect(Usage *u) {
        size_t n = u->program->probes.n;
        u->of_probe = arena_array(u->arena, HandlerUse *, n + 1);
        u->of_entry = arena_array(u->arena, HandlerUse *, n + 1);
        for (size_t i = 0; i < n; i++) {
                Probe *p = u->program->probes.items[i], *last = i ? u->program->probes.items[i - 1] : NULL;
                u->of_probe[i] = handler_add(u, p, p->body, p->condition, /* entry= */ false);
                if (!p->entry && !p->saved.n)
                        continue;
                if (last && u->of_entry[i - 1] && p->entry && last->entry == p->entry &&
                    last->saved.items == p->saved.items)
                        u->of_entry[i] = u->of_entry[i - 1];
                else
                        u->of_entry[i] = handler_add(u, p, p->entry, NULL, /* entry= */ true);
        }
}

/* ------------------------------------------------------------------ conditions */

/* Its text, the globals in it and the functions that it calls: names may be private to a file. */
static const char *condition_key(Usage *u, const ConditionUse *c) {
        _cleanup_(buf_done) Buf b = BUF_INIT;
        dump_expr(c->use.condition, &b);
        for (size_t i = 0; i < u->program->globals.n; i++)
                if (c->use.globals[i].reads)
                        buf_printf(&b, " %zu", i);
        vec_foreach(callee, &c->use.own.calls)
                buf_printf(&b, " %p", (const void *) (*callee)->function);
        return arena_strdup(u->arena, b.data ?: "");
}

static ConditionUse *condition_find(Usage *u, const Expr *condition, const char *key) {
        vec_foreach(c, &u->conditions)
                if ((*c)->use.condition == condition || (key && strcmp((*c)->key, key) == 0))
                        return *c;
        return NULL;
}

/* NULL: what it is worth depends on more than globals, so that each hit has to look. */
static ConditionUse *condition_add(Usage *u, Probe *p) {
        ConditionUse *known = condition_find(u, p->condition, NULL);
        if (known)
                return known;
        ConditionUse *c = arena_new0(u->arena, ConditionUse);
        c->use.condition = p->condition;
        handler_collect(u, &c->use, p, NULL, p->condition, /* entry= */ false);
        if (c->use.own.opaque)
                return NULL;
        c->key = condition_key(u, c);
        known = condition_find(u, NULL, c->key);
        if (known)
                return known;
        vec_push(u->arena, &u->conditions, c);
        return c;
}

bool usage_may_change(const Usage *u, const HandlerUse *h, const ConditionUse *c) {
        for (size_t i = 0; !h->alone && i < u->program->globals.n; i++)
                if (c->use.globals[i].reads && (h->globals[i].writes || h->globals[i].adds))
                        return true;
        return false;
}

/* Who may change what a condition is made of looks at it in the end, and so locks it all. */
static void conditions_collect(Usage *u) {
        u->condition_of = arena_array(u->arena, ConditionUse *, u->program->probes.n + 1);
        for (size_t i = 0; i < u->program->probes.n; i++) {
                Probe *p = u->program->probes.items[i];
                if (p->condition && !probe_is_alone(p) && p->attach.kind != STP_NEVER)
                        u->condition_of[i] = condition_add(u, p);
        }
        vec_foreach(h, &u->handlers)
                vec_foreach(c, &u->conditions)
                        if (usage_may_change(u, *h, *c))
                                for (size_t i = 0; i < u->program->globals.n; i++)
                                        global_use_add(&(*h)->globals[i], &(*c)->use.globals[i], /* repeated= */ true);
}

/* ------------------------------------------------------------------ globals */

static bool use_is_lone(const Usage *u, const HandlerUse *h, size_t global) {
        const GlobalUse *g = &h->globals[global];
        bool only_reads = g->reads == 1 && !g->adds;
        bool only_adds = g->adds == 1 && !g->reads;
        if (g->writes || g->repeated || !(only_reads || only_adds))
                return false;
        for (size_t i = 0; i < u->program->globals.n; i++)
                if (h->globals[i].writes || (i != global && h->globals[i].adds))
                        return false;
        return true;
}

static void global_judge(Usage *u, size_t i) {
        bool written = false, used = false, lone = true;
        vec_foreach(h, &u->handlers) {
                const GlobalUse *g = &(*h)->globals[i];
                bool touches = g->reads || g->writes || g->adds;
                written |= !(*h)->begin && (g->writes || g->adds);
                used |= !(*h)->alone && touches;
                if (touches && !(*h)->alone)
                        lone &= use_is_lone(u, *h, i);
        }
        vec_foreach(c, &u->conditions)
                used |= (*c)->use.globals[i].reads > 0;
        const Var *v = u->program->globals.items[i];
        u->lone[i] = used && written && lone && !v->is_array && v->type == TYPE_LONG;
        u->shared[i] = used && written && !u->lone[i];
}

Usage *usage_new(Arena *a, const Program *p) {
        Usage *u = arena_new0(a, Usage);
        *u = (Usage) {.arena = a, .program = p};
        u->shared = arena_array(a, bool, p->globals.n + 1);
        u->lone = arena_array(a, bool, p->globals.n + 1);
        u->stat_ops = arena_array(a, unsigned, p->globals.n + 1);
        for (size_t i = 0; i < p->globals.n; i++)
                ptrmap_put(a, &u->global_index, p->globals.items[i], (void *) (intptr_t) (i + 1));
        functions_collect(u);
        functions_finish(u);
        u->mark++;
        vec_foreach(f, &p->functions)
                function_depth(u, usage_function(u, *f));
        handlers_collect(u);
        conditions_collect(u);
        for (size_t i = 0; i < p->globals.n; i++)
                global_judge(u, i);
        return u;
}
