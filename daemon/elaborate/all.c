/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * $$parms, $$vars, $$locals and $$return: one text of all the values there, "fd=0x3 buf=0x7ff...
 * count=0x200", or pretty-printed each, when a `$` follows. And the texts that a family has of its own, like
 * a tracepoint's $$name.
 */
#include "elaborate/target.h"
#include "base/buf.h"

enum { WANT_PARMS = 1, WANT_RETURN = 2 };
static const struct {
        const char *name;
        unsigned wants;
} groups[] = {
        { "$$parms", WANT_PARMS },
        { "$$vars", WANT_PARMS },
        { "$$locals", 0 }, /* BTF knows no locals */
        { "$$return", WANT_RETURN },
};

/* What cannot be read (a structure passed by value, say) is shown as `?`. */
static bool locate_quietly(Lower *l, ExprTarget *one, Location *ret, Expr **ret_value) {
        Elab *e = l->e;
        bool before = e->quiet_failed;
        e->quiet_failed = false;
        e->quiet++;
        if (target_locate(l, one, /* for_writing= */ false, ret))
                *ret_value = location_read(e, ret, one->base.span);
        e->quiet--;
        bool ok = !e->quiet_failed;
        e->quiet_failed = before;
        return ok;
}

static void add_value(Lower *l, const ExprTarget *t, const TargetInfo *info, Buf *format, ExprVec *args) {
        buf_printf(format, "%s%s=", format->len ? " " : "", info->name + 1);
        ExprTarget *one = expr_new(l->e->arena, Target, t->base.span);
        one->target = TARGET_VAR;
        one->name = info->name;
        Location at;
        Expr *value = NULL;
        if (!locate_quietly(l, one, &at, &value))
                buf_str(format, "?");
        else if (target_pretty_depth(t))
                pretty_add(l->e, &at, target_pretty_depth(t), t->base.span, format, args);
        else {
                buf_str(format, "%#x");
                vec_push(l->e->arena, args, value);
        }
}

static Expr *group_text(Lower *l, ExprTarget *t, unsigned wants) {
        const ProbePlace *place = l->unit->place;
        TargetInfoVec infos = {};
        _cleanup_(buf_done) Buf format = BUF_INIT;
        ExprPrint *p = make_sprintf(l->e, t->base.span);
        place->family->targets(l->e->world, place, &infos);
        vec_foreach(it, &infos) {
                bool is_return = strcmp(it->name, "$return") == 0;
                if (wants & (is_return ? WANT_RETURN : WANT_PARMS))
                        add_value(l, t, it, &format, &p->args);
        }
        p->format = arena_strdup(l->e->arena, format.data ?: "");
        return p->args.n ? &p->base : make_string(l->e, t->base.span, p->format);
}

Expr *target_text(Lower *l, ExprTarget *t) {
        const ProbePlace *place = l->unit->place;
        if (t->target != TARGET_VAR || strncmp(t->name, "$$", 2) != 0 || !place || l->in_condition)
                return NULL;
        const char *text = place->family->text ? place->family->text(l->e->world, place, t->name) : NULL;
        if (text)
                return make_string(l->e, t->base.span, text);
        for (size_t i = 0; place->family->targets && i < ELEMENTSOF(groups); i++)
                if (strcmp(groups[i].name, t->name) == 0)
                        return group_text(l, t, groups[i].wants);
        return NULL;
}
