/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * -t: each handler of the script runs through one that measures it (runtime/script/timing.h), and two probes
 * of our own, the last at the end or after an error, print what came out, in SystemTap's layout. As it is
 * printed as all else, it is events with fields, too.
 */
#include "translate/gen.h"

#define LINE "%s, (%s), hits: %d, cycles: %dmin/%davg/%dmax, variance: %d, from: %s, index: %d\n"
#define TEXT_MAX 1024 /* bytes of a probe point that are shown */

static const struct {
        const char *name;
        FieldType type;
} fields[] = {
        { "probe", FIELD_STRING },  { "place", FIELD_STRING }, { "hits", FIELD_LONG },
        { "min", FIELD_LONG },      { "avg", FIELD_LONG },     { "max", FIELD_LONG },
        { "variance", FIELD_LONG }, { "from", FIELD_STRING },  { "index", FIELD_LONG },
};

static void add_report(Program *p, enum stp_attach kind, const char *point) {
        Probe *probe = arena_new0(p->arena, Probe);
        *probe = (Probe) {.id = (unsigned) p->probes.n, .point = point, .written = point};
        probe->attach = (ProbeAttach) {.kind = kind, .number = INT64_MAX};
        vec_push(p->arena, &p->probes, probe);
}

void timing_add_probes(Gen *g, Program *p) {
        if (!g->n_timed)
                return;
        g->first_report = p->probes.n;
        add_report(p, STP_END, "end");
        add_report(p, STP_ERROR, "error");
}

static int add_formats(Gen *g) {
        int head = manifest_add_format(g->manifest, "----- probe hit report: \n", "");
        int line = head < 0 ? head : manifest_add_format(g->manifest, LINE, "");
        for (size_t i = 0; line >= 0 && i < ELEMENTSOF(fields); i++) {
                int r = manifest_add_field(g->manifest, (unsigned) line, fields[i].name, fields[i].type, /* hidden= */ false);
                if (r < 0)
                        return r;
        }
        if (line >= 0)
                buf_printf(g->out, "#define STP_TIMING_HEAD %d\n#define STP_TIMING_LINE %d\n", head, line);
        return line;
}

void gen_timing(Gen *g) {
        if (!g->n_timed)
                return;
        int r = add_formats(g);
        if (r < 0)
                g->error = r;
        buf_printf(g->out, "#define STP_TIMING_TEXT %d\n#define STP_N_TIMED %u\n#define STP_N_PROBES %zu\n"
                           "#include \"timing.h\"\n\nstatic const struct stp_timed stp_timed[STP_N_TIMED] = {\n",
                   TEXT_MAX, g->n_timed, g->program->probes.n);
        for (unsigned i = 0; i < g->n_timed; i++) {
                const Probe *p = g->program->probes.items[i];
                buf_printf(g->out, "\t{ %s, %s, %s },\n", handler_name(g, g->usage->of_probe[i]),
                           gen_literal(g, span_place(g->arena, p->span)),
                           gen_literal(g, p->from ?: p->written ?: ""));
        }
        buf_str(g->out, "};\n\n");
}

bool timing_is_report(const Gen *g, size_t probe) {
        return g->n_timed && probe >= g->first_report;
}

const char *timing_handler(Gen *g, size_t probe) {
        return timing_is_report(g, probe) ? "stp_report_timing" : probe < g->n_timed ? "stp_run_timed" : NULL;
}

void gen_timing_global(Gen *g) {
        if (g->n_timed)
                buf_printf(
                        g->out,
                        "\t{ .name = \"probe timings\", .kind = STP_GLOBAL_MAP, .value = STP_VALUE_AGG, .n_keys = 1, "
                        ".max = STP_N_TIMED, .stat_ops = %#x, .slot = (void **)&stp_timings, },\n",
                        1u << STAT_COUNT | 1u << STAT_MIN | 1u << STAT_AVG | 1u << STAT_MAX |
                                1u << STAT_VARIANCE);
}
