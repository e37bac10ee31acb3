/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The order of the C: globals, functions, handlers, then the tables that name them. The module around it is
 * real C: runtime/script/module.h.
 */
#include "translate/gen.h"
#include "translate/translate.h"

static void write_start(Gen *g) {
        buf_str(g->out, "/* Made by stapd out of a script. */\n");
        buf_printf(g->out, "#include \"%s\"\n\n", g->program->uses_embedded ? "stp-kernel.h" : "stp.h");
        buf_str(g->out, "#pragma GCC diagnostic ignored \"-Wunused-variable\"\n"
                        "#pragma GCC diagnostic ignored \"-Wunused-but-set-variable\"\n"
                        "#pragma GCC diagnostic ignored \"-Wunused-function\"\n"
                        "#pragma GCC diagnostic ignored \"-Wunused-value\"\n\n");
        if (g->captures)
                buf_str(g->out, "static u32 stp_match_room(void);\n");
        gen_embedded_blocks(g);
}

static void write_end(Gen *g, const TranslateOptions *o) {
        buf_printf(g->out, "#ifndef STP_ABI_HASH\n#define STP_ABI_HASH 0x%llxULL\n#endif\n",
                   (unsigned long long) o->abi_hash);
        buf_printf(g->out, "#define STP_MODULE_NAME %s\n", gen_literal(g, o->module ?: "stap_script"));
        buf_str(g->out, "#include \"module.h\"\n");
}

int translate(const Program *p, const TranslateOptions *o, Diags *d, Manifest *m, Buf *out) {
        Program program = *p;
        Gen g = {.arena = p->arena, .diags = d, .program = &program, .manifest = m, .out = out};
        g.own_processes = o->own_processes;
        if (o->timing)
                g.n_timed = (unsigned) program.probes.n;
        shown_add_probe(&program);
        timing_add_probes(&g, &program);
        g.usage = usage_new(p->arena, &program);
        g.captures = match_is_asked_for(&program);
        write_start(&g);
        gen_globals(&g);
        gen_functions(&g);
        gen_handlers(&g);
        gen_timing(&g);
        gen_global_table(&g);
        gen_probe_table(&g);
        gen_symbol_table(&g);
        gen_frame_needs(&g);
        gen_match_needs(&g);
        write_end(&g, o);
        return out->failed ? -ENOMEM : g.error;
}
