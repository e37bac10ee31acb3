/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Histograms. print() leaves the buckets in the record, and they are drawn where it is read; the keys of an
 * array's element go before them, for those who read data. A bucket is the core's answer.
 */
#include "translate/print.h"

/* A statistic as the core takes it. */
typedef struct Stat {
        const Var *var;
        const char *name;  /* C */
        const char *keys;  /* C, or NULL: it is no array's element */
        const ExprVec *exprs;
        const char *place;
} Stat;

static const Expr *stat_name(const ExprHist *h) {
        return h->stat->kind == EXPR_INDEX ? ((const ExprIndex *) h->stat)->array : h->stat;
}

static Stat stat_begin(Gen *g, const ExprHist *h, bool then_effect) {
        Stat s = {.var = ((const ExprName *) stat_name(h))->var};
        s.name = gen_variable(g, s.var);
        s.place = gen_place(g, "identifier", s.var->name, h->stat->span);
        if (h->stat->kind == EXPR_INDEX) {
                s.exprs = &((const ExprIndex *) h->stat)->keys;
                s.keys = gen_keys(g, s.exprs, then_effect, NULL);
        }
        return s;
}

/* "stp_agg_x(c, NAME" or "stp_map_agg_x(c, NAME, KEYS" */
static const char *stat_call(Gen *g, const Stat *s, const char *what) {
        return s->keys ? text(g, "stp_map_agg_%s(c, %s, %s", what, s->name, s->keys)
                       : text(g, "stp_agg_%s(c, %s", what, s->name);
}

static void stat_refuse_empty(Gen *g, const Stat *s) {
        gen_fail_if(g, text(g, "%s, %s)", stat_call(g, s, "empty"), s->place), NULL);
}

static const char *stat_bucket(Gen *g, const Stat *s, const char *index) {
        const char *t = gen_temp(g);
        gen_line(g, "s64 %s = %s, %s, %s);", t, stat_call(g, s, "bucket"), index, s->place);
        gen_check(g, NULL);
        return t;
}

static Histogram shape(const ExprHist *h) {
        return (Histogram) {.linear = h->linear, .low = h->low, .high = h->high, .step = h->step};
}

/* ------------------------------------------------------------------ print() */

static ItemVec items_of(Gen *g, const Stat *s, ExprHist *h) {
        ItemVec items = {};
        for (size_t i = 0; s->exprs && i < s->exprs->n; i++) {
                Expr *key = s->exprs->items[i];
                vec_push(g->arena, &items, ((Item) {
                        .expr = key, .kind = key->type == TYPE_STRING ? ITEM_STRING : ITEM_LONG }));
        }
        vec_push(g->arena, &items, ((Item) {.kind = ITEM_LONG, .hidden = true}));
        vec_push(g->arena, &items, ((Item) {.kind = ITEM_HIST, .expr = (Expr *) stat_name(h)}));
        return items;
}

static void put_key(Gen *g, const char *at, const Stat *s, size_t i, const Item *item) {
        if (item->kind == ITEM_STRING)
                gen_line(g, "%s = stp_put_string(%s, (%s)[%zu].s, %s);", at, at, s->keys, i, item->length);
        else
                gen_line(g, "*%s++ = (u64)(%s)[%zu].n;", at, s->keys, i);
}

Value gen_print_hist(Gen *g, ExprPrint *p) {
        ExprHist *h = (ExprHist *) p->args.items[0];
        Stat s = stat_begin(g, h, /* then_effect= */ false);
        ItemVec items = items_of(g, &s, h);
        size_t n_keys = items.n - 2;
        ManifestAgg agg = {.kind = AGG_HIST, .name = (char *) s.var->name, .n_keys = (unsigned) n_keys,
                           .histogram = shape(h)};
        unsigned id = gen_format(g, p, &items, &agg);
        const char *size = text(g, "8 + stp_hist_room(%u)", histogram_buckets(&agg.histogram));
        stat_refuse_empty(g, &s);
        for (size_t i = 0; i < n_keys; i++) {
                Item *item = &items.items[i];
                if (item->kind == ITEM_STRING)
                        item->length = gen_string_length(g, text(g, "(%s)[%zu].s", s.keys, i));
                size = item->kind == ITEM_LONG ? text(g, "%s + 8", size)
                                               : text(g, "%s + stp_string_room(%s)", size, item->length);
        }
        const char *at = gen_temp(g);
        gen_line(g, "u64 *%s = stp_print(c, %u, %s);", at, id, size);
        gen_open(g, "if (%s) {", at);
        for (size_t i = 0; i < n_keys; i++)
                put_key(g, at, &s, i, &items.items[i]);
        gen_line(g, "*%s++ = (u64)(s64)(HIST_ELISION);", at);
        if (s.keys)
                gen_line(g, "stp_put_map_hist(%s, c, %s, %s);", at, s.name, s.keys);
        else
                gen_line(g, "stp_put_hist(%s, c, %s);", at, s.name);
        gen_close(g, "");
        return VALUE_ZERO;
}

/* ------------------------------------------------------------------ buckets */

Value gen_bucket(Gen *g, ExprIndex *x) {
        Expr *index = x->keys.items[0];
        Stat s = stat_begin(g, (const ExprHist *) x->array, usage_has_effect(g->usage, index));
        Value i = gen_expr(g, index);
        return value_temp(stat_bucket(g, &s, i.text));
}

/* Whether [i] has an answer: a histogram of nothing has no buckets, as reading one is an error. */
Value gen_in_hist(Gen *g, ExprIn *x) {
        const ExprHist *h = (const ExprHist *) x->array;
        Histogram histogram = shape(h);
        const char *index = gen_temp(g), *t = gen_temp(g);
        gen_line(g, "s64 %s = %s;", index, gen_expr(g, x->keys.items[0]).text);
        Stat s = stat_begin(g, h, /* then_effect= */ false);
        gen_line(g, "s64 %s = (u64)%s < %u && %s, %u, %s);", t, index, histogram_buckets(&histogram),
                 stat_call(g, &s, "get"), STAT_COUNT, s.place);
        return value_temp(t);
}

void gen_foreach_bucket(Gen *g, StmtForeach *f) {
        const ExprHist *h = (const ExprHist *) f->array;
        Histogram histogram = shape(h);
        unsigned n = histogram_buckets(&histogram);
        const char *limit = f->limit ? gen_temp(g) : NULL, *turn = gen_temp(g);
        Stat s = stat_begin(g, h, /* then_effect= */ true);
        stat_refuse_empty(g, &s);
        if (limit)
                gen_line(g, "s64 %s = %s;", limit, gen_limit(g, f->limit));
        LoopState state = loop_enter(g);
        g->routine->loops = &state.loop;
        gen_open(g, "for (s64 %s = 0; %s < %u%s; %s++) {", turn, turn, n,
                 limit ? text(g, " && %s < %s", turn, limit) : "", turn);
        const char *bucket = f->sort_direction < 0 ? text(g, "%u - %s", n - 1, turn) : turn;
        gen_line(g, "%s = %s;", gen_variable(g, f->keys.items[0]->var), bucket);
        if (f->value)
                gen_line(g, "%s = %s;", gen_variable(g, f->value->var), stat_bucket(g, &s, bucket));
        gen_block(g, f->body, 1, gen_place(g, "keyword", "foreach", f->base.span));
        gen_close(g, "");
        loop_leave(g, &state);
}
