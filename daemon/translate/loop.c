/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Loops. Every turn of every loop takes an action, so that none can hang the CPU. */
#include "translate/gen.h"

LoopState loop_enter(Gen *g) {
        LoopState s = {.loop = {.outer = g->routine->loops}, .counted = g->routine->counts_blocks};
        g->routine->counts_blocks = true;
        return s;
}

void loop_leave(Gen *g, const LoopState *s) {
        g->routine->loops = s->loop.outer;
        g->routine->counts_blocks = s->counted;
}

/* `while (condition) {`, with the statements that the condition needs inside. */
static void gen_loop_head(Gen *g, Expr *condition) {
        Capture c;
        if (!condition) {
                gen_open(g, "for (;;) {");
                return;
        }
        gen_capture(g, &c);
        g->routine->indent++;
        Value v = gen_expr(g, condition);
        g->routine->indent--;
        const char *lines = gen_captured(g, &c);
        if (!*lines) {
                gen_open(g, "while (%s) {", v.text);
                return;
        }
        gen_open(g, "for (;;) {");
        gen_text(g, lines);
        gen_line(g, "if (!%s)", v.text);
        gen_line(g, "\tbreak;");
}

void gen_while(Gen *g, StmtWhile *s) {
        LoopState state = loop_enter(g);
        g->routine->loops = &state.loop;
        gen_loop_head(g, s->condition);
        gen_block(g, s->body, 1, gen_place(g, "keyword", "while", s->base.span));
        gen_close(g, "");
        loop_leave(g, &state);
}

void gen_for(Gen *g, StmtFor *s) {
        if (s->init)
                gen_effect(g, s->init);
        LoopState state = loop_enter(g);
        state.loop.step = gen_label(g, "step");
        g->routine->loops = &state.loop;
        gen_loop_head(g, s->condition);
        gen_block(g, s->body, 1, gen_place(g, "keyword", "for", s->base.span));
        gen_put_label(g, &state.loop.step);
        if (s->step)
                gen_effect(g, s->step);
        gen_close(g, "");
        loop_leave(g, &state);
}

/* ------------------------------------------------------------------ foreach */

/* Keys of a slice stay as they are while the loop runs. */
static const char *gen_slice(Gen *g, StmtForeach *s, unsigned *ret_wild) {
        *ret_wild = 0;
        return s->slice.n ? gen_keys(g, &s->slice, /* then_effect= */ true, ret_wild) : "NULL";
}

const char *gen_limit(Gen *g, Expr *limit) {
        if (!limit)
                return "-1";
        Value v = gen_expr(g, limit);
        const char *t = gen_temp(g);
        gen_line(g, "s64 %s = %s;", t, v.text);
        return text(g, "%s < 0 ? 0 : %s", t, t);
}

static void gen_loop_key(Gen *g, const ExprName *key, const char *iter, size_t i) {
        const char *to = gen_variable(g, key->var);
        if (key->base.type == TYPE_STRING)
                gen_line(g, "stp_str_copy(%s, stp_iter_key_string(%s, %zu), MAXSTRINGLEN);", to, iter, i);
        else
                gen_line(g, "%s = stp_iter_key_long(%s, %zu);", to, iter, i);
}

static void gen_loop_variables(Gen *g, StmtForeach *s, const char *iter) {
        if (s->value && s->value->base.type == TYPE_STRING)
                gen_line(g, "stp_str_copy(%s, stp_iter_value_string(%s), MAXSTRINGLEN);",
                         gen_variable(g, s->value->var), iter);
        else if (s->value && s->value->base.type == TYPE_LONG && s->array->type == TYPE_STATS)
                gen_line(g, "%s = stp_iter_value_agg(c, %s, STP_COUNT, NULL);",
                         gen_variable(g, s->value->var), iter);
        else if (s->value && s->value->base.type == TYPE_LONG)
                gen_line(g, "%s = stp_iter_value_long(%s);", gen_variable(g, s->value->var), iter);
        for (size_t i = 0; i < s->keys.n; i++)
                if (s->keys.items[i])
                        gen_loop_key(g, s->keys.items[i], iter, i);
}

static void gen_iter_begin(Gen *g, StmtForeach *s, const char *iter) {
        unsigned wild;
        const Var *v = ((ExprName *) s->array)->var;
        const char *keys = gen_slice(g, s, &wild), *limit = gen_limit(g, s->limit);
        const char *column = !s->sort_direction ? "STP_SORT_NONE"
                           : s->sort_column == FOREACH_SORT_VALUE ? "STP_SORT_VALUE"
                           : text(g, "%d", s->sort_column);
        gen_fail_if(g,
                    text(g, "!stp_iter_begin(c, %s, %s, %d, %s, %u, %s, %s, %#x)", iter, gen_variable(g, v),
                         s->sort_direction, column, s->sort_stat, limit, keys, wild),
                    gen_place(g, "identifier", v->name, s->array->span));
}

void gen_foreach(Gen *g, StmtForeach *s) {
        if (s->array->kind == EXPR_HIST) {
                gen_foreach_bucket(g, s);
                return;
        }
        const char *iter = text(g, "&f->i[%u]", gen_take(g, POOL_ITER, 1));
        gen_iter_begin(g, s, iter);
        LoopState state = loop_enter(g);
        Label end = gen_label(g, "iter"), *outer = g->routine->fail;
        state.loop.iter = iter;
        state.loop.value = s->value && s->value->base.type == TYPE_STATS ? s->value->var : NULL;
        g->routine->loops = &state.loop;
        g->routine->fail = &end;
        gen_open(g, "while (stp_iter_next(c, %s)) {", iter);
        gen_loop_variables(g, s, iter);
        gen_block(g, s->body, 1, gen_place(g, "keyword", "foreach", s->base.span));
        gen_close(g, "");
        gen_put_label(g, &end);
        g->routine->fail = outer;
        loop_leave(g, &state);
        gen_line(g, "stp_iter_end(c, %s);", iter);
        gen_check(g, NULL);
}

/* ------------------------------------------------------------------ leaving */

void gen_break(Gen *g) {
        if (g->routine->loops)
                gen_line(g, "break;");
}

void gen_continue(Gen *g) {
        Loop *l = g->routine->loops;
        if (l && l->step.name)
                gen_jump(g, &l->step);
        else if (l)
                gen_line(g, "continue;");
}

void gen_close_loops(Gen *g) {
        for (Loop *l = g->routine->loops; l; l = l->outer)
                if (l->iter)
                        gen_line(g, "stp_iter_end(c, %s);", l->iter);
}
