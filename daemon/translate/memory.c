/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the hit offers, and the memory behind it. */
#include <ctype.h>
#include "translate/gen.h"

static const char *narrow(Gen *g, const char *value, unsigned size, bool is_signed) {
        if (size == 8)
                return text(g, "(s64)%s", value);
        return text(g, "(s64)(%c%u)%s", is_signed ? 's' : 'u', size * 8, value);
}

/* Slots before `index` of the saved values: a string takes MAXSTRINGLEN bytes, a long one slot. */
static const char *saved_slot(Gen *g, unsigned index) {
        const Probe *p = g->routine->probe;
        unsigned longs = 0, strings = 0;
        for (unsigned i = 0; i < index; i++) {
                bool is_string = p && i < p->saved.n && p->saved.items[i]->type == TYPE_STRING;
                *(is_string ? &strings : &longs) += 1;
        }
        return strings ? text(g, "%u + %u * STP_STRING_SLOTS", longs, strings) : text(g, "%u", longs);
}

Value gen_context(Gen *g, Expr *e) {
        static const char *const forms[] = {
                [CONTEXT_ARG] = "stp_function_arg(c, %u)",
                [CONTEXT_TRACE_ARG] = "stp_trace_arg(c, %u)",
                [CONTEXT_SYSCALL_ARG] = "stp_syscall_arg(c, %u)",
        };
        ExprContext *x = (ExprContext *) e;
        if (x->source == CONTEXT_SAVED && e->type == TYPE_STRING)
                return value_constant(text(g, "(const char *)&c->saved[%s]", saved_slot(g, x->index)));
        if (x->source == CONTEXT_SAVED)
                return value_constant(text(g, "((s64)c->saved[%s])", saved_slot(g, x->index)));
        if (x->source == CONTEXT_REGS)
                return value_constant("((s64)(unsigned long)c->regs)");
        if (x->source == CONTEXT_RETURN)
                return value_constant(text(g, "(%s)", narrow(g, "c->result", x->size ?: 8, x->is_signed)));
        const char *value = text(g, forms[x->source], x->index);
        return value_constant(text(g, "(%s)", narrow(g, value, x->size ?: 8, x->is_signed)));
}

/* The words of the script for a target variable, as far as they are fit for a message. */
static const char *source_words(Gen *g, const Expr *e) {
        Span s = e->span;
        if (!s.file || !s.len)
                return "memory";
        unsigned n = s.len < 60 ? s.len : 60;
        char *words = arena_strndup(g->arena, s.file->text + s.offset, n);
        for (char *p = words; *p; p++)
                if (!isprint((unsigned char) *p))
                        *p = ' ';
        return words;
}

Value gen_load(Gen *g, Expr *e) {
        ExprLoad *x = (ExprLoad *) e;
        Value address = gen_expr(g, x->address);
        const char *t = gen_temp(g);
        gen_line(g, "s64 %s = stp_load_%s(c, %s, %u, %s, %s);", t, x->space == SPACE_USER ? "user" : "kernel",
                 address.text, x->size, x->is_signed ? "true" : "false",
                 gen_place(g, "identifier", source_words(g, e), e->span));
        gen_check(g, NULL);
        return value_temp(t);
}

Value gen_store(Gen *g, Expr *e) {
        ExprStore *x = (ExprStore *) e;
        Value v[2];
        gen_values(g, (Expr *[]) {x->address, x->value}, 2, /* then_effect= */ false, v);
        v[1] = gen_simple(g, v[1], TYPE_LONG);
        gen_line(g, "stp_store_%s(c, %s, %u, %s, %s);", x->space == SPACE_USER ? "user" : "kernel", v[0].text,
                 x->size, v[1].text, gen_place(g, "identifier", source_words(g, e), e->span));
        gen_check(g, NULL);
        return v[1];
}
