/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The @operators that are not part of the grammar: one row each. */
#include "elaborate/lower.h"
#include "probe/args.h"

typedef Expr *(*OperatorFunction)(Lower *l, ExprOperator *x);

static Expr *unsupported(Lower *l, ExprOperator *x) {
        target_error(l->e, DIAG_E0250, x->base.span, "%s is not supported yet", x->name);
        return make_poison(l->e, x->base.span);
}

static Expr *bad_argument(Lower *l, ExprOperator *x, const char *what) {
        diag_add(l->e->diags, DIAG_E0251, x->base.span, "%s takes %s", x->name, what);
        return make_poison(l->e, x->base.span);
}

static const char *text_argument(const ExprOperator *x, size_t i) {
        ExprString *s = i < x->args.n ? expr_as(String, x->args.items[i]) : NULL;
        return s ? s->value : NULL;
}

/* ------------------------------------------------------------------ constants */

static bool find_enumerator(Lower *l, const ExprOperator *x, int64_t *ret) {
        const char *name = text_argument(x, 0);
        return name && named_enumerator(l, text_argument(x, 1), name, ret);
}

static Expr *enumerator(Lower *l, ExprOperator *x) {
        const char *name = text_argument(x, 0);
        int64_t value;
        if (!name)
                return bad_argument(l, x, "the name of an enumerator as a literal string");
        if (find_enumerator(l, x, &value))
                return make_number(l->e, x->base.span, value);
        Diag *d = target_error(l->e, DIAG_E0252, x->base.span, "no enumerator `%s` in the kernel", name);
        Kernel *k = l->e->world->kernel;
        bool told = !l->e->quiet && !l->e->forgiving && !diags_full(l->e->diags);
        const char *near = k && told ? kernel_suggest_enumerator(k, l->e->arena, name) : NULL;
        if (near)
                diag_hint(l->e->diags, d, "did you mean `%s`?", near);
        return make_poison(l->e, x->base.span);
}

/* What is no enumerator is C that the compiler will see with the kernel's headers: a macro, an expression
 * of some. Whether it means anything only the compiler knows, so @defined() sees enumerators alone. */
static Expr *constant(Lower *l, ExprOperator *x) {
        const char *code = text_argument(x, 0);
        int64_t value;
        if (!code || find_enumerator(l, x, &value) || l->e->quiet)
                return enumerator(l, x);
        Span span = x->args.items[0]->span;
        ExprEmbedded *c = expr_new(l->e->arena, Embedded, x->base.span);
        span.offset -= 1; /* C begins two bytes behind %{, and one behind a quote */
        c->code = arena_printf(l->e->arena, "%s /* pure */", code);
        c->code_span = span;
        return &c->base;
}

static Expr *enumerator_name(Lower *l, ExprOperator *x) {
        const char *type_name = text_argument(x, 0);
        if (!type_name)
                return bad_argument(l, x, "the name of an enum as a literal string, and a number");
        lower_expr(l, &x->args.items[1]);
        ExprNumber *n = expr_as(Number, x->args.items[1]);
        const TypeRef *t = named_type(l, x->base.span, text_argument(x, 2), type_name);
        if (!t)
                return make_poison(l->e, x->base.span);
        if (!n)
                return enumname_call(l->e, x->base.span, t, x->args.items[1]);
        const char *name = type_enumerator_name(t, n->value);
        const char *number = arena_printf(l->e->arena, "%lld", (long long) n->value);
        return make_string(l->e, x->base.span, name ?: number);
}

static Expr *size_of(Lower *l, ExprOperator *x, const char *modules, const char *type_name) {
        if (!type_name)
                return bad_argument(l, x, "the name of a type as a literal string");
        const TypeRef *t = named_type(l, x->base.span, modules, type_name);
        return t ? make_number(l->e, x->base.span, (int64_t) type_size(t)) : make_poison(l->e, x->base.span);
}

static Expr *cast_sizeof(Lower *l, ExprOperator *x) {
        return size_of(l, x, text_argument(x, 1), text_argument(x, 0));
}

static Expr *cast_module_sizeof(Lower *l, ExprOperator *x) {
        return size_of(l, x, text_argument(x, 0), text_argument(x, 1));
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

/* ------------------------------------------------------------------ registers */

static Expr *register_call(Lower *l, ExprOperator *x, const char *function) {
        ExprNumber *n = expr_as(Number, x->args.items[0]);
        const char *name = n ? args_register_name(n->value) : text_argument(x, 0);
        if (!name)
                return bad_argument(l, x, "the DWARF number or the name of a register");
        Function *f = link_library_function(l->e, function, 1);
        if (!f)
                return unsupported(l, x);
        ExprCall *call = expr_as(Call, make_call(l->e, x->base.span, f));
        vec_push(l->e->arena, &call->args, make_string(l->e, x->base.span, name));
        return &call->base;
}

static Expr *kernel_register(Lower *l, ExprOperator *x) {
        return register_call(l, x, "register");
}

static Expr *user_register(Lower *l, ExprOperator *x) {
        return register_call(l, x, "__user_register");
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

static Expr *perf(Lower *l, ExprOperator *x) {
        target_error(l->e, DIAG_E0250, x->base.span,
                     "@perf reads the counter of a perf probe, and there are no perf probes yet");
        return make_poison(l->e, x->base.span);
}

static Expr *no_errno(Lower *l, ExprOperator *x) {
        Diag *d = target_error(l->e, DIAG_E0250, x->base.span,
                               "@errno is in none of SystemTap's manuals, and not in this version");
        diag_hint(l->e->diags, d,
                  "in a .return, returnval() is the result, and errno_str(returnval()) names it");
        return make_poison(l->e, x->base.span);
}

static const struct {
        const char *name;
        unsigned min, max; /* arguments */
        OperatorFunction lower;
} operators[] = {
        { "@const", 1, 1, constant },
        { "@enum", 1, 2, enumerator },
        { "@enumname", 2, 3, enumerator_name },
        { "@cast_sizeof", 1, 2, cast_sizeof },
        { "@cast_module_sizeof", 2, 2, cast_module_sizeof },
        { "@kderef", 2, 2, kernel_load },
        { "@uderef", 2, 2, user_load },
        { "@probewrite", 1, 1, probewrite },
        { "@kregister", 1, 1, kernel_register },
        { "@uregister", 1, 1, user_register },
        { "@perf", 1, 1, perf },
        { "@errno", 0, 0, no_errno },
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
                Expr *made = operators[i].lower(l, x);
                origin_mark(made, arena_intern(l->e->arena, arena_printf(l->e->arena, "%s(...)", x->name)));
                return made;
        }
        return unsupported(l, x);
}
