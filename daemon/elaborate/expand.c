/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Expansion: each probe point of the script becomes the places that it means, through as many aliases as
 * there are between. A place where an optional point's target variables are missing does not count, so that
 * `a!, b` takes b then; for that the handler is lowered as soon as a place is found.
 */
#include "elaborate/expand.h"
#include "probe/families.h"
#include "elaborate/lower.h"

static unsigned expand_point(Elab *e, const Chain *c, const ProbePoint *p);

/* False, with an error the first time, when the script has multiplied itself beyond all measure. */
static bool take_step(Elab *e, Span span) {
        if (e->too_many)
                return false;
        if (++e->n_steps < ELAB_MAX_STEPS && e->handlers.n < ELAB_MAX_PROBES)
                return true;
        e->too_many = true;
        diag_add(e->diags, DIAG_E0212, span, "the probe points mean more than %u places", ELAB_MAX_PROBES);
        return false;
}

/* ------------------------------------------------------------------ places */

/* pn(): as the script names it, with what its wildcards stand for. */
static const char *written_name(Elab *e, const Chain *c, const ProbePoint *p, const ProbePlace *place) {
        const char *written = c->written;
        for (; c && c->alias; c = c->outer)
                written = c->written;
        if (written)
                return written;
        bool glob = point_is_glob(p);
        vec_foreach(it, &p->components) {
                ExprString *arg = expr_as(String, it->arg);
                glob = glob || (arg && probe_is_glob(arg->value));
        }
        return glob ? place->point : probe_point_text(e->arena, p);
}

static Span probe_span(const Chain *c) {
        while (c->outer)
                c = c->outer;
        return c->probe->span;
}

/* "kernel.function("vfs_*"), from: vfs.all": where it comes from, through its aliases. */
static const char *derivation(Elab *e, const Chain *c, const ProbePoint *p) {
        const char *from = probe_point_text(e->arena, p);
        for (; c->outer; c = c->outer)
                from = arena_printf(e->arena, "%s, from: %s", from, probe_point_text(e->arena, c->point));
        return from;
}

static void add_handler(Elab *e, const Chain *c, const ProbePoint *p, const ProbePlace *place, Unit *u) {
        Probe *probe = arena_new0(e->arena, Probe);
        probe->point = place->point;
        probe->written = written_name(e, c, p, place);
        probe->function = place->function;
        probe->from = derivation(e, c, p);
        probe->span = probe_span(c);
        probe->attach = place->attach;
        probe->attach.may_fail |= c->optional || c->wildcard || p->optional || p->sufficient;
        vec_push(e->arena, &e->handlers, ((Handler) { probe, u, place }));
}

static unsigned add_places(Elab *e, const Chain *c, const ProbePoint *p, const ProbePlaceVec *places) {
        bool depends = places->n > 0 && body_depends_on_place(e, c, p);
        Unit *u = NULL;
        unsigned n = 0;
        vec_foreach(it, places) {
                if (!take_step(e, p->span))
                        break;
                if (!u || depends)
                        u = body_lower(e, c, p, *it);
                if (!u)
                        continue;
                add_handler(e, c, p, *it, u);
                n++;
        }
        return n;
}

/* ------------------------------------------------------------------ families */

/* Mistakes in an optional point (a kernel without BTF, a missing function) only leave it out. An alias
 * may have the name of a probe point that this version does not have. */
static unsigned expand_families(Elab *e, const Chain *c, const ProbePoint *p, bool optional, bool by_alias,
                                bool *ret_known) {
        ProbePlaceVec places = {};
        e->world->optional = optional;
        for (const ProbeFamily *const *f = probe_families; *f; f++) {
                if (by_alias && *f == &probe_family_absent)
                        continue;
                Diags before = *e->diags;
                int r = (*f)->resolve(e->world, p, &places);
                if (r == PROBE_FAILED && optional)
                        *e->diags = before;
                *ret_known = *ret_known || r != PROBE_FOREIGN;
        }
        return add_places(e, c, p, &places);
}

/* ------------------------------------------------------------------ aliases */

