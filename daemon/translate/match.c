/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * =~ and !~: the pattern's tables beside the functions, one call of the core in the handler. Where a script
 * asks for what was matched, all its patterns have the tables that tell.
 */
#include "translate/gen.h"
#include "translate/regex.h"

#define PRAGMA "pragma:tagged_dfa"

bool match_is_asked_for(const Program *p) {
        vec_foreach(f, &p->functions)
                if ((*f)->embedded && strstr((*f)->embedded, PRAGMA))
                        return true;
        return false;
}

/* ------------------------------------------------------------------ tables */

#define write_numbers(g, type, name, what, n, format, value)                                             \
        do {                                                                                             \
                buf_printf((g)->out, "static const %s %s_%s[] = {", type, name, what);                   \
                for (size_t i = 0; i < (n); i++)                                                         \
                        buf_printf((g)->out, "%s" format ",", i % 24 ? "" : "\n\t", value);              \
                buf_str((g)->out, "\n};\n");                                                             \
        } while (0)

static const char *write_plain(Gen *g, const char *name, const char *pattern) {
        Regex r;
        const char *error = regex_compile(g->arena, pattern, &r);
        if (error)
                return error;
        write_numbers(g, "u16", name, "next", r.n_states * r.n_classes, "%u", r.next[i]);
        write_numbers(g, "u8", name, "classes", 256, "%u", r.classes[i]);
        buf_printf(g->out, "static const struct stp_regex %s = { %s_classes, %s_next, %u, %u };\n\n", name, name,
                   name, r.n_classes, r.start);
        return NULL;
}

static const char *write_tagged(Gen *g, const char *name, const char *pattern) {
        RegexTags r;
        const char *error = regex_compile_tags(g->arena, pattern, &r);
        if (error)
                return error;
        write_numbers(g, "u16", name, "next", r.n_states * r.n_classes, "%u", r.next[i]);
        write_numbers(g, "u16", name, "move", r.n_states * r.n_classes, "%u", r.move[i]);
        write_numbers(g, "u8", name, "classes", 256, "%u", r.classes[i]);
        write_numbers(g, "u8", name, "accept", r.n_states, "%u", r.accept[i]);
        write_numbers(g, "u64", name, "moves", r.moves.n, "%#llxULL", (unsigned long long) r.moves.items[i]);
        write_numbers(g, "u32", name, "move_at", r.move_at.n, "%u", r.move_at.items[i]);
        buf_printf(g->out, "static const struct stp_regex_tags %s = {\n\t%s_classes, %s_next, %s_move, %s_accept,"
                           " %s_moves, %s_move_at, %u, %u, %u, %u, %u,\n};\n\n",
                   name, name, name, name, name, name, name, r.n_classes, r.start, r.start_move, r.n_threads,
                   r.n_tags);
        g->registers = MAX2(g->registers, r.n_threads * r.n_tags);
        return NULL;
}

/* The code of a routine is collected beside the file: what is written to the file now stands before it. */
static const char *regex_name(Gen *g, const ExprString *pattern) {
        const char *name = strmap_get(&g->regexes, pattern->value);
        if (name)
                return name;
        name = text(g, "regex_%zu", g->regexes.entries.n + 1);
        const char *error = (g->captures ? write_tagged : write_plain)(g, name, pattern->value);
        if (error) {
                diag_add(g->diags, DIAG_E0504, pattern->base.span, "%s", error);
                return NULL;
        }
        strmap_put(g->arena, &g->regexes, pattern->value, (void *) name);
        return name;
}

void gen_match_needs(Gen *g) {
        if (!g->captures) {
                buf_str(g->out, "#define STP_MATCH_SIZE 0\n\n");
                return;
        }
        buf_printf(g->out, "#define STP_MATCH_SIZE STP_MATCH_ROOM(%u)\n", g->registers);
        buf_str(g->out, "static u32 stp_match_room(void)\n{\n"
                        "\treturn STP_MATCH_SIZE + STP_MATCH_TEXT(MAXSTRINGLEN);\n}\n\n");
}

/* ------------------------------------------------------------------ the operator */

/* How much room the largest expression needs is known at the end of the file. */
static Value gen_find(Gen *g, const char *name, Value subject, bool negated) {
        const char *t = gen_temp(g);
        gen_line(g, "s64 %s = %sstp_regex_find(c, &%s, %s, MAXSTRINGLEN, stp_match_room());", t,
                 negated ? "!" : "", name, subject.text);
        return value_temp(t);
}

Value gen_regex(Gen *g, Expr *e) {
        ExprRegex *x = (ExprRegex *) e;
        const char *name = regex_name(g, x->pattern);
        Value subject = gen_expr(g, x->subject);
        if (!name)
                return VALUE_ZERO;
        if (g->captures)
                return gen_find(g, name, subject, x->negated);
        return (Value) {text(g, "(%sstp_regex_match(&%s, %s))", x->negated ? "!" : "", name, subject.text),
                        subject.life};
}
