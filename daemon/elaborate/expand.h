/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * From the probe points of a script to handlers at places. A chain remembers the aliases between the two.
 */
#include "elaborate/elab.h"

typedef struct Chain Chain;

/* One step: a probe of the script (the outermost), or an alias that the step outside it named. */
struct Chain {
        const Chain *outer;      /* NULL: the probe itself */
        const ProbeDecl *probe;  /* only there */
        const AliasDecl *alias;
        const File *file;        /* where it is declared */
        const char *written;     /* pn() of what it leads to; NULL: at the probe itself */
        const Expansion *why;    /* for spans of the alias's parts */
        const ProbePoint *point; /* of the step outside: its condition counts */
        bool optional;           /* `?` or `!` was said on the way */
        bool has_suffix;         /* the point of the step outside goes on behind the alias's name */
        bool wildcard;           /* a wildcard chose this alias among others */
        unsigned depth;
};

/* An alias that a probe point names, and how many of the point's components its name took. */
typedef struct {
        const AliasName *name;
        size_t used;
} AliasMatch;
typedef VEC(AliasMatch) AliasMatchVec;

/* alias.c: those that are being expanded already are left out, which e->alias_loop says. */
void alias_match(Elab *e, const Chain *c, const ProbePoint *p, AliasMatchVec *ret);
bool point_is_glob(const ProbePoint *p);

/* no-match.c: the error, with what was probably meant. known: an alias or a family took the point. */
void expand_no_match(Elab *e, const Chain *c, const ProbePoint *p, bool known);

/* body.c */
/* Whether the handler of this chain says something else at each place. */
bool body_depends_on_place(Elab *e, const Chain *c, const ProbePoint *p);
/* The handler of the chain, lowered at a place. NULL: a target variable of an optional point is missing. */
Unit *body_lower(Elab *e, const Chain *c, const ProbePoint *p, const ProbePlace *place);
