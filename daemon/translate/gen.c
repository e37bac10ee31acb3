/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <ctype.h>
#include "translate/gen.h"

/* ------------------------------------------------------------------ text */

static void add_line(Gen *g, const char *fmt, va_list ap) {
        for (unsigned i = 0; i < g->routine->indent; i++)
                buf_char(g->routine->code, '\t');
        buf_vprintf(g->routine->code, fmt, ap);
        buf_char(g->routine->code, '\n');
}

void gen_line(Gen *g, const char *fmt, ...) {
        va_list ap;
        va_start(ap, fmt);
        add_line(g, fmt, ap);
        va_end(ap);
}

void gen_open(Gen *g, const char *fmt, ...) {
        va_list ap;
        va_start(ap, fmt);
        add_line(g, fmt, ap);
        va_end(ap);
        g->routine->indent++;
}

void gen_close(Gen *g, const char *tail) {
        g->routine->indent--;
        gen_line(g, "}%s", tail);
}

void gen_capture(Gen *g, Capture *c) {
        *c = (Capture) {.outer = g->routine->code};
        c->buf.limit = g->out->limit;
        g->routine->code = &c->buf;
}

const char *gen_captured(Gen *g, Capture *c) {
        const char *lines = arena_strndup(g->arena, c->buf.data ?: "", c->buf.len);
        g->routine->code = c->outer;
        if (c->buf.failed)
                g->error = -ENOMEM;
        buf_done(&c->buf);
        return lines;
}

void gen_text(Gen *g, const char *lines) {
        buf_str(g->routine->code, lines);
}

const char *gen_literal(Gen *g, const char *s) {
        Buf b = BUF_INIT;
        buf_char(&b, '"');
        for (const unsigned char *p = (const unsigned char *) s; *p; p++) {
                if (*p == '\n')
                        buf_str(&b, "\\n");
                else if (*p == '\t')
                        buf_str(&b, "\\t");
                else if (*p < 0x20 || *p >= 0x7f)
                        buf_printf(&b, "\\%03o", *p);
                else
                        buf_printf(&b, strchr("\"\\?", *p) ? "\\%c" : "%c", *p);
        }
        buf_char(&b, '"');
        const char *r = arena_strndup(g->arena, b.data ?: "", b.len);
        if (b.failed)
                g->error = -ENOMEM;
        buf_done(&b);
        return r;
}

const char *gen_place(Gen *g, const char *what, const char *name, Span span) {
        const char *at = span_place(g->arena, span);
        if (!*at)
                return gen_literal(g, text(g, "%s '%s'", what, name));
        return gen_literal(g, text(g, "%s '%s' at %s", what, name, at));
}

const char *gen_name(Gen *g, StrMap *names, const char *prefix, const char *name) {
        char *base = arena_printf(g->arena, "%s%s", prefix, name), *unique = base;
        for (char *p = base; *p; p++)
                if (!isalnum((unsigned char) *p))
                        *p = '_';
        for (unsigned i = 2; strmap_get(names, unique); i++)
                unique = arena_printf(g->arena, "%s_%u", base, i);
        strmap_put(g->arena, names, unique, unique);
        return unique;
}

/* ------------------------------------------------------------------ values */

Value value_constant(const char *t) {
        return (Value) {t, LIFE_CONSTANT};
}

Value value_temp(const char *t) {
        return (Value) {t, LIFE_TEMP};
}

Life life_max(Life a, Life b) {
        return a > b ? a : b;
}

const char *gen_temp(Gen *g) {
        return text(g, "t%u", ++g->routine->n_temps);
}

unsigned gen_take(Gen *g, PoolKind k, unsigned n) {
        Pool *p = &g->routine->pools[k];
        unsigned first = p->used;
        p->used += n;
        if (p->used > p->max)
                p->max = p->used;
        return first;
}

Mark gen_mark(Gen *g) {
        Mark m;
        for (PoolKind k = 0; k < _POOL_MAX; k++)
                m.used[k] = g->routine->pools[k].used;
        return m;
}

