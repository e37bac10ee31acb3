/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "translate/gen.h"

static const Var *array_var(const Expr *array) {
        return ((const ExprName *) array)->var;
}

const char *gen_keys(Gen *g, const ExprVec *keys, bool then_effect, unsigned *ret_wild) {
        unsigned first = gen_take(g, POOL_KEY, keys->n), wild = 0;
        Value *values = arena_array(g->arena, Value, keys->n);
        gen_values(g, keys->items, keys->n, then_effect, values);
        for (size_t i = 0; i < keys->n; i++) {
                if (!keys->items[i])
                        wild |= 1u << i;
                else
                        gen_line(g, "k[%zu].%c = %s;", first + i,
                                 keys->items[i]->type == TYPE_STRING ? 's' : 'n', values[i].text);
        }
        if (ret_wild)
                *ret_wild = wild;
        return first ? text(g, "k + %u", first) : "k";
}

Value gen_index(Gen *g, Expr *e) {
        ExprIndex *x = (ExprIndex *) e;
        if (x->array->kind != EXPR_NAME)
                return gen_bucket(g, x);
        const char *map = gen_variable(g, array_var(x->array));
        const char *keys = gen_keys(g, &x->keys, /* then_effect= */ false, NULL), *t = gen_temp(g);
        if (e->type == TYPE_STRING) {
                gen_line(g, "const char *%s = stp_map_get_string(c, %s, %s);", t, map, keys);
                return (Value) {t, LIFE_GLOBAL};
        }
        gen_line(g, "s64 %s = stp_map_get_long(c, %s, %s);", t, map, keys);
        return value_temp(t);
}

Value gen_in(Gen *g, Expr *e) {
        ExprIn *x = (ExprIn *) e;
        unsigned wild;
        if (x->array->kind != EXPR_NAME)
                return gen_in_hist(g, x);
        const char *map = gen_variable(g, array_var(x->array));
        const char *keys = gen_keys(g, &x->keys, /* then_effect= */ false, &wild), *t = gen_temp(g);
        if (wild)
                gen_line(g, "s64 %s = stp_map_has_slice(c, %s, %s, %#x);", t, map, keys, wild);
        else
                gen_line(g, "s64 %s = stp_map_has(c, %s, %s);", t, map, keys);
        return value_temp(t);
}

/* Within `foreach (v = k in a)` over statistics v stands for the element that the iterator is at. */
static const char *stat_iter(Gen *g, const Expr *stat) {
        for (Loop *l = g->routine->loops; l && stat->kind == EXPR_NAME; l = l->outer)
                if (l->value && l->value == array_var(stat))
                        return l->iter;
        return NULL;
}

Value gen_stat(Gen *g, Expr *e) {
        ExprStat *x = (ExprStat *) e;
        const Expr *array = x->stat->kind == EXPR_INDEX ? ((ExprIndex *) x->stat)->array : x->stat;
        const Var *v = array_var(array);
        const char *place = gen_place(g, "identifier", v->name, x->stat->span), *t = gen_temp(g);
        const char *iter = stat_iter(g, x->stat);
        if (x->param)
                gen_effect(g, x->param);
        if (iter) {
                gen_line(g, "s64 %s = stp_iter_value_agg(c, %s, %u, %s);", t, iter, x->op, place);
        } else if (x->stat->kind == EXPR_INDEX) {
                const char *keys = gen_keys(g, &((ExprIndex *) x->stat)->keys, /* then_effect= */ false, NULL);
                gen_line(g, "s64 %s = stp_map_agg_get(c, %s, %s, %u, %s);", t, gen_variable(g, v), keys,
                         x->op, place);
        } else {
                gen_line(g, "s64 %s = stp_agg_get(c, %s, %u, %s);", t, gen_variable(g, v), x->op, place);
        }
        if (x->op != STAT_COUNT && x->op != STAT_SUM)
                gen_check(g, NULL);
        return value_temp(t);
}
