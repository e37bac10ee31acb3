/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * Lowering: one walk over a body that resolves its names and calls, turns target variables and operators
 * into what they come down to, and leaves out what @defined rules out before anything in it is looked at.
 */
#include "elaborate/elab.h"
#include "lang/walk.h"

struct Lower {
        Visitor visitor; /* first: the walk hands it back */
        Elab *e;
        Unit *unit;
        const File *file;       /* whose names are seen: an alias's differ from its user's */
        bool in_entry;          /* @entry(...): globals only, and parameters as they are */
        bool in_condition;      /* if (...) of a probe point: globals only */
        const Stmt *written_in; /* @probewrite: the handler's own body */
};

void lower_init(Lower *l, Elab *e, Unit *u, const File *file);
void lower_expr(Lower *l, Expr **x);
void lower_stmt(Lower *l, Stmt **s);

/* lower.c, for statements: an array, keys (NULL: `*`), an element. */
void lower_array(Lower *l, Expr *x, size_t n_keys);
void lower_keys(Lower *l, ExprVec *keys);
void lower_element(Lower *l, Expr *x);
/* `what`, a part of it, cannot take a value: it becomes poison. */
void lower_refuse(Lower *l, Expr **x, const Expr *what);
bool lower_visit_stmt(Visitor *v, Stmt **s);

/* defined.c: each false, as the children are done. */
bool lower_defined(Lower *l, Expr **x);
/* The C type that both have; a literal number, a null pointer, is of the other's. NULL: there is none. */
const TypeRef *ternary_ctype(const ExprTernary *t);
bool lower_ternary(Lower *l, Expr **x);
bool lower_binary(Lower *l, Expr **x);
/* Lowers a condition. True when @defined settled it: then *ret is which way. */
bool lower_condition(Lower *l, Expr **condition, bool *ret);

/* link.c: the functions that a call means; functions to come are queued. */
void lower_call(Lower *l, ExprCall *call);
/* A library function by name, for calls that pass 2 makes up; NULL: there is none. */
Function *link_library_function(Elab *e, const char *name, unsigned n_params);
/* Whether a function, or one that it calls, has target variables. */
bool link_uses_targets(Elab *e, const File *from, const char *name, size_t n_args);
/* A function of the script that nothing calls, so that it is checked all the same. */
void link_unused_function(Elab *e, FunctionDecl *d);
/* Lowers what is queued. */
void link_drain(Elab *e);
/* A function that pass 2 makes up: its unit, once its parameters and body stand. */
Function *link_new_function(Elab *e);
Unit *link_add_function(Elab *e, Function *f);

/* call-errors.c: calls that mean no function, or one that should not be called any more. */
void call_unknown(Lower *l, const ExprCall *call);
/* Is it one of the print functions, which are part of the language? */
bool call_is_builtin(const char *name);
void call_wrong_arity(Lower *l, const ExprCall *call, const FunctionDeclVec *candidates);
void call_warn_deprecated(Lower *l, const ExprCall *call, const FunctionDecl *d);

/* target.c: the value in place of a target variable (poisoned after an error). */
Expr *lower_target(Lower *l, ExprTarget *t);
/* Tries t->value->..., whose value is lowered already; NULL: its C type is not known (yet). */
Expr *lower_autocast(Elab *e, ExprTarget *t);
/* store.c: writing to one, guru only. `old` gives the value before (x++). */
Expr *lower_store(Lower *l, ExprTarget *t, OperatorCode op, Expr *value, Span span);
Expr *store_autocast(Elab *e, ExprTarget *t, OperatorCode op, Expr *value, Span span);
/* pragmas.c: the globals that a function's C says it uses, and what its result points to. */
void pragmas_link(Elab *e, const File *from, Unit *u);
/* saved.c */
Expr *lower_entry(Lower *l, ExprEntry *x);
/* The value at the entry of the function, in a slot. */
Expr *saved_value(Lower *l, Expr *value);
/* enumname.c: the text of a value of an enum. */
Expr *enumname_call(Elab *e, Span span, const TypeRef *type, Expr *value);
/* origin.c: the target in one form, whatever macros it was written with: "$file->f_path->dentry", "@cast(..., \"file\")->f_pos",
 * "(struct file *)->f_flags" of a value whose type is known. Interned. */
const char *origin_text(Elab *e, const ExprTarget *t);
/* What of `x` (or NULL) has no origin yet has this one. */
void origin_mark(Expr *x, const char *origin);
/* operators.c */
Expr *lower_operator(Lower *l, ExprOperator *x);
/* named-type.c: the type in the list of modules (NULL: here); NULL, with an error: there is none. */
const TypeRef *named_type(Lower *l, Span span, const char *modules, const char *name);
bool named_enumerator(Lower *l, const char *modules, const char *name, int64_t *ret);
