/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is printed leaves the kernel as a record: the number of its format, which stands in the manifest, and
 * the arguments. The arguments are evaluated and their lengths are known before the record is begun.
 */
#include "translate/format.h"
#include "translate/print.h"

static void items_collect(Gen *g, const ExprPrint *p, ItemVec *items) {
        size_t arg = 0;
        Conversion c;
        for (const char *f = p->final_format; (f = format_next(f, &c)) && arg < p->args.n;) {
                size_t stars = c.width_arg + c.precision_arg;
                for (; stars && arg + 1 < p->args.n; stars--)
                        vec_push(g->arena, items, ((Item) {.expr = p->args.items[arg++], .hidden = true}));
                Item i = {.expr = p->args.items[arg++]};
                i.kind = c.letter == 'm' || c.letter == 'M' ? ITEM_MEMORY
                       : i.expr->type == TYPE_STRING ? ITEM_STRING : ITEM_LONG;
                if (i.kind == ITEM_MEMORY && !c.precision_arg)
                        i.length = text(g, "%d", c.precision < 0 ? 1 : c.precision);
                vec_push(g->arena, items, i);
        }
}

/* ------------------------------------------------------------------ the manifest */

static const FieldType field_types[] = {
        [ITEM_LONG] = FIELD_LONG, [ITEM_STRING] = FIELD_STRING, [ITEM_MEMORY] = FIELD_MEMORY,
        [ITEM_HIST] = FIELD_HIST,
};

static const char *field_unique(Gen *g, StrMap *taken, const char *name) {
        const char *unique = name;
        for (unsigned i = 2; strmap_get(taken, unique); i++)
                unique = text(g, "%s_%u", name, i);
        strmap_put(g->arena, taken, unique, (void *) unique);
        return unique;
}

static int format_register(Gen *g, const ExprPrint *p, const ItemVec *items, const char *const *names,
                           const ManifestAgg *agg) {
        const char *place = span_place(g->arena, p->base.span);
        int id = manifest_add_format(g->manifest, p->final_format, place);
        for (size_t i = 0; id >= 0 && i < items->n; i++) {
                const Item *item = &items->items[i];
                int r = manifest_add_field(g->manifest, id, names[i], field_types[item->kind], item->hidden);
                if (r < 0)
                        g->error = r;
        }
        if (id < 0 || (agg && manifest_set_agg(g->manifest, (unsigned) id, agg) < 0))
                g->error = -ENOMEM;
        return id;
}

unsigned gen_format(Gen *g, const ExprPrint *p, const ItemVec *items, const ManifestAgg *agg) {
        const char **names = arena_array(g->arena, const char *, items->n + 1);
        const char *key = text(g, "%s\1%s", p->final_format, span_place(g->arena, p->base.span));
        StrMap taken = STRMAP_INIT;
        unsigned nth = 0;
        for (size_t i = 0; i < items->n; i++) {
                const Item *item = &items->items[i];
                nth += !item->hidden;
                const char *name = item->hidden ? "width" : field_name(g->arena, item->expr, nth);
                names[i] = field_unique(g, &taken, name);
                key = text(g, "%s\1%s%d", key, names[i], item->kind);
        }
        uintptr_t id = (uintptr_t) strmap_get(&g->formats, key);
        if (!id) {
                id = format_register(g, p, items, names, agg) + 1;
                strmap_put(g->arena, &g->formats, key, (void *) id);
        }
        return id - 1;
}

/* ------------------------------------------------------------------ arguments */

static Value *items_evaluate(Gen *g, const ItemVec *items) {
        Expr **exprs = arena_array(g->arena, Expr *, items->n + 1);
        Value *values = arena_array(g->arena, Value, items->n + 1);
        for (size_t i = 0; i < items->n; i++)
                exprs[i] = items->items[i].expr;
        gen_values(g, exprs, items->n, /* then_effect= */ false, values);
        return values;
}

const char *gen_string_length(Gen *g, const char *s) {
        if (*s == '"')
                return text(g, "sizeof(%s) - 1", s);
        const char *t = gen_temp(g);
        gen_line(g, "u32 %s = stp_str_len(%s, MAXSTRINGLEN);", t, s);
        return t;
}

/* Memory is bounded as strings are. */
static const char *memory_length(Gen *g, const Item *item, const Value *precision) {
        const char *t = gen_temp(g);
        gen_line(g, "u32 %s = stp_memory_length(%s);", t, item->length ?: precision->text);
        return t;
}