void gen_release(Gen *g, Mark m) {
        for (PoolKind k = 0; k < _POOL_MAX; k++)
                g->routine->pools[k].used = m.used[k];
}

const char *gen_buffer(Gen *g) {
        return text(g, "f->t[%u]", gen_take(g, POOL_TEXT, 1));
}

Value gen_pin(Gen *g, Value v, Type type) {
        if (v.life <= LIFE_TEMP)
                return v;
        if (type == TYPE_STRING) {
                const char *t = gen_buffer(g);
                gen_line(g, "stp_str_copy(%s, %s, MAXSTRINGLEN);", t, v.text);
                return value_temp(t);
        }
        const char *t = gen_temp(g);
        gen_line(g, "s64 %s = %s;", t, v.text);
        return value_temp(t);
}

static bool text_is_simple(const char *t) {
        for (; *t; t++)
                if (!isalnum((unsigned char) *t) && !strchr("_->[]", *t))
                        return false;
        return true;
}

Value gen_simple(Gen *g, Value v, Type type) {
        if (text_is_simple(v.text) && (type == TYPE_STRING || v.life != LIFE_GLOBAL))
                return v;
        const char *t = gen_temp(g);
        gen_line(g, "%s%s = %s;", type == TYPE_STRING ? "const char *" : "s64 ", t, v.text);
        return (Value) {t, type == TYPE_STRING ? v.life : life_max(LIFE_TEMP, LIFE_CONSTANT)};
}

/* ------------------------------------------------------------------ jumps */

Label gen_label(Gen *g, const char *name) {
        return (Label) {.name = text(g, "%s_%u", name, ++g->routine->n_labels)};
}

void gen_jump(Gen *g, Label *l) {
        gen_line(g, "goto %s;", l->name);
        l->used = true;
}

void gen_put_label(Gen *g, const Label *l) {
        if (!l->used)
                return;
        unsigned indent = g->routine->indent;
        g->routine->indent = 0;
        gen_line(g, "%s:;", l->name);
        g->routine->indent = indent;
}

void gen_fail_if(Gen *g, const char *condition, const char *place) {
        Label *to = g->routine->fail;
        to->used = true;
        if (!place) {
                gen_line(g, "if (%s)", condition);
                gen_line(g, "\tgoto %s;", to->name);
                return;
        }
        gen_open(g, "if (%s) {", condition);
        gen_line(g, "stp_error_place(c, %s);", place);
        gen_line(g, "goto %s;", to->name);
        gen_close(g, "");
}

void gen_check(Gen *g, const char *place) {
        gen_fail_if(g, "stp_failed(c)", place);
}

void gen_action(Gen *g, unsigned n, const char *place) {
        if (n)
                gen_fail_if(g, text(g, "!stp_action(c, %u, %s)", n, place ?: "NULL"), NULL);
}

const char *gen_body_place(Gen *g, const Stmt *body) {
        return body && *span_place(g->arena, body->span) ? gen_place(g, "operator", "{", body->span) : NULL;
}

/* ------------------------------------------------------------------ variables */

Life variable_life(const Var *v) {
        return v->kind == VAR_GLOBAL ? LIFE_GLOBAL : LIFE_LOCAL;
}

static Local *local_add(Gen *g, const Var *v) {
        Routine *r = g->routine;
        Local *l = arena_new0(g->arena, Local);
        *l = (Local) {.var = v, .name = gen_name(g, &r->names, "l_", v->name)};
        l->in_frame = v->type == TYPE_STRING || r->n_longs >= LONGS_ON_STACK;
        r->n_longs += v->type != TYPE_STRING;
        ptrmap_put(g->arena, &r->local_map, v, l);
        vec_push(g->arena, &r->locals, l);
        return l;
}

const char *gen_variable(Gen *g, const Var *v) {
        if (v->kind == VAR_GLOBAL)
                return ptrmap_get(&g->global_names, v);
        Local *l = ptrmap_get(&g->routine->local_map, v) ?: local_add(g, v);
        return l->in_frame ? text(g, "f->%s", l->name) : l->name;
}
