/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is wrong once the types are known: histograms without bounds, shifts out of range, sorting by what is
 * not there, statements that do nothing. Everything is checked, also what is left out afterwards because
 * nothing uses it. Jumps and other matters of form the parser has settled.
 */
#include "elaborate/effects.h"
#include "elaborate/scope.h"

#define HIST_MAX_BUCKETS 128
#define VARIANCE_MAX_SHIFT 62

/* A foreach around what is checked. */
typedef struct CheckLoop {
        struct CheckLoop *outer;
        const StmtForeach *loop;
} CheckLoop;

typedef struct {
        Visitor visitor;
        Elab *e;
        const Unit *unit;
        CheckLoop *loops;
} Check;

/* ------------------------------------------------------------------ statistics */

static Var *stat_var(Expr *x) {
        ExprIndex *index = expr_as(Index, x);
        ExprName *name = expr_as(Name, index ? index->array : x);
        return name ? name->var : NULL;
}

/* `<<<` says so itself; here is what only reads one. */
static void check_global(Check *c, const Expr *stat, const Var *v) {
        if (v->kind == VAR_GLOBAL || v->type != TYPE_STATS || stat->type == TYPE_POISON)
                return;
        Diag *d = diag_add(c->e->diags, DIAG_E0305, stat->span,
                           "a statistic has to be global, and `%s` is local", v->name);
        hint_global(c->e, c->unit->file, d, v->name);
}

static void check_stat(Check *c, ExprStat *s) {
        Var *v = stat_var(s->stat);
        ExprNumber *n = expr_as(Number, s->param);
        if (v) {
                check_global(c, s->stat, v);
                v->stat_ops |= 1u << s->op;
        }
        if (s->param && (!n || n->value < 0 || n->value > VARIANCE_MAX_SHIFT))
                diag_add(c->e->diags, DIAG_E0309, s->param->span,
                         "the bit shift of @variance is a number from 0 to %d",
                         VARIANCE_MAX_SHIFT);
}

static bool hist_is_same(const ExprHist *a, const ExprHist *b) {
        return a->linear == b->linear && a->low == b->low && a->high == b->high && a->step == b->step;
}

/* NULL: there is none. */
static const char *hist_mistake(const ExprHist *h) {
        uint64_t range = (uint64_t) h->high - (uint64_t) h->low;
        if (!h->linear)
                return NULL;
        if (h->low >= h->high)
                return "the lower bound of @hist_linear must be below the upper one";
        if (h->step < 1)
                return "the width of a bucket must be 1 or more";
        return range / (uint64_t) h->step > HIST_MAX_BUCKETS
                       ? "a histogram can have 128 buckets; make them wider"
                       : NULL;
}

static void check_hist(Check *c, ExprHist *h) {
        Var *v = h->stat->type == TYPE_POISON ? NULL : stat_var(h->stat);
        if (v)
                check_global(c, h->stat, v);
        if (hist_mistake(h))
                diag_add(c->e->diags, DIAG_E0308, h->base.span, "%s", hist_mistake(h));
        for (size_t i = 0; v && i < v->hists.n; i++)
                if (hist_is_same(v->hists.items[i], h))
                        return;
        if (v && v->hists.n) {
                Diag *d = diag_add(c->e->diags, DIAG_E0308, h->base.span,
                                   "`%s` has a histogram of another shape already",
                                   v->name);
                diag_note(c->e->diags, d, v->hists.items[0]->base.span, "the first one");
        } else if (v)
                vec_push(c->e->arena, &v->hists, h);
}

static bool check_expr(Visitor *v, Expr **x) {
        Check *c = (Check *) v;
        if ((*x)->kind == EXPR_STAT)
                check_stat(c, expr_as(Stat, *x));
        else if ((*x)->kind == EXPR_HIST)
                check_hist(c, expr_as(Hist, *x));
        return true;
}

/* ------------------------------------------------------------------ statements */

