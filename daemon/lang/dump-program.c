/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>
#include "lang/dump.h"
#include "lang/text.h"

static const char *const attach_names[STP_ATTACH_MAX] = {
        [STP_BEGIN] = "begin",
        [STP_END] = "end",
        [STP_ERROR] = "error",
        [STP_NEVER] = "never",
        [STP_TIMER] = "timer",
        [STP_FUNCTION] = "function",
        [STP_FUNCTION_RETURN] = "function-return",
        [STP_TRACEPOINT] = "tracepoint",
        [STP_SYSCALL] = "syscall",
        [STP_SYSCALL_RETURN] = "syscall-return",
};

static void dump_var_type(const Var *var, Buf *out) {
        buf_printf(out, "%s:%s", var->name, type_name(var->type));
        if (!var->is_array)
                return;
        buf_char(out, '[');
        vec_foreach(key, &var->keys)
                buf_printf(out, "%s%s", key == var->keys.items ? "" : ", ", type_name(*key));
        buf_printf(out, "] size %" PRId64 "%s", var->size, var->wraps ? " wraps" : "");
}

static void dump_global_var(const Var *var, Buf *out) {
        buf_str(out, "global ");
        dump_var_type(var, out);
        for (StatOp op = 0; op < _STAT_OP_MAX; op++)
                if (var->stat_ops & 1u << op)
                        buf_printf(out, " %s", stat_op_name(op));
        vec_foreach(hist, &var->hists) {
                buf_char(out, ' ');
                dump_expr(&(*hist)->base, out);
        }
        if (var->init) {
                buf_str(out, " = ");
                dump_expr(var->init, out);
        }
        buf_char(out, '\n');
}

static void dump_locals(const char *what, const VarVec *vars, Buf *out) {
        if (vars->n == 0)
                return;
        buf_printf(out, "# %s", what);
        vec_foreach(var, vars) {
                buf_char(out, ' ');
                dump_var_type(*var, out);
        }
        buf_char(out, '\n');
}

static void dump_resolved_function(const Function *f, Buf *out) {
        buf_printf(out, "function %s:%s(", f->name, type_name(f->result));
        vec_foreach(param, &f->params) {
                buf_str(out, param == f->params.items ? "" : ", ");
                dump_var_type(*param, out);
        }
        buf_printf(out, ")%s%s\n", f->is_recursive ? " recursive" : "", f->may_next ? " may-next" : "");
        dump_locals("locals:", &f->locals, out);
        if (f->body)
                dump_stmt(f->body, /* indent= */ 0, out);
        else if (f->embedded)
                buf_printf(out, "%%{%s%%}\n", f->embedded);
}

static void dump_attach(const ProbeAttach *attach, Buf *out) {
        buf_printf(out, "# attach: %s", attach_names[attach->kind]);
        if (attach->symbol)
                buf_printf(out, " %s", attach->symbol);
        if (attach->number)
                buf_printf(out, " number %" PRId64, attach->number);
        if (attach->randomize)
                buf_printf(out, " randomize %" PRId64, attach->randomize);
        if (attach->maxactive)
                buf_printf(out, " maxactive %u", attach->maxactive);
        if (attach->saved_slots)
                buf_printf(out, " saved %u", attach->saved_slots);
        buf_str(out, attach->needs_regs ? " regs" : "");
        buf_str(out, attach->needs_stack ? " stack\n" : "\n");
}

static void dump_resolved_probe(const Probe *probe, Buf *out) {
        buf_printf(out, "probe %s\n# written: %s\n", probe->point, probe->written ?: probe->point);
        dump_attach(&probe->attach, out);
        dump_locals("locals:", &probe->locals, out);
        if (probe->condition) {
                buf_str(out, "# if: ");
                dump_expr(probe->condition, out);
                buf_char(out, '\n');
        }
        for (size_t i = 0; i < probe->saved.n; i++) {
                buf_printf(out, "# saved %zu: ", i);
                dump_expr(probe->saved.items[i], out);
                buf_char(out, '\n');
        }
        if (probe->entry) {
                buf_str(out, "# at the entry:\n");
                dump_stmt(probe->entry, /* indent= */ 0, out);
        }
        if (probe->body)
                dump_stmt(probe->body, /* indent= */ 0, out);
}

void dump_program(const Program *p, Buf *out) {
        vec_foreach(it, &p->embedded)
                buf_printf(out, "%%{%s%%}\n", (*it)->code);
        vec_foreach(it, &p->globals)
                dump_global_var(*it, out);
        dump_locals("shown at exit:", &p->shown, out);
        vec_foreach(it, &p->functions)
                dump_resolved_function(*it, out);
        vec_foreach(it, &p->probes)
                dump_resolved_probe(*it, out);
}
