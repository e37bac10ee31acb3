/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Handlers that came out the same are one: `probe syscall.* { n++ }` is lowered with the prologue of each
 * alias, and what is left of all of them is n++. So are the copies of a function with target variables,
 * where its handlers have the same arguments in the same places.
 *
 * Two bodies are the same when their dumps are, with the types of their variables, the functions that they
 * call, and the places in the script that an error would name. A function that is written twice is one when
 * nothing in it can fail or print: then no place is ever named. Functions go first, in rounds: what calls
 * two that have become one may become one itself.
 */
#include <inttypes.h>
#include "base/buf.h"
#include "elaborate/elab.h"
#include "lang/dump.h"
#include "lang/walk.h"

#define MAX_UNITS 20000 /* beyond that, the script has more time for its compiler than for this */

typedef struct {
        Visitor visitor;
        Buf *key;
        bool placeless;
} Key;

/* ------------------------------------------------------------------ can it name a place? */

typedef struct {
        Visitor visitor;
        bool silent;
} Silence;

static bool divides_safely(const ExprBinary *b) {
        const ExprNumber *n = expr_as(Number, b->right);
        return (b->op != OP_DIV && b->op != OP_MOD) || (n && n->value != 0);
}

static bool is_silent(Expr *x) {
        const ExprAssign *a = expr_as(Assign, x);
        const ExprStep *s = expr_as(Step, x);
        switch (x->kind) {
        case EXPR_NUMBER:
        case EXPR_STRING:
        case EXPR_NAME:
        case EXPR_UNARY:
        case EXPR_TERNARY:
                return true;
        case EXPR_BINARY:
                return divides_safely((const ExprBinary *) x);
        case EXPR_ASSIGN:
                return a->target->kind == EXPR_NAME && a->op != OP_DIV && a->op != OP_MOD;
        case EXPR_STEP:
                return s->operand->kind == EXPR_NAME;
        default:
                return false;
        }
}

static bool silence_expr(Visitor *v, Expr **x) {
        Silence *s = (Silence *) v;
        s->silent = s->silent && is_silent(*x);
        return s->silent;
}

static bool silence_stmt(Visitor *v, Stmt **x) {
        Silence *s = (Silence *) v;
        StmtKind k = (*x)->kind;
        s->silent = s->silent && (k == STMT_BLOCK || k == STMT_EMPTY || k == STMT_EXPR || k == STMT_IF ||
                                  k == STMT_RETURN);
        return s->silent;
}

static bool names_no_place(Unit *u) {
        Silence s = { .visitor = { .expr_pre = silence_expr, .stmt_pre = silence_stmt }, .silent = true };
        walk_stmt(&s.visitor, &u->body);
        return s.silent;
}

/* ------------------------------------------------------------------ when are two the same? */

static void add_place(Buf *key, Span s) {
        unsigned depth = 0;
        buf_printf(key, "@%p:%u", (const void *) s.file, s.offset);
        for (const Expansion *e = s.expansion; e && depth < 10; e = e->from.expansion, depth++)
                buf_printf(key, "<%p:%u", (const void *) e->from.file, e->from.offset);
}

static void add_var(Buf *key, const Var *v) {
        buf_printf(key, " %s:%d", v->name, v->type);
        if (v->kind == VAR_GLOBAL)
                buf_printf(key, "=%p", (const void *) v);
}

static bool key_expr(Visitor *v, Expr **x) {
        Buf *key = ((Key *) v)->key;
        const ExprName *name = expr_as(Name, *x);
        const ExprCall *call = expr_as(Call, *x);
        const ExprPrint *print = expr_as(Print, *x);
        if (!((Key *) v)->placeless)
                add_place(key, (*x)->span);
        if (name)
                add_var(key, name->var);
        for (size_t i = 0; call && i < call->targets.n; i++)
                buf_printf(key, " %p", (const void *) call->targets.items[i]);
        if (print && print->final_format)
                buf_str(key, print->final_format);
        return true;
}