/* Warned of only where the script's author can change it. Calls may be there for what they do one day. */
static void check_expr_stmt(Check *c, StmtExpr *s) {
        ExprKind kind = s->expr->kind;
        bool is_ours = s->base.span.file && !s->base.span.expansion && !c->unit->from_library;
        if (!is_ours || s->expr->type == TYPE_POISON || kind == EXPR_CALL || effects_expr(s->expr))
                return;
        Diag *d = diag_add(c->e->diags, DIAG_W0201, s->base.span, "`%s` has no effect",
                           expr_text(c->e, s->expr));
        if (kind == EXPR_NAME)
                hint_keyword(c->e, d, expr_as(Name, s->expr)->name);
}

static void check_foreach(Check *c, StmtForeach *f) {
        ExprName *name = expr_as(Name, f->array);
        Var *array = name ? name->var : NULL;
        if (!array || array->type == TYPE_POISON)
                return;
        if (f->sort_has_stat && array->type != TYPE_STATS) {
                Diag *d = diag_add(c->e->diags, DIAG_E0304, f->array->span,
                                   "`%s` holds no statistics that could be sorted by %s", array->name,
                                   stat_op_name(f->sort_stat));
                diag_hint(c->e->diags, d, "sort by the value: `%s%s`", array->name,
                          f->sort_direction < 0 ? "-" : "+");
        }
        if (array->type == TYPE_STATS && f->sort_direction && f->sort_column == FOREACH_SORT_VALUE)
                array->stat_ops |= 1u << f->sort_stat;
        if (array->type == TYPE_STATS && f->value)
                array->stat_ops |= 1u << STAT_COUNT;
}

static void enter_loop(Check *c, const StmtForeach *f) {
        CheckLoop *l = arena_new0(c->e->arena, CheckLoop);
        *l = (CheckLoop) { .outer = c->loops, .loop = f };
        c->loops = l;
}

static void check_delete(Check *c, StmtDelete *s) {
        const Var *v = stat_var(s->target);
        for (const CheckLoop *l = c->loops; v && v->is_array && l; l = l->outer) {
                ExprName *name = expr_as(Name, l->loop->array);
                if (!name || name->var != v)
                        continue;
                Diag *d = diag_add(c->e->diags, DIAG_E0310, s->target->span,
                                   "variable '%s' modified during 'foreach' iteration", v->name);
                diag_note(c->e->diags, d, name->base.span, "the loop goes through it here");
                return;
        }
}

static bool check_stmt(Visitor *v, Stmt **s) {
        Check *c = (Check *) v;
        if ((*s)->kind == STMT_EXPR)
                check_expr_stmt(c, stmt_as(Expr, *s));
        else if ((*s)->kind == STMT_DELETE)
                check_delete(c, stmt_as(Delete, *s));
        else if ((*s)->kind == STMT_FOREACH) {
                check_foreach(c, stmt_as(Foreach, *s));
                enter_loop(c, stmt_as(Foreach, *s));
        }
        return true;
}

/* It is worked out at any time, and not once for each hit. */
static void check_condition(Check *c) {
        Expr *x = c->unit->condition;
        if (x && x->type != TYPE_POISON && effects_condition(x))
                diag_add(c->e->diags, DIAG_E0217, x->span,
                         "the condition of a probe point cannot change anything");
}

static void check_stmt_post(Visitor *v, Stmt **s) {
        Check *c = (Check *) v;
        if ((*s)->kind == STMT_FOREACH)
                c->loops = c->loops->outer;
}

void pass_check(Elab *e) {
        Check c = { .visitor = { .expr_pre = check_expr, .stmt_pre = check_stmt,
                                .stmt_post = check_stmt_post }, .e = e };
        vec_foreach(it, &e->units) {
                c.unit = *it;
                walk_stmt(&c.visitor, &(*it)->body);
                walk_expr(&c.visitor, &(*it)->condition);
                check_condition(&c);
        }
}
