/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Assignments and ++/--. The order is: keys of the target, then the value, then the element is looked up
 * (the value may change the map), then it is stored.
 */
#include "lang/walk.h"
#include "translate/gen.h"

typedef struct {
        Visitor visitor;
        const Var *var;
        bool found;
} Mention;

static bool mention_expr(Visitor *v, Expr **e) {
        Mention *m = (Mention *) v;
        ExprName *name = expr_as(Name, *e);
        m->found |= name && name->var == m->var;
        return !m->found;
}

static bool expr_mentions(Expr *e, const Var *var) {
        Mention m = {.visitor = {.expr_pre = mention_expr}, .var = var};
        walk_expr(&m.visitor, &e);
        return m.found;
}

static const Var *target_var(const Expr *target) {
        const Expr *name = target->kind == EXPR_INDEX ? ((const ExprIndex *) target)->array : target;
        return ((const ExprName *) name)->var;
}

static const char *var_place(Gen *g, const Var *v, Span span) {
        return gen_place(g, "identifier", v->name, span);
}

/* ------------------------------------------------------------------ elements of maps */

/* A C pointer to the element's value, made when it is not there; or NULL for a scalar's name. */
static const char *gen_element(Gen *g, const Expr *target, const char *keys, Type type) {
        const Var *v = target_var(target);
        const char *t = gen_temp(g);
        bool is_string = type == TYPE_STRING;
        gen_line(g, "%s%s = stp_map_%s(c, %s, %s);", is_string ? "char *" : "s64 *", t,
                 is_string ? "string" : "long", gen_variable(g, v), keys);
        gen_fail_if(g, text(g, "!%s", t), var_place(g, v, target->span));
        return is_string ? t : text(g, "*%s", t);
}

static const char *gen_target_keys(Gen *g, const Expr *target, bool then_effect) {
        if (target->kind != EXPR_INDEX)
                return NULL;
        return gen_keys(g, &((const ExprIndex *) target)->keys, then_effect, NULL);
}

static const char *gen_lvalue(Gen *g, const Expr *target, const char *keys, Type type) {
        return keys ? gen_element(g, target, keys, type) : gen_variable(g, target_var(target));
}

static Value lvalue_value(const Expr *target, const char *lvalue) {
        return (Value) {lvalue, target->kind == EXPR_INDEX ? LIFE_GLOBAL : variable_life(target_var(target))};
}

/* ------------------------------------------------------------------ by type */

static Value gen_stat_add(Gen *g, ExprAssign *a) {
        const Var *v = target_var(a->target);
        const char *keys = gen_target_keys(g, a->target, usage_has_effect(g->usage, a->value));
        Value n = gen_expr(g, a->value);
        if (!keys) {
                gen_line(g, "stp_agg_add(c, %s, %s);", gen_variable(g, v), n.text);
                return VALUE_ZERO;
        }
        gen_line(g, "stp_map_agg_add(c, %s, %s, %s);", gen_variable(g, v), keys, n.text);
        gen_check(g, var_place(g, v, a->target->span));
        return VALUE_ZERO;
}

/* A string goes straight to its place when nothing in the expression reads that place. */
static Value gen_string_assign(Gen *g, ExprAssign *a) {
        const Var *v = target_var(a->target);
        const char *keys = gen_target_keys(g, a->target, usage_has_effect(g->usage, a->value));
        if (!keys && a->op == OP_NONE && v->kind != VAR_GLOBAL && !expr_mentions(a->value, v)) {
                gen_string_to(g, gen_variable(g, v), a->value);
                return lvalue_value(a->target, gen_variable(g, v));
        }
        Value s = gen_expr(g, a->value);
        if (s.life == LIFE_GLOBAL || (s.life == LIFE_LOCAL && expr_mentions(a->value, v)))
                s = gen_pin(g, s, TYPE_STRING);
        const char *to = gen_lvalue(g, a->target, keys, TYPE_STRING);
        gen_line(g, "%s(%s, %s, MAXSTRINGLEN);", a->op == OP_CONCAT ? "stp_str_cat" : "stp_str_copy", to,
                 s.text);
        return lvalue_value(a->target, to);
}

static const char *const assign_forms[_OP_MAX] = {
        [OP_NONE] = "=", [OP_ADD] = "+=", [OP_SUB] = "-=", [OP_MUL] = "*=",
        [OP_AND] = "&=", [OP_OR] = "|=",  [OP_XOR] = "^=",
};

static bool is_lone(Gen *g, const Expr *target) {
        return target->kind == EXPR_NAME && usage_is_lone(g->usage, target_var(target));
}

static Value gen_long_assign(Gen *g, ExprAssign *a, bool wanted) {
        const char *keys = gen_target_keys(g, a->target, usage_has_effect(g->usage, a->value));
        Value n = gen_expr(g, a->value);
        if (!wanted && is_lone(g, a->target) && (a->op == OP_ADD || a->op == OP_SUB)) {
                gen_line(g, "stp_atomic_add(&%s, %s%s);", gen_variable(g, target_var(a->target)),
                         a->op == OP_SUB ? "-" : "", n.text);
                return VALUE_ZERO;
        }
        const char *to = gen_lvalue(g, a->target, keys, TYPE_LONG);
        Value old = lvalue_value(a->target, to);
        if (assign_forms[a->op])
                gen_line(g, "%s %s %s;", to, assign_forms[a->op], n.text);
        else
                gen_line(g, "%s = %s;", to, gen_arithmetic(g, a->op, old, n, a->value, a->op_span).text);
        /* The element may be gone when the value of the whole expression is used. */
        return keys && wanted ? gen_pin(g, old, TYPE_LONG) : old;
}

Value gen_assign(Gen *g, ExprAssign *a, bool wanted) {
        if (a->target->kind != EXPR_NAME && a->target->kind != EXPR_INDEX) {
                diag_add(g->diags, DIAG_E0501, a->target->span, "this cannot be assigned to");
                return VALUE_ZERO;
        }
        if (a->op == OP_STAT_ADD)
                return gen_stat_add(g, a);
        if (a->target->type == TYPE_STRING)
                return gen_string_assign(g, a);
        return gen_long_assign(g, a, wanted);
}

Value gen_step(Gen *g, ExprStep *s, bool wanted) {
        const char *sign = s->increment ? "++" : "--";
        if (s->operand->kind != EXPR_NAME && s->operand->kind != EXPR_INDEX) {
                diag_add(g->diags, DIAG_E0501, s->operand->span, "this cannot be assigned to");
                return VALUE_ZERO;
        }
        if (!wanted && is_lone(g, s->operand)) {
                gen_line(g, "stp_atomic_add(&%s, %d);", gen_variable(g, target_var(s->operand)),
                         s->increment ? 1 : -1);
                return VALUE_ZERO;
        }
        const char *keys = gen_target_keys(g, s->operand, /* then_effect= */ false);
        const char *to = gen_lvalue(g, s->operand, keys, TYPE_LONG);
        if (!wanted) {
                gen_line(g, *to == '*' ? "(%s)%s;" : "%s%s;", to, sign);
                return VALUE_ZERO;
        }
        const char *t = gen_temp(g);
        if (s->prefix)
                gen_line(g, "s64 %s = %s(%s);", t, sign, to);
        else
                gen_line(g, "s64 %s = (%s)%s;", t, to, sign);
        return value_temp(t);
}
