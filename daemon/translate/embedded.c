/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Functions whose body is C. Their names for arguments, result and errors (STAP_ARG_x, STAP_RETVALUE,
 * STAP_RETURN, STAP_ERROR, STAP_NEXT, CONTEXT) are macros, most of them in stp.h. Those of the tapsets know
 * stp.h alone, do not write to their arguments, and are inlined. A user's may write to its arguments, which
 * are therefore copies, and may say `return`.
 */
#include "translate/gen.h"

static bool copies_arguments(const Function *f) {
        return !f->from_library && !strstr(f->embedded, "unmodified-fnargs");
}

static bool has_copies(const Function *f) {
        bool has = false;
        vec_foreach(v, &f->params)
                has |= (*v)->type == TYPE_STRING;
        return has && copies_arguments(f);
}

static void write_macros(Gen *g, const Function *f, const char *verb) {
        bool define = verb[1] == 'd';
        vec_foreach(v, &f->params) {
                buf_printf(g->out, "%s STAP_ARG_%s", verb, (*v)->name);
                if (define)
                        buf_printf(g->out, (*v)->type == TYPE_STRING && copies_arguments(f) ? " (f->l_%s)" : " l_%s",
                                   (*v)->name);
                buf_char(g->out, '\n');
        }
        buf_printf(g->out, define ? "%s STAP_RETVALUE %s\n" : "%s STAP_RETVALUE\n", verb,
                   f->result == TYPE_STRING ? "ret" : "stap_value");
        buf_printf(g->out, define ? "%s STAP_RETURN(v) %s\n" : "%s STAP_RETURN\n", verb,
                   f->result == TYPE_STRING ? "STP_RETURN_STRING(v)" : "STP_RETURN_LONG(v)");
        if (!f->from_library)
                buf_printf(g->out, define ? "%s return goto out\n" : "%s return\n", verb);
}

static void write_copies(Gen *g, const Function *f) {
        buf_printf(g->out, "\tstruct %s_frame *f = stp_frame_push(c, sizeof(*f));\n\n", function_name(g, f));
        buf_str(g->out, "\tif (!f)\n\t\tgoto failed;\n");
        vec_foreach(v, &f->params)
                if ((*v)->type == TYPE_STRING)
                        buf_printf(g->out, "\tstp_str_copy(f->l_%s, l_%s, MAXSTRINGLEN);\n", (*v)->name, (*v)->name);
}

static void write_frame(Gen *g, const Function *f) {
        const char *name = function_name(g, f);
        buf_printf(g->out, "struct %s_frame {\n", name);
        vec_foreach(v, &f->params)
                if ((*v)->type == TYPE_STRING)
                        buf_printf(g->out, "\tchar l_%s[MAXSTRINGLEN];\n", (*v)->name);
        buf_str(g->out, "} __attribute__((aligned(8)));\n\n");
        ptrmap_put(g->arena, &g->frames, f, (void *) name);
}

/* What the macro `return` would spoil stands behind its #undef. */
static void write_tail(Gen *g, const Function *f, bool copies) {
        bool may_next = function_may_next(f), is_string = f->result == TYPE_STRING;
        buf_str(g->out, "out: __attribute__((unused));\n");
        if (copies)
                buf_str(g->out, "\tstp_frame_pop(c, sizeof(*f));\nfailed: __attribute__((unused));\n");
        if (may_next && !is_string)
                buf_str(g->out, "\t*ret = stap_value;\n");
        buf_str(g->out, may_next ? "\treturn !stap_next;\n" : is_string ? "\treturn;\n" : "\treturn stap_value;\n");
        buf_str(g->out, "}\n\n");
}

/* What the compiler has to say of a user's C is about the script. */
static void write_line(Gen *g, Span span) {
        unsigned line, column;
        if (!span.file)
                return;
        source_position(span.file, span.offset, &line, &column);
        buf_printf(g->out, "#line %u %s\n", line, gen_literal(g, span.file->name));
}

void gen_embedded_blocks(Gen *g) {
        vec_foreach(e, &g->program->embedded) {
                write_line(g, (*e)->span);
                buf_printf(g->out, "%s\n", (*e)->code);
        }
}

static void write_code(Gen *g, const Function *f) {
        if (!f->from_library)
                write_line(g, f->embedded_span);
        buf_printf(g->out, "\t{%s}\n", f->embedded);
}

void gen_embedded_function(Gen *g, const Function *f, const char *head) {
        bool copies = has_copies(f);
        if (copies)
                write_frame(g, f);
        buf_printf(g->out, "%s\n{\n", head);
        if (f->result != TYPE_STRING)
                buf_str(g->out, "\ts64 stap_value = 0;\n");
        if (function_may_next(f))
                buf_str(g->out, "\tbool stap_next = false;\n");
        if (copies)
                write_copies(g, f);
        if (f->result == TYPE_STRING)
                buf_str(g->out, "\n\tret[0] = 0;\n");
        write_macros(g, f, "#define");
        write_code(g, f);
        write_macros(g, f, "#undef");
        write_tail(g, f, copies);
}
