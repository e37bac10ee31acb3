/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the hit offers, and the memory behind it. */
#include <ctype.h>
#include "translate/gen.h"

static const char *narrow(Gen *g, const char *value, unsigned size, bool is_signed) {
        if (size == 8)
                return text(g, "(s64)%s", value);
        return text(g, "(s64)(%c%u)%s", is_signed ? 's' : 'u', size * 8, value);
}

/* A variable of the kernel: its row stands before the routine. */
static const char *symbol_row(Gen *g, const ExprContext *x) {
        const char *name = strmap_get(&g->symbols, x->symbol);
        if (name)
                return name;
        name = text(g, "symbol_%zu", g->symbols.entries.n + 1);
        strmap_put(g->arena, &g->symbols, x->symbol, (void *) name);
        buf_printf(g->out, "static struct stp_symbol %s = { .name = %s, .per_cpu = %s };\n", name,
                   gen_literal(g, x->symbol), x->per_cpu ? "true" : "false");
        return name;
}

static Value gen_symbol(Gen *g, const ExprContext *x) {
        const char *t = gen_temp(g);
        gen_line(g, "s64 %s = (s64)stp_symbol_address(c, &%s);", t, symbol_row(g, x));
        gen_check(g, gen_place(g, "operator", "@var", x->base.span));
        return value_temp(t);
}

void gen_symbol_table(Gen *g) {
        if (!g->symbols.entries.n)
                return;
        buf_str(g->out, "static struct stp_symbol *const stp_symbols[] = {");
        strmap_foreach(it, &g->symbols)
                buf_printf(g->out, " &%s,", (const char *) it->value);
        buf_printf(g->out, " };\n#define STP_SYMBOLS stp_symbols\n#define STP_N_SYMBOLS %zu\n\n",
                   g->symbols.entries.n);
}

Value gen_context(Gen *g, Expr *e) {
        static const char *const forms[] = {
                [CONTEXT_ARG] = "stp_function_arg(c, %u)",
                [CONTEXT_TRACE_ARG] = "stp_trace_arg(c, %u)",
                [CONTEXT_SYSCALL_ARG] = "stp_syscall_arg(c, %u)",
        };
        ExprContext *x = (ExprContext *) e;
        if (x->source == CONTEXT_SYMBOL)
                return gen_symbol(g, x);
        if (x->source == CONTEXT_SAVED && e->type == TYPE_STRING)
                return value_constant(
                        text(g, "(const char *)&c->saved[%s]", saved_slot(g, g->routine->probe, x->index)));
        if (x->source == CONTEXT_SAVED)
                return value_constant(
                        text(g, "((s64)c->saved[%s])", saved_slot(g, g->routine->probe, x->index)));
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
        gen_line(g, "s64 %s = stp_load_%s(c, %s, %u, %s, %s);", t,
                 x->space == SPACE_USER ? "user" : "kernel", address.text, x->size,
                 x->is_signed ? "true" : "false", gen_place(g, "identifier", source_words(g, e), e->span));
        gen_check(g, NULL);
        return value_temp(t);
}

/* A register of the hit, as wide as the machine has it. */
static Value gen_store_context(Gen *g, const ExprStore *x) {
        static const char *const setters[] = {
                [CONTEXT_ARG] = "stp_set_function_arg",
                [CONTEXT_SYSCALL_ARG] = "stp_set_syscall_arg",
                [CONTEXT_RETURN] = "stp_set_result",
        };
        const ExprContext *to = (const ExprContext *) x->address;
        Value v = gen_simple(g, gen_expr(g, x->value), TYPE_LONG);
        gen_line(g, "%s(c, %u, (u64)%s);", setters[to->source], to->index,
                 narrow(g, v.text, to->size ?: 8, to->is_signed));
        gen_check(g, gen_place(g, "identifier", source_words(g, &x->base), x->base.span));
        return v;
}

Value gen_store(Gen *g, Expr *e) {
        ExprStore *x = (ExprStore *) e;
        Value v[2];
        if (x->address->kind == EXPR_CONTEXT)
                return gen_store_context(g, x);
        gen_values(g, (Expr *[]) {x->address, x->value}, 2, /* then_effect= */ false, v);
        v[1] = gen_simple(g, v[1], TYPE_LONG);
        gen_line(g, "stp_store_%s(c, %s, %u, %s, %s);", x->space == SPACE_USER ? "user" : "kernel",
                 v[0].text, x->size, v[1].text, gen_place(g, "identifier", source_words(g, e), e->span));
        gen_check(g, NULL);
        return v[1];
}
