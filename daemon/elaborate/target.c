/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "elaborate/target.h"
#include "base/buf.h"

unsigned target_pretty_depth(const ExprTarget *t) {
        return t->path.n && vec_last(&t->path).kind == ACCESS_PRETTY ? vec_last(&t->path).depth : 0;
}

/* ------------------------------------------------------------------ $name */

/* The variable's own name in the source, when the span is the whole path. */
static Span name_span(const ExprTarget *t) {
        Span s = t->base.span;
        if (!t->address_of && s.file && s.len > strlen(t->name))
                s.len = (uint32_t) strlen(t->name);
        return s;
}

/* Which point it is about, where the probe has several. */
static const char *here(Lower *l) {
        const Unit *u = l->unit->handler ?: l->unit;
        const ProbePlace *place = l->unit->place;
        bool several = u->probe && u->probe->points.n > 1;
        return several ? arena_printf(l->e->arena, "at `%s` are", place->point) : "here are";
}

/* One of many points, of which others may have it. */
static bool is_of_many(Lower *l) {
        const Unit *u = l->unit->handler ?: l->unit;
        if (!u->probe)
                return false;
        vec_foreach(it, &u->probe->points)
                if (strpbrk(probe_point_text(l->e->arena, *it), "*?["))
                        return true;
        return u->probe->points.n > 1;
}

static void no_target(Lower *l, const ExprTarget *t) {
        Elab *e = l->e;
        Diag *d = target_error(e, DIAG_E0231, name_span(t), "no target variable `%s` at this probe point",
                               t->name);
        if (e->quiet || e->forgiving)
                return;
        TargetInfoVec infos = {};
        NameVec names = {};
        const ProbePlace *place = l->unit->place;
        if (place->family->targets)
                place->family->targets(e->world, place, &infos);
        vec_foreach(it, &infos)
                vec_push(e->arena, &names, it->name);
        if (names.n)
                diag_note(e->diags, d, SPAN_NONE, "%s: %s", here(l),
                          names_list(e, names.items, names.n, 20));
        else
                diag_note(e->diags, d, SPAN_NONE, "`%s` has none", place->point);
        if (strcmp(t->name, "$return") == 0 && !place->is_return && place->function)
                diag_hint(e->diags, d,
                          "the result is there at the return: `.return` behind the probe point");
        else
                hint_similar(e, d, t->name, names.items, names.n, "");
        if (!d->hint && is_of_many(l))
                diag_hint(e->diags, d, "`@defined(%s)` tells whether a point has it", t->name);
}

static void no_place(Lower *l, const ExprTarget *t) {
        const ProbePlace *place = l->unit->place;
        const char *where = l->in_condition ? "the condition of a probe point"
                                            : "a function that no such probe calls";
        if (place && !l->in_condition)
                where = arena_printf(l->e->arena, "`%s`", place->point);
        target_error(l->e, DIAG_E0232, name_span(t), "there are no target variables in %s", where);
}

/* Values of the entry are kept for the return; other places have them still. */
static bool needs_saving(const Lower *l, const char *name) {
        bool is_return = l->unit->place->attach.kind == STP_FUNCTION_RETURN;
        return is_return && !l->in_entry && strcmp(name, "$return") != 0;
}

/* The whole path can be followed at the entry when nothing in it is worked out by the handler. */
static bool is_constant_path(const ExprTarget *t) {
        for (size_t i = 0; i < t->path.n; i++)
                if (t->path.items[i].kind == ACCESS_PRETTY
                    || (t->path.items[i].kind == ACCESS_INDEX
                        && t->path.items[i].index->kind != EXPR_NUMBER))
                        return false;
        return true;
}

static bool locate_var(Lower *l, ExprTarget *t, bool for_writing, Location *ret) {
        const ProbePlace *place = l->unit->place;
        if (!place || !place->family->target || l->in_condition) {
                no_place(l, t);
                return false;
        }
        Expr *base = place->family->target(l->e->world, place, t->name, t->base.span);
        if (!base) {
                no_target(l, t);
                return false;
        }
        *ret = location_of_value(base, base->ctype);
        if (place->user_pointers)
                ret->space = SPACE_USER;
        bool saves = needs_saving(l, t->name);
        bool whole = saves && !for_writing && !t->address_of && is_constant_path(t);
        if (saves && !whole)
                ret->value = saved_value(l, base);
        if (!location_follow(l->e, ret, t->path.items, t->path.n))
                return false;
        if (whole) {
                Expr *value = location_read(l->e, ret, t->base.span);
                AddressSpace space = ret->space;
                *ret = location_of_value(saved_value(l, value), value->ctype);
                ret->space = space;
        }
        return true;
}

/* ------------------------------------------------------------------ all kinds */

bool target_locate(Lower *l, ExprTarget *t, bool for_writing, Location *ret) {
        if (t->target == TARGET_VAR)
                return locate_var(l, t, for_writing, ret);
        bool found = t->target == TARGET_CAST ? cast_locate(l, t, ret) : variable_locate(l, t, ret);
        return found && location_follow(l->e, ret, t->path.items, t->path.n);
}

static Expr *read_location(Elab *e, const ExprTarget *t, const Location *at) {
        Span span = t->base.span;
        unsigned depth = target_pretty_depth(t);
        if (depth)
                return pretty_expr(e, at, depth, span);
        Expr *x = t->address_of ? location_address(e, at, span) : location_read(e, at, span);
        return x ?: make_poison(e, span);
}

Expr *lower_autocast(Elab *e, ExprTarget *t) {
        if (!t->value->ctype)
                return NULL;
        Location at = location_of_value(t->value, t->value->ctype);
        if (!location_follow(e, &at, t->path.items, t->path.n))
                return make_poison(e, t->base.span);
        Expr *x = read_location(e, t, &at);
        origin_mark(x, origin_text(e, t));
        return x;
}

/* In a probe that never runs anything may be asked for: `alias = point!, never { x = $x }`. */
static bool is_never(const Lower *l, const ExprTarget *t) {
        const ProbePlace *place = l->unit->place;
        bool runs = !place || place->attach.kind != STP_NEVER;
        return t->target == TARGET_VAR && !runs && !l->e->asking && !l->in_condition;
}

static Expr *never_value(Lower *l, const ExprTarget *t) {
        bool text = target_pretty_depth(t) || (t->name && strncmp(t->name, "$$", 2) == 0);
        return text ? make_string(l->e, t->base.span, "") : make_number(l->e, t->base.span, 0);
}

static Expr *find_target(Lower *l, ExprTarget *t) {
        Elab *e = l->e;
        if (is_never(l, t))
                return never_value(l, t);
        if (t->target == TARGET_EXPR) {
                e->n_autocasts += !t->value->ctype;
                return lower_autocast(e, t) ?: &t->base;
        }
        Location at;
        Expr *x = target_text(l, t);
        if (!x && target_locate(l, t, /* for_writing= */ false, &at))
                x = read_location(e, t, &at);
        origin_mark(x, origin_text(e, t));
        return x ?: make_poison(e, t->base.span);
}

Expr *lower_target(Lower *l, ExprTarget *t) {
        Elab *e = l->e;
        vec_foreach(it, &t->path)
                lower_expr(l, &it->index);
        lower_expr(l, &t->value);
        if (!e->options->skip_bad_variables || e->quiet)
                return find_target(l, t);
        e->skipping++;
        Expr *x = find_target(l, t);
        e->skipping--;
        return x->type == TYPE_POISON ? never_value(l, t) : x;
}
