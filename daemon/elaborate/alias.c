/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which aliases a probe point names. The longest alias name wins, and what the point has beyond it (.return)
 * is passed on to the alias's own points: `syscall.read.return` is an alias of that name if there is one,
 * else `syscall.read` with .return. With wildcards every alias is tried: `*` stands for one component or a
 * part of one, `**` for any number of them; names that begin with `_` only match a pattern that says so.
 */
#include "elaborate/expand.h"

bool point_is_glob(const ProbePoint *p) {
        vec_foreach(c, &p->components)
                if (probe_is_glob(c->name))
                        return true;
        return false;
}

static bool is_expanding(const Chain *c, const AliasName *n) {
        for (; c; c = c->outer)
                if (c->alias == n->alias)
                        return true;
        return false;
}

static void add_match(Elab *e, const Chain *c, const AliasName *n, size_t used, AliasMatchVec *ret) {
        if (is_expanding(c, n)) {
                e->alias_loop = true;
                return;
        }
        vec_push(e->arena, ret, ((AliasMatch) { n, used }));
}

/* ------------------------------------------------------------------ without wildcards */

static const char *prefix_text(Elab *e, const ProbePoint *p, size_t n) {
        ProbePoint prefix = *p;
        prefix.components.n = n;
        return probe_point_text(e->arena, &prefix);
}

static void match_plain(Elab *e, const Chain *c, const ProbePoint *p, AliasMatchVec *ret) {
        for (size_t n = p->components.n; n > 0 && ret->n == 0; n--) {
                const char *text = prefix_text(e, p, n);
                const Index *indices[] = { &e->index, library_index(e->library) };
                for (size_t k = 0; k < ELEMENTSOF(indices); k++) {
                        const AliasNameVec *found = index_aliases(indices[k], text);
                        for (size_t i = 0; found && i < found->n; i++)
                                add_match(e, c, found->items[i], n, ret);
                }
        }
}

/* ------------------------------------------------------------------ with wildcards */

static bool component_matches(const ProbeComponent *pattern, const ProbeComponent *name) {
        if (pattern->arg)
                return false;
        if (name->name[0] == '_' && pattern->name[0] != '_')
                return false;
        return probe_glob(pattern->name, name->name);
}

/*
 * How many components of the pattern the whole of `name` takes; 0: it does not match. After a `**` the rest
 * of the pattern is tried at every length: points are short.
 */
static size_t match_from(const ProbePoint *pattern, size_t i, const ProbePoint *name, size_t k) {
        if (k == name->components.n)
                return i;
        if (i == pattern->components.n)
                return 0;
        const ProbeComponent *c = &pattern->components.items[i];
        if (strcmp(c->name, "**") == 0 && !c->arg) {
                for (; k < name->components.n && name->components.items[k].name[0] != '_'; k++) {
                        size_t used = match_from(pattern, i + 1, name, k + 1);
                        if (used == pattern->components.n)
                                return used;
                }
                return 0;
        }
        if (!component_matches(c, &name->components.items[k]))
                return 0;
        return match_from(pattern, i + 1, name, k + 1);
}

/* Whether `alias` + what is left of the point is an alias of its own, which then goes first. */
static bool has_longer(Elab *e, const AliasName *n, const ProbePoint *p, size_t used) {
        ProbePoint suffix = *p;
        suffix.components.items += used;
        suffix.components.n -= used;
        const char *text = arena_printf(e->arena, "%s.%s", n->text, probe_point_text(e->arena, &suffix));
        return index_aliases(&e->index, text) || index_aliases(library_index(e->library), text);
}

static bool rest_is_plain(const ProbePoint *p, size_t used) {
        for (; used < p->components.n; used++)
                if (probe_is_glob(p->components.items[used].name))
                        return false;
        return true;
}

/* An alias of several names is one place to a wildcard, under the first that matches. */
static bool is_matched(const AliasMatchVec *matches, const AliasName *n) {
        vec_foreach(m, matches)
                if (m->name->alias == n->alias)
                        return true;
        return false;
}

static void match_glob_in(Elab *e, const Chain *c, const ProbePoint *p, const Index *x, AliasMatchVec *ret) {
        vec_foreach(it, &x->alias_names) {
                if (is_matched(ret, *it))
                        continue;
                size_t used = match_from(p, 0, (*it)->name, 0);
                bool whole = used == p->components.n;
                if (used > 0 && (whole || (rest_is_plain(p, used) && !has_longer(e, *it, p, used))))
                        add_match(e, c, *it, used, ret);
        }
}

void alias_match(Elab *e, const Chain *c, const ProbePoint *p, AliasMatchVec *ret) {
        if (!point_is_glob(p)) {
                match_plain(e, c, p, ret);
                return;
        }
        match_glob_in(e, c, p, &e->index, ret);
        match_glob_in(e, c, p, library_index(e->library), ret);
}
