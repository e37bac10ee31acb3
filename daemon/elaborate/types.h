/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * Type inference: every unit is walked again and again, each expression given what its place wants, until no
 * variable, key, parameter or result gets a type that it did not have. Types only ever go from unknown to
 * known, and what first settled one is remembered, for the message when something else contradicts it.
 */
#include "elaborate/elab.h"

typedef struct Infer {
        Elab *e;
        Unit *unit;
        bool changed;
        const Expr *joined; /* an operand of `.`, or of `+`, which joins strings elsewhere */
        bool from_callers; /* a result that nothing else says is what callers need */
        const Expr *wanted_of; /* the value that is being given ... */
        Expr *wanted_by;       /* ... the type of this one; for the message */
        bool last;         /* everything should be known by now */
} Infer;

/*
 * Gives `x` the type that it has or that its place wants, and returns it. TYPE_UNKNOWN wants any value,
 * TYPE_VOID none at all (a statement).
 */
Type infer_expr(Infer *t, Expr *x, Type want);
Type infer_given(Infer *t, Expr *x, Type want, Expr *by);
void infer_stmt(Infer *t, Stmt *s);

/* Settles a variable's type at `at`; its type in the end. */
Type infer_var(Infer *t, Var *v, Type type, Span at);
Type infer_key(Infer *t, Var *array, size_t i, Type type, Span at);
/* Keys of an element, or of a slice (NULL: `*`). */
void infer_keys(Infer *t, Var *array, ExprVec *keys);
/* types-call.c */
Type infer_call(Infer *t, ExprCall *x, Type want);
void infer_result(Infer *t, Type type, Span at);
/* "a long", "a string", ... for messages */
const char *type_words(Type t);
/* print.c */
Type infer_print(Infer *t, ExprPrint *x, Type want);
/* `got` where `want` was needed: an error, once, and what is left of the expression is poisoned. */
void infer_mismatch(Infer *t, Expr *x, Type got, Type want);