static void items_measure(Gen *g, ItemVec *items, Value *values) {
        for (size_t i = 0; i < items->n; i++) {
                Item *item = &items->items[i];
                if (item->kind == ITEM_STRING) {
                        values[i] = gen_simple(g, values[i], TYPE_STRING);
                        item->length = gen_string_length(g, values[i].text);
                } else if (item->kind == ITEM_MEMORY) {
                        item->length = memory_length(g, item, i ? &values[i - 1] : NULL);
                }
        }
}

/* ------------------------------------------------------------------ records */

static const char *payload_size(Gen *g, const ItemVec *items) {
        unsigned longs = 0;
        const char *size = "";
        vec_foreach(item, items) {
                longs += item->kind == ITEM_LONG;
                if (item->kind != ITEM_LONG)
                        size = text(g, "%s + stp_string_room(%s)", size, item->length);
        }
        return text(g, "%u%s", longs * 8, size);
}

static void gen_payload(Gen *g, const char *p, const Item *item, const Value *v) {
        if (item->kind == ITEM_LONG)
                gen_line(g, "*%s++ = %s;", p, v->text);
        else
                gen_line(g, "%s = %s(%s, %s, %s);", p,
                         item->kind == ITEM_STRING ? "stp_put_string" : "stp_put_memory", p, v->text,
                         item->length);
}

/* A global that is shown at exit is data of its own kind: shown.c made the print, its keys stand first. */
static const ManifestAgg *shown_agg(Gen *g, const ExprPrint *p) {
        if (!p->shown)
                return NULL;
        ManifestAgg *agg = arena_new0(g->arena, ManifestAgg);
        agg->kind = p->shown->is_array ? AGG_MAP : p->shown->type == TYPE_STATS ? AGG_STATS : AGG_SCALAR;
        agg->name = (char *) p->shown->name;
        agg->n_keys = p->shown->is_array ? (unsigned) p->shown->keys.n : 0;
        return agg;
}

Value gen_print(Gen *g, ExprPrint *p) {
        if (p->args.n && p->args.items[0]->kind == EXPR_HIST)
                return gen_print_hist(g, p);
        ItemVec items = {};
        items_collect(g, p, &items);
        unsigned id = gen_format(g, p, &items, shown_agg(g, p));
        Value *values = items_evaluate(g, &items);
        items_measure(g, &items, values);
        if (!items.n) {
                gen_line(g, "stp_print(c, %u, 0);", id);
                return VALUE_ZERO;
        }
        const char *at = gen_temp(g);
        gen_line(g, "u64 *%s = stp_print(c, %u, %s);", at, id, payload_size(g, &items));
        gen_open(g, "if (%s) {", at);
        for (size_t i = 0; i < items.n; i++)
                gen_payload(g, at, &items.items[i], &values[i]);
        gen_close(g, "");
        return VALUE_ZERO;
}

/* ------------------------------------------------------------------ sprintf */

static void gen_sprint_argument(Gen *g, const char *a, const Item *item, const Value *v) {
        if (item->kind == ITEM_LONG) {
                gen_line(g, "%s.n = %s;", a, v->text);
        } else if (item->kind == ITEM_STRING) {
                gen_line(g, "%s.s = %s;", a, v->text);
                gen_line(g, "%s.len = %s;", a, item->length);
        } else {
                gen_line(g, "stp_arg_memory(&%s, %s, %s, %s);", a, gen_buffer(g), v->text, item->length);
        }
}

void gen_sprint_to(Gen *g, const char *dst, ExprPrint *p) {
        ItemVec items = {};
        items_collect(g, p, &items);
        Value *values = items_evaluate(g, &items);
        if (items.n == 1 && !strcmp(p->final_format, "%s")) {
                gen_line(g, "stp_str_copy(%s, %s, MAXSTRINGLEN);", dst, values[0].text);
                return;
        }
        items_measure(g, &items, values);
        unsigned first = gen_take(g, POOL_ARG, items.n);
        for (size_t i = 0; i < items.n; i++)
                gen_sprint_argument(g, text(g, "a[%zu]", first + i), &items.items[i], &values[i]);
        gen_line(g, "stp_sprintf(c, %s, MAXSTRINGLEN, %s, %s, %zu);", dst, gen_literal(g, p->final_format),
                 items.n ? text(g, "a + %u", first) : "NULL", items.n);
}
