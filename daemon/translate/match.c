/* SPDX-License-Identifier: GPL-2.0-or-later */
/* =~ and !~: the pattern's table beside the functions, one call of the core in the handler. */
#include "translate/gen.h"
#include "translate/regex.h"

static void write_table(Gen *g, const char *name, const Regex *r) {
        buf_printf(g->out, "static const u16 %s_next[] = {", name);
        for (unsigned i = 0; i < r->n_states * r->n_classes; i++)
                buf_printf(g->out, "%s%u,", i % 24 ? "" : "\n\t", r->next[i]);
        buf_printf(g->out, "\n};\nstatic const u8 %s_classes[256] = {", name);
        for (unsigned i = 0; i < 256; i++)
                buf_printf(g->out, "%s%u,", i % 32 ? "" : "\n\t", r->classes[i]);
        buf_printf(g->out, "\n};\nstatic const struct stp_regex %s = { %s_classes, %s_next, %u, %u };\n\n", name, name,
                   name, r->n_classes, r->start);
}

/* The code of a routine is collected beside the file: what is written to the file now stands before it. */
static const char *regex_name(Gen *g, const ExprString *pattern) {
        const char *name = strmap_get(&g->regexes, pattern->value);
        Regex r;
        if (name)
                return name;
        const char *error = regex_compile(g->arena, pattern->value, &r);
        if (error) {
                diag_add(g->diags, DIAG_E0504, pattern->base.span, "%s", error);
                return NULL;
        }
        name = text(g, "regex_%zu", g->regexes.entries.n + 1);
        strmap_put(g->arena, &g->regexes, pattern->value, (void *) name);
        write_table(g, name, &r);
        return name;
}

Value gen_regex(Gen *g, Expr *e) {
        ExprRegex *x = (ExprRegex *) e;
        const char *name = regex_name(g, x->pattern);
        Value subject = gen_expr(g, x->subject);
        if (!name)
                return VALUE_ZERO;
        return (Value) {text(g, "(%sstp_regex_match(&%s, %s))", x->negated ? "!" : "", name, subject.text),
                        subject.life};
}
