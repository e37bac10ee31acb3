/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The shell of a C function: its frame, its locals, its way out. */
#include "translate/gen.h"

void routine_begin(Gen *g, Routine *r, const char *name) {
        Buf *code = arena_new0(g->arena, Buf);
        code->limit = g->out->limit;
        *r = (Routine) {.name = name, .code = code, .indent = 1, .out = {.name = "out"}, .line = ""};
        r->fail = &r->out;
        g->routine = r;
}

void routine_add_argument(Gen *g, const Var *v, const char *name, bool assigned) {
        Routine *r = g->routine;
        Local *l = arena_new0(g->arena, Local);
        bool copied = assigned && v->type == TYPE_STRING;
        *l = (Local) {.var = v, .is_argument = !copied, .in_frame = copied};
        l->name = copied ? gen_name(g, &r->names, "l_", v->name) : name;
        l->init = copied ? name : NULL;
        ptrmap_put(g->arena, &r->local_map, v, l);
        vec_push(g->arena, &r->locals, l);
}

static bool routine_has_frame(const Routine *r) {
        bool has = r->pools[POOL_TEXT].max || r->pools[POOL_ITER].max || r->pools[POOL_ARG].max ||
                   r->pools[POOL_KEY].max > KEYS_ON_STACK;
        vec_foreach(l, &r->locals)
                has |= (*l)->in_frame;
        return has;
}

static void write_frame(Gen *g, const Routine *r) {
        static const char *const members[_POOL_MAX] = {
                [POOL_TEXT] = "char t[%u][MAXSTRINGLEN]",
                [POOL_KEY] = "union stp_key k[%u]",
                [POOL_ITER] = "struct stp_iter i[%u]",
                [POOL_ARG] = "struct stp_arg a[%u]",
        };
        buf_printf(g->out, "struct %s_frame {\n", r->name);
        vec_foreach(l, &r->locals)
                if ((*l)->in_frame)
                        buf_printf(g->out, (*l)->var->type == TYPE_STRING ? "\tchar %s[MAXSTRINGLEN];\n"
                                                                          : "\ts64 %s;\n", (*l)->name);
        for (PoolKind k = 0; k < _POOL_MAX; k++) {
                if (!r->pools[k].max || (k == POOL_KEY && r->pools[k].max <= KEYS_ON_STACK))
                        continue;
                buf_char(g->out, '\t');
                buf_printf(g->out, members[k], r->pools[k].max);
                buf_str(g->out, ";\n");
        }
        buf_str(g->out, "} __attribute__((aligned(8)));\n\n");
}

static void write_declarations(Gen *g, const Routine *r, bool has_frame) {
        unsigned n_keys = r->pools[POOL_KEY].max;
        if (has_frame)
                buf_printf(g->out, "\tstruct %s_frame *f;\n", r->name);
        if (n_keys && n_keys <= KEYS_ON_STACK)
                buf_printf(g->out, "\tunion stp_key k[%u] STP_UNINITIALIZED;\n", n_keys);
        else if (n_keys)
                buf_str(g->out, "\tunion stp_key *k;\n");
        if (r->pools[POOL_ARG].max)
                buf_str(g->out, "\tstruct stp_arg *a;\n");
        vec_foreach(l, &r->locals)
                if (!(*l)->in_frame && !(*l)->is_argument)
                        buf_printf(g->out, "\ts64 %s = 0;\n", (*l)->name);
}

static void write_entry(Gen *g, const Routine *r, const Shell *s, bool has_frame) {
        if (s->recursive)
                buf_printf(g->out, "\n\tif (!stp_call_enter(c))\n\t\t%s\n", s->result);
        if (!has_frame)
                return;
        buf_printf(g->out, "\n\tf = stp_frame_push(c, sizeof(*f));\n\tif (!f) {\n");
        if (s->recursive)
                buf_str(g->out, "\t\tstp_call_leave(c);\n");
        buf_printf(g->out, "\t\t%s\n\t}\n", s->result);
        if (r->pools[POOL_KEY].max > KEYS_ON_STACK)
                buf_str(g->out, "\tk = f->k;\n");
        if (r->pools[POOL_ARG].max)
                buf_str(g->out, "\ta = f->a;\n");
        vec_foreach(l, &r->locals) {
                if ((*l)->init)
                        buf_printf(g->out, "\tstp_str_copy(f->%s, %s, MAXSTRINGLEN);\n", (*l)->name,
                                   (*l)->init);
                else if ((*l)->in_frame)
                        buf_printf(g->out, (*l)->var->type == TYPE_STRING ? "\tf->%s[0] = 0;\n"
                                                                          : "\tf->%s = 0;\n", (*l)->name);
        }
}

void routine_end(Gen *g, const Shell *s) {
        Routine *r = g->routine;
        bool has_frame = routine_has_frame(r);
        if (has_frame) {
                write_frame(g, r);
                ptrmap_put(g->arena, &g->frames, s->key, (void *) r->name);
        }
        buf_printf(g->out, "%s\n{\n", s->head);
        write_declarations(g, r, has_frame);
        if (s->declare)
                buf_printf(g->out, "\t%s\n", s->declare);
        write_entry(g, r, s, has_frame);
        buf_char(g->out, '\n');
        buf_add(g->out, r->code->data ?: "", r->code->len);
        if (r->out.used)
                buf_str(g->out, "out:\n");
        if (has_frame)
                buf_str(g->out, "\tstp_frame_pop(c, sizeof(*f));\n");
        if (s->recursive)
                buf_str(g->out, "\tstp_call_leave(c);\n");
        buf_printf(g->out, "\t%s\n}\n\n", s->result);
        if (r->code->failed)
                g->error = -ENOMEM;
        buf_done(r->code);
        g->routine = NULL;
}
