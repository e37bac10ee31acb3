/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The data of a script: its globals, what each handler locks, and the rows of its probes. */
#include "translate/gen.h"

/* ------------------------------------------------------------------ globals */

/* Longer than any MAXSTRINGLEN may be: cut when the module starts. */
static bool init_is_long(const Var *v) {
        return !v->is_array && v->init && v->init->kind == EXPR_STRING &&
               strlen(((ExprString *) v->init)->value) > SURE_LENGTH;
}

static void write_string_global(Gen *g, const char *name, const Var *v) {
        const char *init = v->init && v->init->kind == EXPR_STRING ? ((ExprString *) v->init)->value : "";
        if (!*init || init_is_long(v))
                buf_printf(g->out, "static char %s[MAXSTRINGLEN];\n", name);
        else
                buf_printf(g->out, "static char %s[MAXSTRINGLEN] = %s;\n", name, gen_literal(g, init));
}

static void write_global(Gen *g, const Var *v) {
        const char *name = gen_name(g, &g->names, "g_", v->name);
        ptrmap_put(g->arena, &g->global_names, v, (void *) name);
        if (v->is_array)
                buf_printf(g->out, "static struct stp_map *%s;\n", name);
        else if (v->type == TYPE_STATS)
                buf_printf(g->out, "static struct stp_agg *%s;\n", name);
        else if (v->type == TYPE_STRING)
                write_string_global(g, name, v);
        else if (v->init && v->init->kind == EXPR_NUMBER)
                buf_printf(g->out, "static s64 %s = (s64)%lluULL;\n", name,
                           (unsigned long long) ((ExprNumber *) v->init)->value);
        else
                buf_printf(g->out, "static s64 %s;\n", name);
}

void gen_globals(Gen *g) {
        vec_foreach(v, &g->program->globals)
                write_global(g, *v);
        buf_str(g->out, "\nstatic inline void stp_init_strings(void)\n{\n");
        vec_foreach(v, &g->program->globals)
                if (init_is_long(*v))
                        buf_printf(g->out, "\tstp_str_copy(%s, %s, MAXSTRINGLEN);\n", gen_variable(g, *v),
                                   gen_literal(g, ((ExprString *) (*v)->init)->value));
        buf_str(g->out, "}\n\n");
}

static const char *const value_kinds[_TYPE_MAX] = {
        [TYPE_UNKNOWN] = "STP_VALUE_LONG", [TYPE_LONG] = "STP_VALUE_LONG",
        [TYPE_STRING] = "STP_VALUE_STRING", [TYPE_STATS] = "STP_VALUE_AGG",
};
static const char *const scalar_kinds[_TYPE_MAX] = {
        [TYPE_UNKNOWN] = "STP_GLOBAL_LONG", [TYPE_LONG] = "STP_GLOBAL_LONG",
        [TYPE_STRING] = "STP_GLOBAL_STRING", [TYPE_STATS] = "STP_GLOBAL_AGG",
};

static void write_map_members(Gen *g, const Var *v) {
        unsigned strings = 0;
        for (size_t i = 0; i < v->keys.n; i++)
                strings |= (unsigned) (v->keys.items[i] == TYPE_STRING) << i;
        buf_printf(g->out, " .value = %s, .n_keys = %zu, .string_keys = %#x,", value_kinds[v->type], v->keys.n,
                   strings);
        if (v->size)
                buf_printf(g->out, " .max = %lld, .sized = 1,", (long long) v->size);
        else
                buf_str(g->out, " .max = MAXMAPENTRIES,");
        if (v->wraps)
                buf_str(g->out, " .wraps = 1,");
}

/* All histograms of a statistic have one shape. */
static void write_hist_members(Gen *g, const ExprHist *h) {
        if (!h->linear)
                buf_str(g->out, " .hist = STP_HIST_LOG,");
        else
                buf_printf(g->out, " .hist = STP_HIST_LINEAR, .low = (s64)%lluULL, .high = (s64)%lluULL, .step = %lldLL,",
                           (unsigned long long) h->low, (unsigned long long) h->high, (long long) h->step);
}

