/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * C of the script: functions whose body is C, blocks beside them, expressions and statements. Functions'
 * names for arguments, result and errors (STAP_ARG_x, STAP_RETVALUE, STAP_RETURN, STAP_ERROR, STAP_NEXT,
 * CONTEXT) are macros, most of them in stp.h. Those of the tapsets know stp.h alone, do not write to their
 * arguments, and are inlined. A user's may write to its arguments, which are therefore copies, and may say
 * `return`.
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

/* ------------------------------------------------------------------ names */

static bool is_unmangled(const Function *f) {
        return strstr(f->embedded, "/* unmangled */");
}

/* THIS->x and THIS->__retvalue, the names of old scripts. */
static void write_this(Gen *g, const Function *f) {
        bool copies = copies_arguments(f);
        buf_str(g->out, "\tstruct {\n");
        vec_foreach(v, &f->params)
                buf_printf(g->out, "\t\t%s%s;\n", (*v)->type == TYPE_STRING ? "char *" : "s64 ", (*v)->name);
        buf_printf(g->out, "\t\t%s__retvalue;\n\t} stap_this = {\n", f->result == TYPE_STRING ? "char *" : "s64 ");
        vec_foreach(v, &f->params)
                buf_printf(g->out, (*v)->type != TYPE_STRING ? "\t\t.%s = l_%s,\n"
                                   : copies ? "\t\t.%s = f->l_%s,\n" : "\t\t.%s = (char *)l_%s,\n",
                           (*v)->name, (*v)->name);
        buf_printf(g->out, "\t\t.__retvalue = %s,\n\t}, *THIS = &stap_this;\n\n",
                   f->result == TYPE_STRING ? "ret" : "0");
}

/* "(k0, k1)", or with `more` behind; and the keys as the core takes them. */
static const char *key_names(Gen *g, const Var *v, const char *more) {
        const char *list = "";
        for (size_t i = 0; i < v->keys.n; i++)
                list = text(g, "%s%sk%zu", list, i ? ", " : "", i);
        return *more ? text(g, "%s%s%s", list, v->keys.n ? ", " : "", more) : list;
}

static const char *key_values(Gen *g, const Var *v) {
        const char *list = "";
        for (size_t i = 0; i < v->keys.n; i++)
                list = text(g, "%s%s{ .%c = (k%zu) }", list, i ? ", " : "",
                            v->keys.items[i] == TYPE_STRING ? 's' : 'n', i);
        return text(g, "(const union stp_key[]) { %s }", list);
}

static void write_getter(Gen *g, const Var *v) {
        const char *name = gen_variable(g, v);
        buf_printf(g->out, "#define STAP_GLOBAL_GET_%s(%s) ", v->name, key_names(g, v, ""));
        if (v->is_array)
                buf_printf(g->out, "stp_map_get_%s(c, %s, %s)\n", v->type == TYPE_STRING ? "string" : "long",
                           name, key_values(g, v));
        else
                buf_printf(g->out, "(%s)\n", name);
}

static void write_setter(Gen *g, const Var *v) {
        const char *name = gen_variable(g, v), *kind = v->type == TYPE_STRING ? "string" : "long";
        buf_printf(g->out, "#define STAP_GLOBAL_SET_%s(%s) ", v->name, key_names(g, v, "value"));
        if (v->is_array)
                buf_printf(g->out,
                           "stp_set_%s(stp_element(c, stp_map_%s(c, %s, %s), \"identifier '%s'\"), value)\n",
                           kind, kind, name, key_values(g, v), v->name);
        else
                buf_printf(g->out, "stp_set_%s(%s%s, value)\n", kind, v->type == TYPE_STRING ? "" : "&",
                           name);
}

static void write_global_macros(Gen *g, const Function *f, bool define) {
        vec_foreach(it, &f->globals) {
                if (it->reads && define)
                        write_getter(g, it->var);
                else if (it->reads)
                        buf_printf(g->out, "#undef STAP_GLOBAL_GET_%s\n", it->var->name);
                if (it->writes && define)
                        write_setter(g, it->var);
                else if (it->writes)
                        buf_printf(g->out, "#undef STAP_GLOBAL_SET_%s\n", it->var->name);
        }
}

static const char *return_value(const Function *f) {
        if (is_unmangled(f))
                return "THIS->__retvalue";
        return f->result == TYPE_STRING ? "ret" : "stap_value";
}

static void write_macros(Gen *g, const Function *f, const char *verb) {
        bool define = verb[1] == 'd';
        write_global_macros(g, f, define);
        vec_foreach(v, &f->params) {
                buf_printf(g->out, "%s STAP_ARG_%s", verb, (*v)->name);
                if (define)
                        buf_printf(g->out,
                                   (*v)->type == TYPE_STRING && copies_arguments(f) ? " (f->l_%s)" : " l_%s",
                                   (*v)->name);
                buf_char(g->out, '\n');
        }
        buf_printf(g->out, define ? "%s STAP_RETVALUE %s\n" : "%s STAP_RETVALUE\n", verb, return_value(f));
        buf_printf(g->out, define ? "%s STAP_RETURN(v) %s\n" : "%s STAP_RETURN\n", verb,
                   f->result == TYPE_STRING ? "STP_RETURN_STRING(v)" : "STP_RETURN_LONG(v)");
        if (!f->from_library)
                buf_printf(g->out, define ? "%s return goto out\n" : "%s return\n", verb);
}

