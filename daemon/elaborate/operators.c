/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The @operators that are not part of the grammar: one row each. */
#include "elaborate/lower.h"

typedef Expr *(*OperatorFunction)(Lower *l, ExprOperator *x);

static Expr *bad_argument(Lower *l, ExprOperator *x, const char *what) {
        diag_add(l->e->diags, DIAG_E0251, x->base.span, "%s takes %s", x->name, what);
        return make_poison(l->e, x->base.span);
}

static const char *text_argument(const ExprOperator *x, size_t i) {
        ExprString *s = i < x->args.n ? expr_as(String, x->args.items[i]) : NULL;
        return s ? s->value : NULL;
}

/* ------------------------------------------------------------------ constants */

static Expr *enumerator(Lower *l, ExprOperator *x) {
        const char *name = text_argument(x, 0);
        if (!name)
                return bad_argument(l, x, "the name of an enumerator as a literal string");
        int64_t value;
        if (l->e->world->kernel && kernel_find_enumerator(l->e->world->kernel, name, &value))
                return make_number(l->e, x->base.span, value);
        Diag *d = target_error(l->e, DIAG_E0252, x->base.span, "no enumerator `%s` in the kernel", name);
        if (strcmp(x->name, "@const") == 0)
                diag_note(l->e->diags, d, SPAN_NONE,
                          "macros of the kernel are not in its BTF: write the number");
        Kernel *k = l->e->world->kernel;
        const char *near = k && !l->e->quiet && !l->e->forgiving ? kernel_suggest_enumerator(k, l->e->arena, name)
                                                                 : NULL;
        if (near)
                diag_hint(l->e->diags, d, "did you mean `%s`?", near);
        return make_poison(l->e, x->base.span);
}

/* The names of all values that a literal can have; anything else would need a table at run time. */
static Expr *enumerator_name(Lower *l, ExprOperator *x) {
        const char *type_name = text_argument(x, 0);
        ExprNumber *n = x->args.n > 1 ? expr_as(Number, x->args.items[1]) : NULL;
        if (!type_name || !n)
                return bad_argument(l, x, "the name of an enum and a number, as literals");
        Kernel *k = l->e->world->kernel;
        const TypeRef *t = k ? kernel_find_type(k, type_name) : NULL;
        if (!t) {
                no_such_type(l->e, x->base.span, type_name);
                return make_poison(l->e, x->base.span);
        }
        const char *name = type_enumerator_name(t, n->value);
        const char *number = arena_printf(l->e->arena, "%lld", (long long) n->value);
        return make_string(l->e, x->base.span, name ?: number);
}

static Expr *size_of(Lower *l, ExprOperator *x, const char *type_name) {
        if (!type_name)
                return bad_argument(l, x, "the name of a type as a literal string");
        Kernel *k = l->e->world->kernel;
        const TypeRef *t = k ? kernel_find_type(k, type_name) : NULL;
        if (t)
                return make_number(l->e, x->base.span, (int64_t) type_size(t));
        no_such_type(l->e, x->base.span, type_name);
        return make_poison(l->e, x->base.span);
}

static Expr *cast_sizeof(Lower *l, ExprOperator *x) {
        return size_of(l, x, text_argument(x, 0));
}

static Expr *cast_module_sizeof(Lower *l, ExprOperator *x) {
        return size_of(l, x, text_argument(x, 1));
}

/* ------------------------------------------------------------------ memory */

static Expr *load(Lower *l, ExprOperator *x, AddressSpace space) {
        ExprNumber *size = expr_as(Number, x->args.items[0]);
        if (!size || size->value < 1 || size->value > 8 || (size->value & (size->value - 1)))
                return bad_argument(l, x, "a size of 1, 2, 4 or 8 as a literal, and an address");
        lower_expr(l, &x->args.items[1]);
        return make_load(l->e, x->base.span, x->args.items[1], (unsigned) size->value, false, space);
}

static Expr *kernel_load(Lower *l, ExprOperator *x) {
        return load(l, x, SPACE_KERNEL);
}

static Expr *user_load(Lower *l, ExprOperator *x) {
        return load(l, x, SPACE_USER);
}

/* ------------------------------------------------------------------ @probewrite */

typedef struct {
        Visitor visitor;
        const char *name;
        bool found;
} Writes;

static bool find_write(Visitor *v, Expr **x) {
        Writes *w = (Writes *) v;
        ExprAssign *assign = expr_as(Assign, *x);
        ExprStep *step = expr_as(Step, *x);
        Expr *target = assign ? assign->target : step ? step->operand : NULL;
        ExprName *name = expr_as(Name, target);
        if (name && strcmp(name->name, w->name) == 0)
                w->found = true;
        return !w->found;
}

/* Whether the probe that uses the alias writes to the variable. */
static Expr *probewrite(Lower *l, ExprOperator *x) {
        ExprName *name = expr_as(Name, x->args.items[0]);
        if (!name)
                return bad_argument(l, x, "a variable of the alias");
        Writes w = { .visitor = { .expr_pre = find_write }, .name = name->name };
        Stmt *body = (Stmt *) l->written_in; /* the search replaces nothing */
        walk_stmt(&w.visitor, &body);
        return make_number(l->e, x->base.span, w.found);
}

/* ------------------------------------------------------------------ the table */

static Expr *unsupported(Lower *l, ExprOperator *x) {
        target_error(l->e, DIAG_E0250, x->base.span, "%s is not supported yet", x->name);
        return make_poison(l->e, x->base.span);
}

static const struct {
        const char *name;
        unsigned min, max; /* arguments */
        OperatorFunction lower;
} operators[] = {
        { "@const", 1, 1, enumerator },
        { "@enum", 1, 2, enumerator },
        { "@enumname", 2, 3, enumerator_name },
        { "@cast_sizeof", 1, 2, cast_sizeof },
        { "@cast_module_sizeof", 2, 2, cast_module_sizeof },
        { "@kderef", 2, 2, kernel_load },
        { "@uderef", 2, 2, user_load },
        { "@probewrite", 1, 1, probewrite },
        { "@kregister", 0, UINT8_MAX, unsupported },
        { "@uregister", 0, UINT8_MAX, unsupported },
        { "@perf", 0, UINT8_MAX, unsupported },
};

Expr *lower_operator(Lower *l, ExprOperator *x) {
        for (size_t i = 0; i < ELEMENTSOF(operators); i++) {
                if (strcmp(operators[i].name, x->name) != 0)
                        continue;
                if (x->args.n < operators[i].min || x->args.n > operators[i].max) {
                        diag_add(l->e->diags, DIAG_E0251, x->base.span, "%s takes %u argument%s, not %zu",
                                 x->name, operators[i].min, operators[i].min == 1 ? "" : "s", x->args.n);
                        return make_poison(l->e, x->base.span);
                }
                return operators[i].lower(l, x);
        }
        return unsupported(l, x);
}
