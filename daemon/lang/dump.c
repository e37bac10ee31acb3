/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Declarations as text. The order is embedded C, globals, functions, aliases, probes: within each as in the
 * file, which is all that the language lets anybody notice.
 */
#include "lang/dump.h"
#include "lang/text.h"

static void dump_global(const Var *var, Buf *out) {
        buf_printf(out, "%sglobal %s%s", var->is_private ? "private " : "", var->name,
                   var->wraps ? "%" : "");
        if (var->is_array) {
                buf_char(out, '[');
                if (var->size_expr)
                        dump_expr(var->size_expr, out);
                buf_char(out, ']');
        }
        if (var->init) {
                buf_str(out, " = ");
                dump_expr(var->init, out);
        }
        buf_char(out, '\n');
}

static void dump_type(Type type, Buf *out) {
        if (type != TYPE_UNKNOWN)
                buf_printf(out, ":%s", type_name(type));
}

static void dump_function(const Function *f, Buf *out) {
        buf_printf(out, "%sfunction %s", f->is_private ? "private " : "", f->name);
        dump_type(f->result, out);
        buf_char(out, '(');
        vec_foreach(param, &f->params) {
                buf_printf(out, "%s%s", param == f->params.items ? "" : ", ", (*param)->name);
                dump_type((*param)->type, out);
        }
        buf_char(out, ')');
        if (f->has_priority)
                buf_printf(out, ":%lld", (long long) f->priority);
        buf_char(out, '\n');
        if (f->body)
                dump_stmt(f->body, /* indent= */ 0, out);
        else
                buf_printf(out, "%%{%s%%}\n", f->embedded);
}

static void dump_point(const ProbePoint *p, Buf *out) {
        vec_foreach(c, &p->components) {
                buf_printf(out, "%s%s", c == p->components.items ? "" : ".", c->name);
                if (c->arg) {
                        buf_char(out, '(');
                        dump_expr(c->arg, out);
                        buf_char(out, ')');
                }
        }
        buf_str(out, p->optional ? "?" : p->sufficient ? "!" : "");
        if (p->condition) {
                buf_str(out, " if (");
                dump_expr(p->condition, out);
                buf_char(out, ')');
        }
}

static void dump_points(const ProbePointVec *points, Buf *out) {
        vec_foreach(p, points) {
                buf_str(out, p == points->items ? "" : ",\n\t");
                dump_point(*p, out);
        }
        buf_char(out, '\n');
}

static void dump_alias(const AliasDecl *alias, Buf *out) {
        buf_str(out, "probe ");
        vec_foreach(name, &alias->names) {
                dump_point(*name, out);
                buf_str(out, alias->epilogue_only && *name == vec_last(&alias->names) ? " += " : " = ");
        }
        dump_points(&alias->points, out);
        if (alias->prologue)
                dump_stmt(alias->prologue, /* indent= */ 0, out);
        if (alias->prologue && alias->epilogue)
                buf_str(out, ",\n");
        if (alias->epilogue)
                dump_stmt(alias->epilogue, /* indent= */ 0, out);
}

static void dump_probe(const ProbeDecl *probe, Buf *out) {
        buf_str(out, "probe ");
        dump_points(&probe->points, out);
        dump_stmt(probe->body, /* indent= */ 0, out);
}

void dump_file(const File *f, Buf *out) {
        vec_foreach(it, &f->embedded)
                buf_printf(out, "%%{%s%%}\n", (*it)->code);
        vec_foreach(it, &f->globals)
                dump_global(*it, out);
        vec_foreach(it, &f->functions)
                dump_function(*it, out);
        vec_foreach(it, &f->aliases)
                dump_alias(*it, out);
        vec_foreach(it, &f->probes)
                dump_probe(*it, out);
}