static void write_copies(Gen *g, const Function *f) {
        buf_printf(g->out, "\tstruct %s_frame *f = stp_frame_push(c, sizeof(*f));\n\n", function_name(g, f));
        buf_str(g->out, "\tif (!f)\n\t\tgoto failed;\n");
        vec_foreach(v, &f->params) if ((*v)->type == TYPE_STRING)
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
        if (is_unmangled(f) && !is_string)
                buf_str(g->out, "\tstap_value = THIS->__retvalue;\n");
        if (copies)
                buf_str(g->out, "\tstp_frame_pop(c, sizeof(*f));\nfailed: __attribute__((unused));\n");
        if (may_next && !is_string)
                buf_str(g->out, "\t*ret = stap_value;\n");
        buf_str(g->out, may_next ? "\treturn !stap_next;\n" : is_string ? "\treturn;\n" : "\treturn stap_value;\n");
        buf_str(g->out, "}\n\n");
}

/* ------------------------------------------------------------------ the code itself */

/* Puts the next lines at the script's place: what the compiler has to say of a user's C is about that. */
static const char *line_directive(Gen *g, Span span) {
        unsigned line, column;
        if (!span.file)
                return "";
        source_position(span.file, span.offset, &line, &column);
        return text(g, "#line %u %s\n", line, gen_literal(g, span.file->name));
}

/* Blanks as wide as what stands before the %{ in its line, so that columns agree, too. */
static const char *blanks_before(Gen *g, Span span) {
        unsigned line, column;
        size_t len;
        if (!span.file)
                return "";
        source_position(span.file, span.offset, &line, &column);
        const char *start = source_line(span.file, line, &len);
        char *blanks = arena_strndup(g->arena, start ?: "", start ? MIN2((size_t) column - 1, len) : 0);
        for (char *p = blanks; *p; p++)
                if (*p != '\t')
                        *p = ' ';
        return blanks;
}

/* `open` takes the place of the %{. */
static const char *user_code(Gen *g, Span span, const char *open, const char *code, const char *close) {
        return text(g, "%s%s%s%s\n%s\n#line 1 \"generated\"\n", line_directive(g, span),
                    blanks_before(g, span), open, code, close);
}

void gen_embedded_blocks(Gen *g) {
        vec_foreach(e, &g->program->embedded)
                buf_str(g->out, user_code(g, (*e)->span, "  ", (*e)->code, ""));
}

/* STAP_PRINTF is a record with a text; its format is in the manifest where it is used. */
static void need_printf(Gen *g, const char *code) {
        if (g->has_printf || !strstr(code, "STAP_PRINTF"))
                return;
        g->has_printf = true;
        int id = manifest_add_format(g->manifest, "%s", "embedded C");
        int r = id < 0 ? id : manifest_add_field(g->manifest, id, "text", FIELD_STRING, /* hidden= */ false);
        if (r < 0)
                g->error = r;
        buf_printf(g->out, "#define STAP_PRINTF(...) stp_printf(c, %d, __VA_ARGS__)\n", id);
}

static void write_code(Gen *g, const Function *f) {
        if (f->from_library)
                buf_printf(g->out, "\t{%s}\n", f->embedded);
        else
                buf_str(g->out, user_code(g, f->embedded_span, " {", f->embedded, "}"));
}

/* An expression's or statement's own `out`, for STAP_ERROR. */
static void open_code(Gen *g, const char *code) {
        need_printf(g, code);
        gen_open(g, "{");
        gen_line(g, "__label__ out;");
}

static void close_code(Gen *g) {
        gen_line(g, "out: __attribute__((unused));");
        gen_close(g, "");
        gen_check(g, NULL);
}

Value gen_embedded_expr(Gen *g, Expr *e) {
        const ExprEmbedded *x = (const ExprEmbedded *) e;
        bool is_string = e->type == TYPE_STRING;
        const char *t = is_string ? gen_buffer(g) : gen_temp(g);
        gen_line(g, is_string ? "%s[0] = 0;" : "s64 %s = 0;", t);
        open_code(g, x->code);
        gen_line(g, is_string ? "const char *stap_text = ({" : "%s = (s64)({", t);
        gen_text(g, user_code(g, x->code_span, "  ", x->code, ";"));
        gen_line(g, "});");
        if (is_string)
                gen_line(g, "stp_str_copy(%s, stap_text, MAXSTRINGLEN);", t);
        close_code(g);
        return value_temp(t);
}

void gen_embedded_stmt(Gen *g, Stmt *s) {
        const StmtEmbedded *x = (const StmtEmbedded *) s;
        open_code(g, x->code);
        gen_text(g, user_code(g, x->code_span, " {", x->code, "}"));
        close_code(g);
}

void gen_embedded_function(Gen *g, const Function *f, const char *head) {
        bool copies = has_copies(f);
        need_printf(g, f->embedded);
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
        if (is_unmangled(f))
                write_this(g, f);
        write_macros(g, f, "#define");
        write_code(g, f);
        write_macros(g, f, "#undef");
        write_tail(g, f, copies);
}
