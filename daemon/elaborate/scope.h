/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * Names to variables. A name is a parameter, else a global that its file may see, else a local of its unit,
 * which is made where it is first met. A script sees its own globals, then the library's; a tapset sees the
 * library's alone, so that no script can get into its way; `private` ones only their own file sees.
 */
#include "elaborate/elab.h"

Var *scope_new_var(Elab *e, VarKind kind, const char *name, Span span);
/* Copies a declared parameter. */
Var *scope_new_param(Elab *e, const Var *declared);
/* The linked global, or NULL. */
Var *scope_find_global(Elab *e, const File *from, const char *name);
/* The variable that `name` is in the unit; a local is made when there is none. */
Var *scope_find(Elab *e, Unit *u, const File *from, const char *name, Span span);
/* Names of all globals that `from` sees. */
void scope_global_names(Elab *e, const File *from, NameVec *ret);

/* Of a global that is not there: the nearest one, else that it wants to be declared. */
void hint_global(Elab *e, const File *from, Diag *d, const char *name);

/* A use of a global as a scalar, or with n keys: false, with an error, when it was used otherwise before. */
bool scope_use_scalar(Elab *e, Var *v, Span span);
bool scope_use_array(Elab *e, Var *v, size_t n_keys, Span span);
