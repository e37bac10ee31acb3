/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "elaborate/lower.h"
#include "elaborate/scope.h"

/* ------------------------------------------------------------------ names */

static void no_array(Lower *l, const ExprName *name) {
        Diag *d = diag_add(l->e->diags, DIAG_E0221, name->base.span, "no global array `%s`", name->name);
        hint_global(l->e, l->file, d, name->name);
}

/* The array that stands in a[...], `in`, foreach; arrays are always global. */
void lower_array(Lower *l, Expr *x, size_t n_keys) {
        ExprName *name = expr_as(Name, x);
        Var *v = strmap_get(&l->unit->names, name->name);
        bool is_parameter = v && v->kind == VAR_PARAMETER;
        name->var = is_parameter ? NULL : scope_find_global(l->e, l->file, name->name);
        if (!name->var)
                no_array(l, name);
        if (!name->var || !scope_use_array(l->e, name->var, n_keys, x->span)) {
                x->type = TYPE_POISON;
                name->var = scope_new_var(l->e, VAR_GLOBAL, name->name, x->span);
                name->var->type = TYPE_POISON;
        } else
                x->ctype = name->var->ctype;
}

static bool is_global_only(Lower *l) {
        return l->in_entry || l->in_condition;
}

static bool lower_name(Lower *l, Expr **x) {
        ExprName *name = expr_as(Name, *x);
        if (is_global_only(l) && !scope_find_global(l->e, l->file, name->name)) {
                diag_add(l->e->diags, DIAG_E0214, (*x)->span, "%s can only use globals, and `%s` is none",
                         l->in_entry ? "@entry" : "the condition of a probe point", name->name);
                *x = make_poison(l->e, (*x)->span);
                return false;
        }
        name->var = scope_find(l->e, l->unit, l->file, name->name, name->base.span);
        if (!scope_use_scalar(l->e, name->var, (*x)->span))
                (*x)->type = TYPE_POISON;
        (*x)->ctype = name->var->ctype;
        return false;
}

void lower_keys(Lower *l, ExprVec *keys) {
        vec_foreach(it, keys)
                lower_expr(l, it); /* NULL: `*` */
}

/* hist[i], i in hist */
static void lower_bucket(Lower *l, Expr *x, Expr **hist, const ExprVec *keys) {
        lower_expr(l, hist);
        if (keys->n == 1 && keys->items[0])
                return;
        diag_add(l->e->diags, DIAG_E0224, x->span, "a bucket of a histogram has one number");
        x->type = TYPE_POISON;
}

/* What can be given a value: not a bucket. */
static bool is_changeable(const Expr *x) {
        return x->kind == EXPR_NAME ||
               (x->kind == EXPR_INDEX && ((const ExprIndex *) x)->array->kind == EXPR_NAME);
}

void lower_element(Lower *l, Expr *x) {
        ExprIndex *index = expr_as(Index, x);
        lower_keys(l, &index->keys);
        if (index->array->kind == EXPR_HIST)
                lower_bucket(l, x, &index->array, &index->keys);
        else
                lower_array(l, index->array, index->keys.n);
        x->ctype = index->array->ctype;
        if (index->array->type == TYPE_POISON)
                x->type = TYPE_POISON;
}

/* v[i] where v is a variable of this body, and no array: what the pointer in it leads to. */
static bool is_through_pointer(Lower *l, const Expr *x) {
        const ExprIndex *index = expr_as(Index, (Expr *) x);
        const ExprName *name = index ? expr_as(Name, index->array) : NULL;
        if (!name || index->keys.n != 1 || !index->keys.items[0] || is_global_only(l))
                return false;
        const Var *v = strmap_get(&l->unit->names, name->name);
        return v && (v->kind == VAR_PARAMETER || !scope_find_global(l->e, l->file, name->name));
}

/* The same as a target variable's path, when it is that. */
static void make_path(Lower *l, Expr **x) {
        if (!is_through_pointer(l, *x))
                return;
        ExprIndex *index = expr_as(Index, *x);
        ExprTarget *t = expr_new(l->e->arena, Target, (*x)->span);
        t->target = TARGET_EXPR;
        t->value = index->array;
        Access access = { .kind = ACCESS_INDEX, .span = (*x)->span, .index = index->keys.items[0] };
        vec_push(l->e->arena, &t->path, access);
        *x = &t->base;
}

static bool lower_index(Lower *l, Expr **x) {
        make_path(l, x);
        if ((*x)->kind == EXPR_TARGET)
                *x = lower_target(l, expr_as(Target, *x));
        else
                lower_element(l, *x);
        return false;
}

