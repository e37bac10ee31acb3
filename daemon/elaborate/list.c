/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A pattern is what could stand behind `probe`: an empty probe of it is expanded as every other, and the
 * points that came out are the list. Patterns with wildcards also show the forms of built-in probe points,
 * which have arguments that nobody can enumerate: `timer.*` is timer.ms(number) and its like.
 */
#include "elaborate/list-private.h"
#include "elaborate/expand.h"

static const char *const kind_names[_LIST_KIND_MAX] = {
#define X(name, text) [LIST_##name] = text,
        LIST_KINDS(X)
#undef X
};

const char *list_kind_to_string(ListKind k) {
        return k >= 0 && k < _LIST_KIND_MAX ? kind_names[k] : NULL;
}

ListKind list_kind_from_string(const char *s) {
        for (ListKind k = 0; k < _LIST_KIND_MAX; k++)
                if (strcmp(kind_names[k], s) == 0)
                        return k;
        return _LIST_KIND_INVALID;
}

/* ------------------------------------------------------------------ the pattern */

static bool is_lone_probe(const File *f) {
        const StmtBlock *body = f->probes.n == 1 ? stmt_as(Block, f->probes.items[0]->body) : NULL;
        return body && body->body.n == 0 &&
               f->functions.n + f->globals.n + f->aliases.n + f->embedded.n == 0;
}

static File *read_pattern(List *l, const char *pattern) {
        Elab *e = l->elab;
        const char *text = arena_printf(e->arena, "probe %s\n{}", pattern);
        SourceFile *source = source_new(e->arena, "<pattern>", text, strlen(text));
        File *f = parse_file(e->arena, e->diags, source, &(ParseOptions) { .target = l->target });
        if (!diags_failed(e->diags) && !is_lone_probe(f))
                diag_add(e->diags, DIAG_E0122, SPAN_NONE, "`%s` is no pattern of probe points", pattern);
        return diags_failed(e->diags) ? NULL : f;
}

/* ------------------------------------------------------------------ forms */

/* Ours alone, like the names of aliases and functions that begin so. */
static bool is_internal(const char *name) {
        return name[0] == '_';
}

/* The next component of a form, without its argument; false: there is none. */
static bool next_component(Arena *a, const char **form, const char **ret) {
        if (!**form)
                return false;
        *ret = arena_strndup(a, *form, strcspn(*form, ".("));
        *form += strcspn(*form, ".");
        *form += **form == '.';
        return true;
}

static bool form_matches(Arena *a, const ProbePoint *p, size_t i, const char *form) {
        const char *name;
        if (i == p->components.n)
                return !*form;
        const ProbeComponent *c = &p->components.items[i];
        if (strcmp(c->name, "**") == 0 && !c->arg) {
                while (next_component(a, &form, &name))
                        if (form_matches(a, p, i + 1, form))
                                return true;
                return false;
        }
        return next_component(a, &form, &name) && !c->arg && probe_glob(c->name, name) &&
               form_matches(a, p, i + 1, form);
}

static void add_forms(List *l, const ProbePoint *p) {
        for (const ProbeFamily *const *f = probe_families; *f; f++)
                for (const char *const *form = (*f)->patterns; *form; form++)
                        if (!is_internal(*form) && (!p || form_matches(l->elab->arena, p, 0, *form)))
                                list_add(l, *form, *form);
}

void list_forms(List *l, const char *pattern) {
        add_forms(l, NULL);
}

/* A pattern that shows forms need not mean any place. */
static void add_pattern_forms(List *l, File *f) {
        vec_foreach(it, &f->probes.items[0]->points) {
                size_t before = l->found.entries.n;
                if (point_is_glob(*it))
                        add_forms(l, *it);
                (*it)->optional |= l->found.entries.n > before;
        }
}

/* ------------------------------------------------------------------ points */

/* Tapset variables that begin with two underscores are nobody's business. */
static void add_locals(List *l, const Unit *u, Buf *out) {
        vec_foreach(it, &u->locals)
                if (strncmp((*it)->name, "__", 2) != 0)
                        buf_printf(out, " %s:%s", (*it)->name, list_type((*it)->type));
}

