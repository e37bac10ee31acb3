/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probe/point.h"

typedef enum { FITS_NOT, FITS_BUT_ARGUMENT, FITS } Fit;

static bool is_number(const Expr *arg) {
        const ExprUnary *u = expr_as(Unary, (Expr *) arg);
        if (u && (u->op == OP_NEG || u->op == OP_PLUS))
                arg = u->operand;
        return arg->kind == EXPR_NUMBER;
}

static bool argument_fits(const char *kind, size_t len, const Expr *arg) {
        if (len == 0 || !arg)
                return len == 0 && !arg;
        return strncmp(kind, "(string)", len) == 0 ? arg->kind == EXPR_STRING : is_number(arg);
}

/* Compares one component with the pattern at *at, and moves *at behind its own. */
static Fit component_fits(const char **at, const ProbeComponent *c) {
        size_t name = strcspn(*at, "(."), arg = strcspn(*at + name, ".");
        const char *start = *at;
        *at += name + arg;
        if (strlen(c->name) != name || strncmp(c->name, start, name) != 0)
                return FITS_NOT;
        return argument_fits(start + name, arg, c->arg) ? FITS : FITS_BUT_ARGUMENT;
}

static Fit pattern_fits(const char *pattern, const ProbePoint *p, size_t *ret_wrong) {
        Fit all = FITS;
        for (size_t i = 0; i < p->components.n; i++) {
                if (i > 0 && *pattern++ != '.')
                        return FITS_NOT;
                Fit f = component_fits(&pattern, &p->components.items[i]);
                if (f == FITS_NOT)
                        return f;
                if (f == FITS_BUT_ARGUMENT && all == FITS) {
                        all = f;
                        *ret_wrong = i;
                }
        }
        return *pattern ? FITS_NOT : all;
}

/* What the argument of the i-th component of the pattern should be, in words. */
static const char *argument_words(const char *pattern, size_t i, const Expr *arg) {
        for (; i > 0; i--)
                pattern = strchr(pattern, '.') + 1;
        const char *kind = pattern + strcspn(pattern, "(.");
        if (*kind != '(')
                return "takes no argument";
        if (strncmp(kind, "(string)", 8) == 0)
                return arg ? "takes a string" : "needs a string in parentheses";
        return arg ? "takes a number" : "needs a number in parentheses";
}

int point_form(ProbeWorld *w, const ProbePoint *p, const char *const *patterns, unsigned *ret) {
        const char *nearest = NULL;
        size_t wrong = 0;
        for (unsigned i = 0; patterns[i]; i++) {
                Fit f = pattern_fits(patterns[i], p, &wrong);
                if (f == FITS) {
                        *ret = i;
                        return PROBE_DONE;
                }
                /* `begin("1")`: begin(number), which comes later, is nearer than begin. */
                if (f == FITS_BUT_ARGUMENT && (!nearest || p->components.items[wrong].arg))
                        nearest = patterns[i];
        }
        if (!nearest)
                return PROBE_FOREIGN;
        const ProbeComponent *c = &p->components.items[wrong];
        Diag *d = diag_add(w->diags, DIAG_E0401, point_span(p, wrong), "`%s` %s", c->name,
                           argument_words(nearest, wrong, c->arg));
        diag_note(w->diags, d, SPAN_NONE, "the probe point is %s", nearest);
        return PROBE_FAILED;
}

bool pattern_has(const char *pattern, const char *component) {
        size_t n = strlen(component);
        for (const char *at = pattern; at; at = strchr(at, '.') ? strchr(at, '.') + 1 : NULL)
                if (strncmp(at, component, n) == 0 && (!at[n] || at[n] == '.' || at[n] == '('))
                        return true;
        return false;
}

const char *point_string(const ProbePoint *p, size_t i) {
        return expr_as(String, p->components.items[i].arg)->value;
}

int64_t point_number(const ProbePoint *p, size_t i) {
        Expr *arg = p->components.items[i].arg;
        ExprUnary *u = expr_as(Unary, arg);
        if (!u)
                return expr_as(Number, arg)->value;
        int64_t value = expr_as(Number, u->operand)->value;
        return u->op == OP_NEG ? (int64_t) (0 - (uint64_t) value) : value;
}

Span point_span(const ProbePoint *p, size_t i) {
        const ProbeComponent *c = &p->components.items[i];
        return c->arg && c->arg->span.file ? c->arg->span : c->span.file ? c->span : p->span;
}

ProbePlace *place_add(ProbeWorld *w, const ProbeFamily *f, const ProbePoint *p, const char *point,
                      ProbePlaceVec *ret) {
        ProbePlace *place = arena_new0(w->arena, ProbePlace);
        place->family = f;
        place->written = p;
        place->point = point;
        vec_push(w->arena, ret, place);
        return place;
}

bool world_has_kernel(ProbeWorld *w, const ProbePoint *p) {
        if (w->kernel)
                return true;
        Diag *d = diag_add(w->diags, DIAG_E0402, p->span, "the kernel's functions and types are not known");
        if (w->kernel_error)
                diag_note(w->diags, d, SPAN_NONE, "%s", w->kernel_error);
        return false;
}