static bool lower_in(Lower *l, Expr **x) {
        ExprIn *in = expr_as(In, *x);
        lower_keys(l, &in->keys);
        if (in->array->kind == EXPR_HIST)
                lower_bucket(l, *x, &in->array, &in->keys);
        else
                lower_array(l, in->array, in->keys.n);
        return false;
}

/* ------------------------------------------------------------------ the rest */

static bool lower_call_node(Lower *l, Expr **x) {
        lower_call(l, expr_as(Call, *x));
        return false;
}

static bool lower_target_node(Lower *l, Expr **x) {
        *x = lower_target(l, expr_as(Target, *x));
        return false;
}

static bool lower_entry_node(Lower *l, Expr **x) {
        *x = lower_entry(l, expr_as(Entry, *x));
        return false;
}

static bool lower_operator_node(Lower *l, Expr **x) {
        *x = lower_operator(l, expr_as(Operator, *x));
        return false;
}

void lower_refuse(Lower *l, Expr **x, const Expr *what) {
        diag_add(l->e->diags, DIAG_E0226, what->span, "`%s` cannot be changed", expr_text(l->e, what));
        *x = make_poison(l->e, (*x)->span);
}

static bool lower_assign(Lower *l, Expr **x) {
        ExprAssign *a = expr_as(Assign, *x);
        lower_expr(l, &a->value);
        make_path(l, &a->target);
        if (a->target->kind == EXPR_TARGET) {
                *x = lower_store(l, expr_as(Target, a->target), a->op, a->value, (*x)->span);
                return false;
        }
        if (!is_changeable(a->target)) {
                lower_refuse(l, x, a->target);
                return false;
        }
        lower_expr(l, &a->target);
        ExprIndex *index = expr_as(Index, a->target);
        ExprName *name = expr_as(Name, index ? index->array : a->target);
        Var *v = name ? name->var : NULL;
        if (v && a->op == OP_NONE && !v->ctype && !var_info(v)->ctype_lost)
                v->ctype = a->value->ctype;
        (*x)->ctype = a->value->ctype;
        return false;
}

static bool lower_step(Lower *l, Expr **x) {
        ExprStep *s = expr_as(Step, *x);
        make_path(l, &s->operand);
        if (s->operand->kind == EXPR_TARGET) {
                Span span = (*x)->span;
                OperatorCode op = s->increment ? OP_ADD : OP_SUB;
                *x = lower_store(l, expr_as(Target, s->operand), op, make_number(l->e, span, 1), span);
                OperatorCode back = s->increment ? OP_SUB : OP_ADD;
                if (!s->prefix && (*x)->type != TYPE_POISON) /* its value is the one before */
                        *x = make_binary(l->e, span, back, *x, make_number(l->e, span, 1));
        } else if (!is_changeable(s->operand))
                lower_refuse(l, x, s->operand);
        else
                lower_expr(l, &s->operand);
        return false;
}

static bool lower_embedded(Lower *l, Expr **x) {
        if (l->e->options->guru || l->file->is_library)
                return false;
        Diag *d = diag_add(l->e->diags, DIAG_E0260, (*x)->span, "embedded C is for guru mode only");
        diag_hint(l->e->diags, d, "run it with -g");
        return false;
}

typedef bool (*LowerExpr)(Lower *l, Expr **x); /* true: the children are lowered by the walk */
static const LowerExpr expr_lowerers[_EXPR_KIND_MAX] = {
        [EXPR_NAME] = lower_name,
        [EXPR_INDEX] = lower_index,
        [EXPR_CALL] = lower_call_node,
        [EXPR_STEP] = lower_step,
        [EXPR_BINARY] = lower_binary,
        [EXPR_ASSIGN] = lower_assign,
        [EXPR_TERNARY] = lower_ternary,
        [EXPR_IN] = lower_in,
        [EXPR_TARGET] = lower_target_node,
        [EXPR_DEFINED] = lower_defined,
        [EXPR_ENTRY] = lower_entry_node,
        [EXPR_OPERATOR] = lower_operator_node,
        [EXPR_EMBEDDED] = lower_embedded,
};

static bool visit_expr(Visitor *v, Expr **x) {
        LowerExpr lowerer = expr_lowerers[(*x)->kind];
        return !lowerer || lowerer((Lower *) v, x);
}

/* ------------------------------------------------------------------ the walk */

void lower_init(Lower *l, Elab *e, Unit *u, const File *file) {
        *l = (Lower) {
                .visitor = { .expr_pre = visit_expr, .stmt_pre = lower_visit_stmt },
                .e = e,
                .unit = u,
                .file = file,
        };
}

void lower_expr(Lower *l, Expr **x) {
        walk_expr(&l->visitor, x);
}

void lower_stmt(Lower *l, Stmt **s) {
        walk_stmt(&l->visitor, s);
}
