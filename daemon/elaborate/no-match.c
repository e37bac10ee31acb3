/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A probe point that means nothing, and what was probably meant. Names are compared without their arguments,
 * `timer.secs` with `timer.sec`; the hint has those of the script again.
 */
#include "elaborate/absent.h"
#include "elaborate/expand.h"

#define MAX_OFFERS 12

typedef struct {
        NameVec names; /* without arguments */
        NameVec texts; /* as they are written */
} Candidates;

static const char *plain_name(Arena *a, const char *text) {
        char *name = arena_strdup(a, text), *out = name;
        for (; *text; text++) {
                if (*text == '(')
                        text += strcspn(text, ")");
                else
                        *out++ = *text;
                if (!*text)
                        break;
        }
        *out = 0;
        return name;
}

static const char *plain_point(Arena *a, const ProbePoint *p) {
        const char *text = "";
        vec_foreach(it, &p->components)
                text = arena_printf(a, "%s%s%s", text, *text ? "." : "", it->name);
        return text;
}

static void add(Elab *e, Candidates *c, const char *text) {
        vec_push(e->arena, &c->names, plain_name(e->arena, text));
        vec_push(e->arena, &c->texts, text);
}

static void gather(Elab *e, Candidates *c) {
        vec_foreach(it, &e->index.alias_names)
                add(e, c, (*it)->text);
        vec_foreach(it, &library_index(e->library)->alias_names)
                if ((*it)->text[0] != '_')
                        add(e, c, (*it)->text);
        for (const ProbeFamily *const *f = probe_families; *f; f++)
                for (const char *const *pattern = (*f)->patterns; *pattern; pattern++)
                        if ((*pattern)[0] != '_')
                                add(e, c, *pattern);
}

/* "timer.sec(number)" with the script's arguments in their places. */
static const char *with_arguments(Elab *e, const char *text, const ProbePoint *p) {
        const char *out = "";
        size_t next = 0;
        for (const char *open; (open = strchr(text, '(')); text = strchr(open, ')') + 1) {
                while (next < p->components.n && !p->components.items[next].arg)
                        next++;
                const Expr *arg = next < p->components.n ? p->components.items[next++].arg : NULL;
                const char *value = arg ? expr_text(e, arg)
                                        : arena_strndup(e->arena, open + 1, strcspn(open + 1, ")"));
                out = arena_printf(e->arena, "%s%.*s(%s)", out, (int) (open - text), text, value);
        }
        return arena_printf(e->arena, "%s%s", out, text);
}

/* `probe vfs_read` */
static bool hint_bare(Elab *e, Diag *d, const ProbePoint *p) {
        const char *name = p->components.items[0].name;
        Kernel *k = e->world->kernel;
        if (!k || p->components.n > 1 || p->components.items[0].arg)
                return false;
        if (kernel_find_function(k, name)) {
                diag_hint(e->diags, d, "did you mean `kernel.function(\"%s\")`?", name);
                return true;
        }
        return false;
}

/* `tcp.sendmsg`: the first component is one of SystemTap's tapsets, and of none here. */
static bool note_absent(Elab *e, Diag *d, const ProbePoint *p, const Candidates *c) {
        const char *first = p->components.items[0].name, *instead = absent_alias(first);
        size_t len = strlen(first);
        vec_foreach(it, &c->names)
                if (strncmp(*it, first, len) == 0 && (*it)[len] == '.')
                        return false;
        if (!instead)
                return false;
        diag_note(e->diags, d, SPAN_NONE,
                  "SystemTap has it, and this version of stapd does not: its part of the tapset library is not "
                  "written yet");
        if (*instead)
                diag_hint(e->diags, d, "use what it stands for, as %s", instead);
        return true;
}