static void write_global_row(Gen *g, size_t i, const Var *v) {
        bool has_slot = v->is_array || v->type == TYPE_STATS;
        buf_printf(g->out, "\t{ .name = %s, .kind = %s,", gen_literal(g, v->name),
                   v->is_array ? "STP_GLOBAL_MAP" : scalar_kinds[v->type]);
        if (v->is_array)
                write_map_members(g, v);
        if (v->type == TYPE_STATS)
                buf_printf(g->out, " .stat_ops = %#x,", g->usage->stat_ops[i] | v->stat_ops);
        if (v->type == TYPE_STATS && v->hists.n)
                write_hist_members(g, v->hists.items[0]);
        if (has_slot)
                buf_printf(g->out, " .slot = (void **)&%s,", (const char *) ptrmap_get(&g->global_names, v));
        buf_str(g->out, " },\n");
}

void gen_global_table(Gen *g) {
        if (!g->program->globals.n && !g->n_timed) {
                buf_str(g->out, "#define STP_GLOBALS NULL\n#define STP_N_GLOBALS 0\n\n");
                return;
        }
        buf_str(g->out, "static const struct stp_global stp_globals[] = {\n");
        for (size_t i = 0; i < g->program->globals.n; i++)
                write_global_row(g, i, g->program->globals.items[i]);
        gen_timing_global(g);
        buf_printf(g->out, "};\n#define STP_GLOBALS stp_globals\n#define STP_N_GLOBALS %zu\n\n",
                   g->program->globals.n + (g->n_timed > 0));
}

/* ------------------------------------------------------------------ conditions */

static void gen_condition_table(Gen *g, const PtrMap *locks) {
        if (!g->usage->conditions.n)
                return;
        buf_str(g->out, "\nstatic struct stp_condition stp_conditions[] = {\n");
        vec_foreach(c, &g->usage->conditions)
                buf_printf(g->out, "\t{ .holds = %s, .locks = %s },\n", handler_name(g, &(*c)->use),
                           (const char *) ptrmap_get(locks, *c) ?: "NULL");
        buf_str(g->out, "};\n");
}

/* ------------------------------------------------------------------ probes */

static const char *const attach_kinds[STP_ATTACH_MAX] = {
        [STP_BEGIN] = "STP_BEGIN",           [STP_END] = "STP_END",
        [STP_ERROR] = "STP_ERROR",           [STP_NEVER] = "STP_NEVER",
        [STP_TIMER] = "STP_TIMER",           [STP_FUNCTION] = "STP_FUNCTION",
        [STP_FUNCTION_RETURN] = "STP_FUNCTION_RETURN",
        [STP_TRACEPOINT] = "STP_TRACEPOINT", [STP_SYSCALL] = "STP_SYSCALL",
        [STP_SYSCALL_RETURN] = "STP_SYSCALL_RETURN",
};

static void write_text_member(Gen *g, const char *member, const char *s) {
        if (s)
                buf_printf(g->out, " .%s = %s,", member, gen_literal(g, s));
}

static void write_number_member(Gen *g, const char *member, int64_t n) {
        if (n)
                buf_printf(g->out, " .%s = (s64)%lluULL,", member, (unsigned long long) n);
}

static void write_saved(Gen *g, const Probe *p) {
        if (p->saved.n)
                buf_printf(g->out, " .saved = %s,", saved_slot(g, p, p->saved.n));
        else if (p->attach.saved_slots)
                buf_printf(g->out, " .saved = %u,", p->attach.saved_slots);
}

/* Begin, end and timers have the time and the script's values, and nothing of whom they interrupt. */
static bool is_in_no_process(const Probe *p) {
        return p->attach.kind == STP_BEGIN || p->attach.kind == STP_END || p->attach.kind == STP_ERROR ||
               p->attach.kind == STP_NEVER || p->attach.kind == STP_TIMER;
}

