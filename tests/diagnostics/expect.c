/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "expect.h"
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

typedef struct {
        unsigned line, column, len;
        const char *code, *text;
        VEC(const char *) hints, notes;
        bool met;
} Expectation;

typedef VEC(Expectation) ExpectationVec;

/* The quoted text in `s`; quotes inside are written as \". "" when there is none. */
static const char *quoted(Arena *a, const char *s) {
        const char *open = strpbrk(s, "\"\n");
        if (!open || *open != '"')
                return "";
        char *text = arena_strdup(a, open + 1), *to = text;
        for (const char *from = text; *from && *from != '"' && *from != '\n'; from++) {
                from += *from == '\\' && from[1] == '"';
                *to++ = *from;
        }
        *to = '\0';
        return text;
}

/* `^^^`, `@column+len` or `@line:column+len`. Moves *s behind it. */
static bool read_place(const char *line_start, const char **s, unsigned line, Expectation *e) {
        const char *at = *s;
        e->line = line;
        if (*at == '^') {
                e->column = (unsigned) (at - line_start) + 1;
                e->len = (unsigned) strspn(at, "^");
                *s = at + e->len;
                return true;
        }
        int used = 0;
        if (sscanf(at, "@%u:%u+%u%n", &e->line, &e->column, &e->len, &used) < 3) {
                e->line = line;
                if (sscanf(at, "@%u+%u%n", &e->column, &e->len, &used) < 2)
                        return false;
        }
        *s = at + used;
        return true;
}

static void read_line(Arena *a, const char *line_start, unsigned line, ExpectationVec *all) {
        const char *s = script_directive(line_start);
        Expectation e = {};
        if (read_place(line_start, &s, line, &e)) {
                s += strspn(s, " ");
                e.code = arena_strndup(a, s, strcspn(s, " \n"));
                e.text = quoted(a, s);
                vec_push(a, all, e);
        } else if (all->n > 0 && strncmp(s, "hint", 4) == 0) {
                vec_push(a, &vec_last(all).hints, quoted(a, s));
        } else if (all->n > 0 && strncmp(s, "note", 4) == 0) {
                vec_push(a, &vec_last(all).notes, quoted(a, s));
        }
}

static void read_expectations(const Script *s, ExpectationVec *all) {
        unsigned line = 0, last = 0; /* last: the line that the expectations are about */
        const char *at = s->source->text;
        for (; at; at = strchr(at, '\n') ? strchr(at, '\n') + 1 : NULL) {
                line++;
                if (script_directive(at))
                        read_line(s->arena, at, last, all);
                else
                        last = line;
        }
}

/* The place of the script that a diagnostic is about. */
static Span place_in_script(const Script *s, Span span) {
        while (span.file != s->source && span.expansion)
                span = span.expansion->from;
        return span;
}

static bool has_note(const Diag *d, const char *text) {
        vec_foreach(note, &d->notes)
                if (strstr(note->text, text))
                        return true;
        return false;
}

static bool is_met(const Script *s, const Expectation *e, const Diag *d) {
        Span span = place_in_script(s, d->span);
        unsigned line, column;
        if (span.file != s->source)
                return false;
        source_position(span.file, span.offset, &line, &column);
        unsigned len = MAX2(span.len, 1u);
        if (line != e->line || column != e->column || len != e->len)
                return false;
        if (strcmp(diag_code_name(d->code), e->code) != 0 || !strstr(d->message, e->text))
                return false;
        vec_foreach(hint, &e->hints)
                if (!d->hint || !strstr(d->hint, *hint))
                        return false;
        vec_foreach(note, &e->notes)
                if (!has_note(d, *note))
                        return false;
        return true;
}

static bool find_expectation(const Script *s, ExpectationVec *all, const Diag *d) {
        vec_foreach(e, all)
                if (!e->met && is_met(s, e, d))
                        return e->met = true;
        return false;
}

bool expectations_check(const Script *s, Buf *out) {
        ExpectationVec all = {};
        bool good = true;
        read_expectations(s, &all);
        if (all.n == 0)
                buf_str(out, "the script expects nothing\n");
        vec_foreach(d, &s->diags.list) {
                if (find_expectation(s, &all, *d))
                        continue;
                good = false;
                Diags one = { .arena = s->arena, .n_errors = 1 };
                vec_push(s->arena, &one.list, *d);
                buf_str(out, "not expected:\n");
                diags_render_text(&one, /* color= */ false, out);
        }
        vec_foreach(e, &all) {
                if (e->met)
                        continue;
                good = false;
                buf_printf(out, "missing: %u:%u+%u %s \"%s\"\n", e->line, e->column, e->len, e->code,
                           e->text);
        }
        return good && all.n > 0;
}