static void hint_nearest(Elab *e, Diag *d, const ProbePoint *p, const Candidates *c) {
        const char *name = plain_point(e->arena, p);
        const char *near = strlen(name) > 2 ? diag_suggest(name, c->names.items, c->names.n) : NULL;
        for (size_t i = 0; near && i < c->names.n; i++)
                if (c->names.items[i] == near) {
                        diag_hint(e->diags, d, "did you mean `%s`?",
                                  with_arguments(e, c->texts.items[i], p));
                        return;
                }
}

/* `syscal.*`: the first component is compared with those that there are. */
static void hint_first(Elab *e, Diag *d, const ProbePoint *p, const Candidates *c) {
        const char *first = p->components.items[0].name;
        NameVec firsts = {};
        if (probe_is_glob(first))
                return;
        vec_foreach(it, &c->names) {
                const char *name = arena_strndup(e->arena, *it, strcspn(*it, "."));
                if (strcmp(name, first) == 0)
                        return;
                vec_push(e->arena, &firsts, name);
        }
        const char *near = strlen(first) > 2 ? diag_suggest(first, firsts.items, firsts.n) : NULL;
        if (near)
                diag_hint(e->diags, d, "did you mean `%s%s`?", near,
                          probe_point_text(e->arena, p) + strlen(first));
}

/* The first components of a point, as plain text: up to the given number of them. */
static size_t prefix_len(const char *name, size_t n_components) {
        size_t len = 0;
        for (size_t i = 0; i < n_components && name[len]; i++)
                len += (i > 0) + strcspn(name + len + (i > 0), ".");
        return len;
}

/* What may follow the first N components, each once, as it is written. */
static NameVec next_components(Elab *e, const char *point, size_t n, const Candidates *c) {
        NameVec found = {};
        size_t len = prefix_len(point, n);
        for (size_t i = 0; i < c->names.n; i++) {
                const char *name = c->names.items[i];
                if (strncmp(name, point, len) != 0 || name[len] != '.')
                        continue;
                const char *text = c->texts.items[i] + prefix_len(c->texts.items[i], n) + 1;
                text = arena_strndup(e->arena, text, strcspn(text, "."));
                bool known = false;
                vec_foreach(it, &found)
                        known = known || strcmp(*it, text) == 0;
                if (!known)
                        vec_push(e->arena, &found, text);
        }
        return found;
}

/* `kernel.func("x")`: what there is behind the part that is right. */
static void note_offers(Elab *e, Diag *d, const ProbePoint *p, const Candidates *c) {
        const char *point = plain_point(e->arena, p);
        for (size_t n = p->components.n; n-- > 1;) {
                NameVec found = next_components(e, point, n, c);
                if (!found.n)
                        continue;
                const char *list = "";
                for (size_t i = 0; i < found.n && i < MAX_OFFERS; i++)
                        list = arena_printf(e->arena, "%s %s", list, found.items[i]);
                diag_note(e->diags, d, SPAN_NONE, "behind `%.*s` there is:%s%s", (int) prefix_len(point, n),
                          point, list, found.n > MAX_OFFERS ? " ..." : "");
                return;
        }
}

void expand_no_match(Elab *e, const Chain *c, const ProbePoint *p, bool known) {
        /* What the user wrote behind an alias's name is his mistake, not the alias's. */
        for (; c->has_suffix && c->outer && !known; c = c->outer)
                p = c->point;
        Diag *d = diag_add(e->diags, DIAG_E0210, p->span, "nothing matches probe point `%s`",
                           probe_point_text(e->arena, p));
        if (e->alias_loop) {
                diag_note(e->diags, d, SPAN_NONE, "its alias refers to itself");
                return;
        }
        if (known || diags_full(e->diags))
                return;
        Candidates all = {};
        gather(e, &all);
        if (note_absent(e, d, p, &all))
                return;
        if (point_is_glob(p))
                hint_first(e, d, p, &all);
        else if (!hint_bare(e, d, p)) {
                note_offers(e, d, p, &all);
                hint_nearest(e, d, p, &all);
        }
}