/* timed: every run counts. */
static void write_flags(Gen *g, const Probe *p, bool timed) {
        const struct { bool set; const char *name; } flags[] = {
                { p->attach.needs_regs, "STP_PROBE_REGS" },
                { p->attach.needs_stack, "STP_PROBE_STACK" },
                { p->attach.may_fail, "STP_PROBE_OPTIONAL" },
                { g->own_processes && !is_in_no_process(p), "STP_PROBE_OWN" },
                { !timed && gen_only_in_target(p->body), "STP_PROBE_TARGET" },
        };
        const char *before = " .flags = ";
        for (size_t i = 0; i < ELEMENTSOF(flags); i++)
                if (flags[i].set) {
                        buf_printf(g->out, "%s%s", before, flags[i].name);
                        before = " | ";
                }
        if (before[1] == '|')
                buf_char(g->out, ',');
}

static size_t condition_index(const Gen *g, const ConditionUse *c) {
        size_t i = 0;
        while (g->usage->conditions.items[i] != c)
                i++;
        return i;
}

static int describe_sight(Gen *g, unsigned probe, const char *what) {
        uintptr_t index = (uintptr_t) strmap_get(&g->sights, what);
        if (index == 0) {
                int r = manifest_add_sight(g->manifest, what);
                if (r < 0)
                        return r;
                index = (uintptr_t) r + 1;
                strmap_put(g->arena, &g->sights, what, (void *) index);
        }
        return manifest_add_seen(g->manifest, probe, (unsigned) (index - 1));
}

static void describe_probe(Gen *g, const Probe *p) {
        const char *point = p->point ?: p->written ?: "", *written = p->written ?: p->point ?: "";
        int at = manifest_add_probe(g->manifest, point, written), r = at;
        for (size_t i = 0; r >= 0 && i < p->sees.n; i++)
                r = describe_sight(g, (unsigned) at, p->sees.items[i]);
        if (r < 0)
                g->error = r;
}

static void write_probe_row(Gen *g, size_t i, const PtrMap *locks) {
        const Probe *p = g->program->probes.items[i];
        const HandlerUse *h = g->usage->of_probe[i], *entry = g->usage->of_entry[i];
        const ProbeAttach *a = &p->attach;
        buf_printf(g->out, "\t{ .kind = %s, .id = %zu, .handler = %s,", attach_kinds[a->kind], i,
                   timing_handler(g, i) ?: handler_name(g, h));
        write_text_member(g, "point", p->point ?: p->written ?: "");
        write_text_member(g, "written", p->written ?: p->point ?: "");
        write_text_member(g, "function", p->function);
        write_text_member(g, "symbol", a->symbol);
        write_number_member(g, "address", (int64_t) a->address);
        write_number_member(g, "number", a->number);
        write_number_member(g, "randomize", a->randomize);
        write_flags(g, p, timing_handler(g, i));
        if (a->maxactive)
                buf_printf(g->out, " .maxactive = %u,", a->maxactive);
        write_saved(g, p);
        if (ptrmap_get(locks, h))
                buf_printf(g->out, " .locks = %s,", (const char *) ptrmap_get(locks, h));
        if (g->usage->condition_of[i])
                buf_printf(g->out, " .condition = &stp_conditions[%zu],", condition_index(g, g->usage->condition_of[i]));
        if (entry)
                buf_printf(g->out, " .entry = %s,", handler_name(g, entry));
        if (entry && ptrmap_get(locks, entry))
                buf_printf(g->out, " .entry_locks = %s,", (const char *) ptrmap_get(locks, entry));
        buf_str(g->out, " },\n");
        describe_probe(g, p);
}

void gen_probe_table(Gen *g) {
        if (!g->program->probes.n) {
                buf_str(g->out, "#define STP_PROBES NULL\n#define STP_N_PROBES 0\n\n");
                return;
        }
        PtrMap locks = gen_locks(g);
        gen_condition_table(g, &locks);
        buf_str(g->out, "\nstatic struct stp_probe stp_probes[] = {\n");
        for (size_t i = 0; i < g->program->probes.n; i++)
                write_probe_row(g, i, &locks);
        buf_printf(g->out, "};\n#define STP_PROBES stp_probes\n#define STP_N_PROBES %zu\n\n",
                   g->program->probes.n);
}