/* A point of the alias, with what the user's had beyond the alias's name. */
static ProbePoint *point_with_suffix(Elab *e, const ProbePoint *own, const ProbePoint *p, size_t used,
                                     const Expansion *why) {
        ProbePoint *copy = arena_new0(e->arena, ProbePoint);
        *copy = *own;
        if (copy->span.file && !copy->span.expansion)
                copy->span.expansion = why;
        copy->components.items = NULL;
        copy->components.n = copy->components.cap = 0;
        vec_foreach(it, &own->components)
                vec_push(e->arena, &copy->components, *it);
        for (size_t i = used; i < p->components.n; i++)
                vec_push(e->arena, &copy->components, p->components.items[i]);
        return copy;
}

static unsigned expand_points(Elab *e, const Chain *c, const ProbePointVec *points, const ProbePoint *p,
                              size_t used) {
        unsigned n = 0;
        vec_foreach(it, points) {
                unsigned more = expand_point(e, c, p ? point_with_suffix(e, *it, p, used, c->why) : *it);
                n += more;
                if (more > 0 && (*it)->sufficient)
                        break;
        }
        return n;
}

static unsigned expand_alias(Elab *e, const Chain *c, const ProbePoint *p, const AliasMatch *m) {
        ProbePoint named = *p; /* as if the script had written the alias's name without a wildcard */
        named.components = (__typeof__(named.components)) {};
        vec_foreach(it, &m->name->name->components)
                vec_push(e->arena, &named.components, *it);
        for (size_t i = m->used; i < p->components.n; i++)
                vec_push(e->arena, &named.components, p->components.items[i]);

        Expansion *why = arena_new0(e->arena, Expansion);
        why->what = arena_printf(e->arena, "alias %s", m->name->text);
        why->from = p->span;
        Chain inner = {
                .outer = c,
                .alias = m->name->alias,
                .file = m->name->file,
                .written = probe_point_text(e->arena, &named),
                .why = why,
                .point = p,
                .optional = c->optional || p->optional || p->sufficient,
                .wildcard = c->wildcard || point_is_glob(p),
                .has_suffix = m->used < p->components.n,
                .depth = c->depth + 1,
        };
        elab_want(e, m->name->file);
        return expand_points(e, &inner, &m->name->alias->points, p, m->used);
}

static unsigned expand_aliases(Elab *e, const Chain *c, const ProbePoint *p, bool *ret_known) {
        AliasMatchVec matches = {};
        alias_match(e, c, p, &matches);
        unsigned n = 0;
        vec_foreach(m, &matches)
                if (take_step(e, p->span))
                        n += expand_alias(e, c, p, m);
        *ret_known = matches.n > 0;
        return n;
}

static bool is_too_deep(Elab *e, const Chain *c, const ProbePoint *p) {
        if (c->depth < ELAB_MAX_ALIASES)
                return false;
        diag_add(e->diags, DIAG_E0211, p->span, "aliases stand more than %u deep in one another",
                 ELAB_MAX_ALIASES);
        return true;
}

static unsigned expand_point(Elab *e, const Chain *c, const ProbePoint *p) {
        if (!take_step(e, p->span) || is_too_deep(e, c, p))
                return 0;
        bool optional = c->optional || c->wildcard || p->optional || p->sufficient;
        bool by_alias = false, by_family = false;
        unsigned errors = e->diags->n_raised;
        e->alias_loop = false;
        unsigned n = expand_aliases(e, c, p, &by_alias);
        n += expand_families(e, c, p, optional, by_alias, &by_family);
        if (n == 0 && !optional && e->diags->n_raised == errors && !e->too_many)
                expand_no_match(e, c, p, by_alias || by_family);
        return n;
}

static void expand_file(Elab *e, const File *f) {
        vec_foreach(it, &f->probes) {
                Chain c = { .probe = *it, .file = f };
                if ((*it)->points.n)
                        expand_points(e, &c, &(*it)->points, NULL, 0);
        }
}

/* What is not lowered yet may want more. */
static bool is_wanted(Elab *e, size_t i) {
        if (e->n_files > 1)
                link_drain(e);
        return i < e->wanted.n;
}

/* A user's tapset brings its probes along when the script, or another one, uses something of it. */
void pass_expand(Elab *e) {
        size_t n_probes = 0;
        for (size_t i = 0; i < e->n_files; i++)
                if (!e->files[i]->is_tapset) {
                        n_probes += e->files[i]->probes.n;
                        expand_file(e, e->files[i]);
                }
        for (size_t i = 0; is_wanted(e, i); i++)
                expand_file(e, e->wanted.items[i]);
        if (n_probes == 0)
                diag_add(e->diags, DIAG_E0213, SPAN_NONE, "the script has no probe");
}