static bool key_stmt(Visitor *v, Stmt **s) {
        Key *k = (Key *) v;
        if (!k->placeless)
                add_place(k->key, (*s)->span);
        return true;
}

static void add_expr(Key *k, Expr *x) {
        if (!x)
                return;
        dump_expr(x, k->key);
        walk_expr(&k->visitor, &x);
}

/* NULL: there is no memory for it. */
static const char *unit_key(Elab *e, Unit *u, const Probe *p) {
        _cleanup_(buf_done) Buf text = BUF_INIT;
        Key k = { .visitor = { .expr_pre = key_expr, .stmt_pre = key_stmt }, .key = &text };
        if (u->function) {
                k.placeless = names_no_place(u);
                const void *own = k.placeless ? NULL : u->decl;
                buf_printf(&text, "%p:%d", own, u->function->result);
                vec_foreach(it, &u->function->params)
                        add_var(&text, *it);
        } else
                buf_printf(&text, "%d", p->attach.kind == STP_FUNCTION_RETURN);
        dump_stmt(u->body, 0, &text);
        walk_stmt(&k.visitor, &u->body);
        buf_str(&text, "\nif ");
        add_expr(&k, u->condition);
        vec_foreach(it, &u->saved) {
                buf_str(&text, "\nsaved ");
                add_expr(&k, *it);
        }
        return text.failed ? NULL : arena_strndup(e->arena, text.data, text.len);
}

/* The first unit with this key. */
static Unit *first_of(Elab *e, StrMap *known, Unit *u, const char *key) {
        Unit *same = key ? strmap_get(known, key) : u;
        if (same)
                return same;
        strmap_put(e->arena, known, key, u);
        return u;
}

/* ------------------------------------------------------------------ functions */

static bool replace_targets(Visitor *v, Expr **x) {
        ExprCall *call = expr_as(Call, *x);
        for (size_t i = 0; call && i < call->targets.n; i++)
                call->targets.items[i] = function_unit(call->targets.items[i])->same->function;
        return true;
}

static void replace_all(Elab *e) {
        Visitor v = { .expr_pre = replace_targets };
        vec_foreach(it, &e->units) {
                walk_stmt(&v, &(*it)->body);
                walk_expr(&v, &(*it)->condition);
                vec_foreach(saved, &(*it)->saved)
                        walk_expr(&v, saved);
        }
}

/* What was copied for a handler can have a twin, and what is written twice when no error can tell which
 * one it was. */
static bool merge_functions(Elab *e) {
        StrMap known = STRMAP_INIT;
        bool merged = false;
        vec_foreach(it, &e->units) {
                Unit *u = *it;
                if (!u->function || !u->body || u->same != u || !(u->handler || names_no_place(u)))
                        continue;
                u->same = first_of(e, &known, u, unit_key(e, u, NULL));
                merged |= u->same != u;
        }
        if (merged)
                replace_all(e);
        return merged;
}

/* ------------------------------------------------------------------ handlers */

static void merge_handlers(Elab *e) {
        StrMap known = STRMAP_INIT;
        vec_foreach(h, &e->handlers) {
                if (h->unit->same == h->unit && !h->unit->is_merged)
                        h->unit->same = first_of(e, &known, h->unit, unit_key(e, h->unit, h->probe));
                h->unit->is_merged = true;
                h->unit = h->unit->same;
        }
        size_t kept = 0;
        vec_foreach(it, &e->units)
                if ((*it)->function || (*it)->same == *it)
                        e->units.items[kept++] = *it;
        e->units.n = kept;
}

void pass_merge(Elab *e) {
        if (!e->options->optimize || e->units.n > MAX_UNITS)
                return;
        vec_foreach(it, &e->units)
                (*it)->same = *it;
        while (merge_functions(e))
                ;
        merge_handlers(e);
}
