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

static void handler_shell(Gen *g, const HandlerUse *h, const Probe *p) {
        const char *name = handler_name(g, h);
        buf_printf(g->out, "/* %s */\n", comment_text(g, p));
        routine_end(g, &(Shell) {.head = text(g, "static void %s(struct stp_ctx *c)", name), .result = "return;",
                                 .key = h});
}

static void gen_handler(Gen *g, const HandlerUse *h, Probe *p) {
        Routine r;
        routine_begin(g, &r, handler_name(g, h));
        r.probe = p;
        unsigned cost = stmt_cost(p->body);
        if (g->captures)
                gen_line(g, "c->match = NULL;");
        if (p->condition) {
                Mark m = gen_mark(g);
                gen_fail_if(g, text(g, "!%s", gen_expr(g, p->condition).text), NULL);
                gen_release(g, m);
        }
        if (cost)
                gen_fail_if(g, text(g, "!stp_action(c, %u)", cost), NULL);
        if (p->body)
                gen_stmt(g, p->body);
        handler_shell(g, h, p);
}

/* What a return probe remembers of the entry. Where each value goes is also known to gen_context(). */
static void gen_saved(Gen *g, const Probe *p) {
        unsigned longs = 0, strings = 0;
        vec_foreach(e, &p->saved) {
                Mark m = gen_mark(g);
                const char *slot = text(g, "c->saved[%u + %u * STP_STRING_SLOTS]", longs, strings);
                if ((*e)->type == TYPE_STRING) {
                        gen_line(g, "stp_str_copy((char *)&%s, %s, MAXSTRINGLEN);", slot, gen_expr(g, *e).text);
                        strings++;
                } else {
                        gen_line(g, "%s = %s;", slot, gen_expr(g, *e).text);
                        longs++;
                }
                gen_release(g, m);
        }
}

static void gen_entry(Gen *g, const HandlerUse *h, Probe *p) {
        Routine r;
        routine_begin(g, &r, handler_name(g, h));
        r.probe = p;
        unsigned cost = stmt_cost(p->entry);
        if (g->captures)
                gen_line(g, "c->match = NULL;");
        if (cost)
                gen_fail_if(g, text(g, "!stp_action(c, %u)", cost), NULL);
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
        for (size_t i = 0; i < g->program->probes.n; i++) {
                Probe *p = g->program->probes.items[i];
                HandlerUse *h = g->usage->of_probe[i], *entry = g->usage->of_entry[i];
                if (handler_is_new(g, h, "probe", i))
                        gen_handler(g, h, p);
                if (handler_is_new(g, entry, "entry", i))
                        gen_entry(g, entry, p);
        }
}