/* "struct file *" is written struct file*, "const char *" char const*: as SystemTap lists them. */
static const char *target_type(Arena *a, const TypeRef *t) {
        const char *text = t ? type_text(a, t) : "long";
        if (strncmp(text, "const ", 6) == 0) {
                size_t base = strcspn(text + 6, "*[(");
                base -= base > 0 && text[5 + base] == ' ';
                text = arena_printf(a, "%.*s const%s", (int) base, text + 6, text + 6 + base);
        }
        const char *star = strstr(text, " *");
        return star ? arena_printf(a, "%.*s%s", (int) (star - text), text, star + 1) : text;
}

static void add_targets(List *l, const ProbePlace *place, Buf *out) {
        TargetInfoVec infos = {};
        Elab *e = l->elab;
        if (place->family->targets)
                place->family->targets(e->world, place, &infos);
        vec_foreach(it, &infos)
                if (strcmp(it->name, "$return") == 0)
                        buf_printf(out, " %s:%s", it->name, target_type(e->arena, it->type));
        vec_foreach(it, &infos)
                if (strcmp(it->name, "$return") != 0)
                        buf_printf(out, " %s:%s", it->name, target_type(e->arena, it->type));
}

static void add_point(List *l, const Handler *h) {
        const char *name = h->probe->written;
        _cleanup_(buf_done) Buf text = BUF_INIT;
        if (strmap_get(&l->found, name))
                return;
        buf_str(&text, name);
        if (l->variables) {
                add_locals(l, h->unit, &text);
                add_targets(l, h->place, &text);
        }
        list_add(l, name, text.failed ? name : arena_strdup(l->elab->arena, text.data));
}

void list_points(List *l, const char *pattern) {
        Elab *e = l->elab;
        File *f = read_pattern(l, pattern ?: "**");
        if (!f)
                return;
        add_pattern_forms(l, f);
        e->files = &f;
        e->n_files = 1;
        pass_declare(e);
        pass_expand(e);
        if (l->variables) {
                pass_link(e);
                pass_autocast(e);
                pass_types(e);
        }
        vec_foreach(it, &e->handlers)
                add_point(l, it);
}

/* ------------------------------------------------------------------ all kinds */

void list_add(List *l, const char *key, const char *line) {
        if (!strmap_get(&l->found, key))
                strmap_put(l->elab->arena, &l->found, key, (void *) line);
}

const char *list_type(Type t) {
        return t == TYPE_LONG || t == TYPE_STRING ? type_name(t) : "unknown";
}

static int compare_entries(const void *a, const void *b) {
        return strcmp(((const StrMapEntry *) a)->key, ((const StrMapEntry *) b)->key);
}

void list_run(ProbeWorld *w, Library *library, const ParseTarget *target, ListKind kind, const char *pattern,
              LineVec *ret) {
        static void (*const kinds[_LIST_KIND_MAX])(List *l, const char *pattern) = {
                [LIST_PROBES] = list_points, [LIST_VARIABLES] = list_points, [LIST_FUNCTIONS] = list_functions,
                [LIST_ALIASES] = list_aliases, [LIST_FORMS] = list_forms,
        };
        static const ElaborateOptions options = { .guru = true };
        Elab e;
        List l = { .elab = &e, .target = target, .variables = kind == LIST_VARIABLES };
        elab_init(&e, w, library, NULL, 0, &options);
        kinds[kind](&l, pattern);
        if (l.found.entries.n == 0) {
                if (!diags_failed(w->diags))
                        diag_add(w->diags, DIAG_E0215, SPAN_NONE, "nothing matches `%s`", pattern ?: "*");
                return;
        }
        qsort(l.found.entries.items, l.found.entries.n, sizeof(StrMapEntry), compare_entries);
        strmap_foreach(it, &l.found)
                vec_push(e.arena, ret, it->value);
}
