/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Functions and aliases of the tapsets, each with the first sentence of the comment above it. Functions that
 * stand together without an empty line between them share the comment above the first.
 */
#include <ctype.h>
#include "elaborate/list-private.h"
#include "elaborate/lower.h"
#include "lang/dump.h"

#define DOC_MAX 100 /* bytes */

/* ------------------------------------------------------------------ comments */

typedef struct {
        const char *text; /* without blanks at both ends */
        size_t len;
} Line;

static Line line_of(const SourceFile *f, unsigned n) {
        size_t len = 0;
        const char *s = source_line(f, n, &len);
        while (len > 0 && isspace((unsigned char) *s))
                s++, len--;
        while (len > 0 && isspace((unsigned char) s[len - 1]))
                len--;
        return (Line) { s, len };
}

static bool is_comment(Line l) {
        return l.len > 0 && (l.text[0] == '#' ||
                             (l.len > 1 && memchr("/*", l.text[0], 2) && memchr("/*", l.text[1], 2)) ||
                             (l.text[0] == '*' && (l.len == 1 || l.text[1] == ' ')));
}

/* What a line of comment says: "" for a mere frame. */
static Line comment_text(Line l) {
        while (l.len > 0 && strchr("#/* \t", l.text[0]))
                l.text++, l.len--;
        while (l.len > 0 && strchr("/* \t", l.text[l.len - 1]))
                l.len--;
        return l;
}

/* The first line of the comment block above line `n`, or 0. */
static unsigned comment_above(const SourceFile *f, unsigned n) {
        while (n > 1 && line_of(f, n - 1).len > 0 && !is_comment(line_of(f, n - 1)))
                n--;
        unsigned last = n - 1;
        while (n > 1 && is_comment(line_of(f, n - 1)))
                n--;
        return n <= last ? n : 0;
}

/* Up to the first full stop, in one line. */
static const char *first_sentence(Arena *a, const SourceFile *f, unsigned n) {
        const char *text = "";
        for (Line l; is_comment(l = line_of(f, n)); n++) {
                Line said = comment_text(l);
                if (said.len == 0 && *text)
                        break;
                text = arena_printf(a, "%s%s%.*s", text, *text && said.len ? " " : "", (int) said.len,
                                    said.text);
                const char *stop = strstr(text, ". ");
                if (stop)
                        text = arena_strndup(a, text, (size_t) (stop - text) + 1);
                if (stop || (*text && text[strlen(text) - 1] == '.'))
                        break;
        }
        size_t len = strlen(text);
        return len > DOC_MAX ? arena_printf(a, "%.*s...", DOC_MAX, text) : text;
}

static const char *with_doc(Arena *a, const char *line, Span span) {
        unsigned n, column;
        if (!span.file)
                return line;
        source_position(span.file, span.offset, &n, &column);
        unsigned start = comment_above(span.file, n);
        const char *doc = start ? first_sentence(a, span.file, start) : "";
        return *doc && !strstr(doc, "SPDX") ? arena_printf(a, "%s  # %s", line, doc) : line;
}

/* ------------------------------------------------------------------ functions */

static bool is_wanted(const char *name, const char *pattern) {
        return pattern ? probe_glob(pattern, name) && (name[0] != '_' || pattern[0] == '_') : name[0] != '_';
}

static const char *signature(Arena *a, const Function *f) {
        const char *text = f->name;
        if (f->result == TYPE_LONG || f->result == TYPE_STRING)
                text = arena_printf(a, "%s:%s", text, type_name(f->result));
        text = arena_printf(a, "%s (", text);
        vec_foreach(it, &f->params)
                text = arena_printf(a, "%s%s%s:%s", text, it > f->params.items ? ", " : "", (*it)->name,
                                    list_type((*it)->type));
        return arena_printf(a, "%s)", text);
}

/* Types that are not written are what the bodies make of them: as when a script called every function. */
static void infer_all(List *l) {
        Elab *e = l->elab;
        Diags ignored, *diags = e->diags;
        diags_init(&ignored, e->arena);
        e->diags = &ignored;
        pass_declare(e);
        strmap_foreach(it, &library_index(e->library)->functions)
                vec_foreach(d, (FunctionDeclVec *) it->value)
                        link_unused_function(e, *d);
        link_drain(e);
        pass_autocast(e);
        pass_types(e);
        e->diags = diags;
}

static void add_function(List *l, const FunctionDecl *d) {
        const Unit *u = l->elab->shared[d->id];
        const char *line = signature(l->elab->arena, u ? u->function : d->function);
        if (d->tags & TAG_GURU)
                line = arena_printf(l->elab->arena, "%s /* guru */", line);
        const char *key = arena_printf(l->elab->arena, "%s %s", d->function->name, line); /* in the order of names */
        list_add(l, key, with_doc(l->elab->arena, line, d->function->span));
}

void list_functions(List *l, const char *pattern) {
        infer_all(l);
        strmap_foreach(it, &library_index(l->elab->library)->functions)
                vec_foreach(d, (FunctionDeclVec *) it->value)
                        if (!(*d)->function->is_private && is_wanted(it->key, pattern))
                                add_function(l, *d);
}

/* ------------------------------------------------------------------ aliases */

static const char *point_text(Arena *a, const ProbePoint *p) {
        return arena_printf(a, "%s%s", probe_point_text(a, p), p->sufficient ? "!" : p->optional ? "?" : "");
}

void list_aliases(List *l, const char *pattern) {
        Arena *a = l->elab->arena;
        vec_foreach(it, &library_index(l->elab->library)->alias_names) {
                const AliasName *n = *it;
                if (!is_wanted(n->text, pattern))
                        continue;
                const char *line = arena_printf(a, "%s =", n->text);
                vec_foreach(p, &n->alias->points)
                        line = arena_printf(a, "%s%s %s", line, p > n->alias->points.items ? "," : "",
                                            point_text(a, *p));
                list_add(l, line, with_doc(a, line, n->alias->span));
        }
}
