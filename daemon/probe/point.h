/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * Inside probe: what families share. A family's patterns are both its documentation and what a probe point
 * is held against: components in order, each with "(string)" or "(number)" when it takes an argument.
 */
#include "probe/probe.h"

/* Which pattern `p` is: PROBE_DONE with its index, PROBE_FOREIGN, or PROBE_FAILED when only an argument is
 * of the wrong kind, which has been reported. */
int point_form(ProbeWorld *w, const ProbePoint *p, const char *const *patterns, unsigned *ret);
/* Whether the pattern holds this component. */
bool pattern_has(const char *pattern, const char *component);
/* Argument of the i-th component, of the kind that the pattern has. */
const char *point_string(const ProbePoint *p, size_t i);
int64_t point_number(const ProbePoint *p, size_t i);
Span point_span(const ProbePoint *p, size_t i);

/* A new place at the end of `ret`. */
ProbePlace *place_add(ProbeWorld *w, const ProbeFamily *f, const ProbePoint *p, const char *point,
                      ProbePlaceVec *ret);

/* False, with an error at `p`, when there is no kernel to look things up in. */
bool world_has_kernel(ProbeWorld *w, const ProbePoint *p);

/* A CONTEXT node; NULL when a value of this type does not fit one. NULL type: a plain long. */
Expr *context_value(ProbeWorld *w, ContextSource source, unsigned index, const TypeRef *type, Span span);
/* n of "$argN", from 0; false: the name is another. */
bool target_arg_number(const char *name, unsigned *ret);
/* Adds "$name" with its type. */
void target_add(ProbeWorld *w, const Param *param, TargetInfoVec *ret);
/* The parameter "$name"; -1: there is none. */
int target_find_param(const Param *params, unsigned n, const char *name);
