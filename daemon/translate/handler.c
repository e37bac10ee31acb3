/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The handlers: one C function for each body, shared by all probes that have it. */
#include <ctype.h>
#include "translate/gen.h"

const char *handler_name(Gen *g, const HandlerUse *h) {
        return ptrmap_get(&g->handler_names, h);
}

static const char *comment_text(Gen *g, const Probe *p) {
        char *s = arena_printf(g->arena, "%s at %s", p->written ?: p->point ?: "", span_place(g->arena, p->span));
        for (char *c = s; *c; c++)
                if (!isprint((unsigned char) *c) || (*c == '*' && c[1] == '/') || (*c == '/' && c[1] == '*'))
                        *c = '_';
        return s;
}

/* The way out: the conditions that the handler may have changed are looked at. */
static const char *handler_result(Gen *g, const HandlerUse *h) {
        const char *result = "";
        vec_foreach(c, &g->usage->conditions)
                if (usage_may_change(g->usage, h, *c))
                        result = text(g, "%sstp_condition_look(c, &stp_conditions[%zu]);\n\t", result,
                                      (size_t) (c - g->usage->conditions.items));
        return text(g, "%sreturn;", result);
}

static void handler_shell(Gen *g, const HandlerUse *h, const Probe *p) {
        Buf *outer = g->out, code = {.limit = outer->limit};
        g->out = &code;
        routine_end(g, &(Shell) {.head = text(g, HANDLER_HEAD "%s(struct stp_ctx *c)", handler_name(g, h)),
                                 .result = handler_result(g, h), .key = h});
        g->out = outer;
        if (code.failed)
                g->error = -ENOMEM;
        shared_add(g, h, text(g, "/* %s */\n", comment_text(g, p)), arena_strndup(g->arena, code.data ?: "", code.len));
        buf_done(&code);
}

static void gen_condition(Gen *g, const HandlerUse *h) {
        Routine r;
        const char *name = handler_name(g, h);
        routine_begin(g, &r, name);
        gen_line(g, "ret = %s != 0;", gen_expr(g, h->condition).text);
        routine_end(g, &(Shell) {.head = text(g, "static STP_HANDLER bool %s(struct stp_ctx *c)", name),
                                 .declare = "bool ret = false;", .result = "return ret;", .key = h});
}

/* Before the handlers, which look at them. */
static void gen_conditions(Gen *g) {
        size_t n = g->usage->conditions.n;
        if (!n)
                return;
        buf_printf(g->out, "static struct stp_condition stp_conditions[%zu];\n"
                           "#define STP_CONDITIONS stp_conditions\n#define STP_N_CONDITIONS %zu\n\n", n, n);
        for (size_t i = 0; i < n; i++) {
                HandlerUse *h = &g->usage->conditions.items[i]->use;
                ptrmap_put(g->arena, &g->handler_names, h, (void *) text(g, "condition_%zu", i));
                gen_condition(g, h);
        }
}

static void gen_handler(Gen *g, const HandlerUse *h, Probe *p) {
        Routine r;
        routine_begin(g, &r, handler_name(g, h));
        r.probe = p;
        if (g->own_processes)
                gen_fail_if(g, "!stp_is_own(c)", NULL);
        if (g->captures)
                gen_line(g, "c->match = NULL;");
        if (p->condition) {
                Mark m = gen_mark(g);
                gen_fail_if(g, text(g, "!%s", gen_expr(g, p->condition).text), NULL);
                gen_release(g, m);
        }
        gen_action(g, stmt_cost(p->body), gen_body_place(g, p->body));
        if (p->body)
                gen_stmt(g, p->body);
        handler_shell(g, h, p);
}

/* What a return probe remembers of the entry. */
static void gen_saved(Gen *g, const Probe *p) {
        for (size_t i = 0; i < p->saved.n; i++) {
                Expr *e = p->saved.items[i];
                Mark m = gen_mark(g);
                const char *slot = text(g, "c->saved[%s]", saved_slot(g, p, i));
                if (e->type == TYPE_STRING)
                        gen_line(g, "stp_str_copy((char *)&%s, %s, %s);", slot, gen_expr(g, e).text,
                                 saved_size(g, e));
                else
                        gen_line(g, "%s = %s;", slot, gen_expr(g, e).text);
                gen_release(g, m);
        }
}

static void gen_entry(Gen *g, const HandlerUse *h, Probe *p) {
        Routine r;
        routine_begin(g, &r, handler_name(g, h));
        r.probe = p;
        if (g->own_processes)
                gen_fail_if(g, "!stp_is_own(c)", NULL);
        if (g->captures)
                gen_line(g, "c->match = NULL;");
        gen_action(g, stmt_cost(p->entry), gen_body_place(g, p->entry));
        if (p->entry)
                gen_stmt(g, p->entry);
        gen_saved(g, p);
        handler_shell(g, h, p);
}

static bool handler_is_new(Gen *g, const HandlerUse *h, const char *prefix, unsigned id) {
        if (!h || handler_name(g, h))
                return false;
        ptrmap_put(g->arena, &g->handler_names, h, (void *) text(g, "%s_%u", prefix, id));
        return true;
}

void gen_handlers(Gen *g) {
        gen_conditions(g);
        for (size_t i = 0; i < g->program->probes.n && !timing_is_report(g, i); i++) {
                Probe *p = g->program->probes.items[i];
                HandlerUse *h = g->usage->of_probe[i], *entry = g->usage->of_entry[i];
                if (handler_is_new(g, h, "probe", i))
                        gen_handler(g, h, p);
                if (handler_is_new(g, entry, "entry", i))
                        gen_entry(g, entry, p);
        }
        shared_write(g);
}
