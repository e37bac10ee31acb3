/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * What there is to be probed and called: the probe points that a pattern matches, with the variables that a
 * handler there would have, and the functions and aliases of the tapsets. Nothing of it compiles anything.
 */
#include "elaborate/elaborate.h"

#define LIST_KINDS(X)                                                                                   \
        X(PROBES, "probes")       /* the points that PATTERN means, as a script would write them */     \
        X(VARIABLES, "variables") /* the same, each with its variables and their types */               \
        X(FUNCTIONS, "functions") /* functions of the tapsets whose name matches */                     \
        X(ALIASES, "aliases")     /* aliases of the tapsets whose name matches, and what they mean */   \
        X(FORMS, "forms")         /* the kinds of probe points that are built in */

typedef enum ListKind {
#define X(name, text) LIST_##name,
        LIST_KINDS(X)
#undef X
        _LIST_KIND_MAX,
        _LIST_KIND_INVALID = -22,
} ListKind;

const char *list_kind_to_string(ListKind k);
ListKind list_kind_from_string(const char *s);

typedef VEC(const char *) LineVec;

/*
 * The lines in alphabetical order, each once, in the world's arena. pattern NULL: all. What is wrong with
 * the pattern, or that nothing matches it, is a diagnostic.
 */
void list_run(ProbeWorld *w, Library *l, const ParseTarget *target, ListKind kind, const char *pattern,
              LineVec *ret);
