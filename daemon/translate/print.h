/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/* What a print leaves in a record: its arguments, and the format in the manifest that they are of. */
#include "translate/gen.h"

typedef enum { ITEM_LONG, ITEM_STRING, ITEM_MEMORY, ITEM_HIST } ItemKind;

/* One argument as the format takes it. */
typedef struct {
        ItemKind kind;
        Expr *expr;         /* NULL: a hidden one that is no part of the script */
        bool hidden;        /* a width or precision */
        const char *length; /* C: bytes of a string or of memory */
} Item;
typedef VEC(Item) ItemVec;

/* The number of the format. The same line of the script in many handlers is one. agg: or NULL. */
unsigned gen_format(Gen *g, const ExprPrint *p, const ItemVec *items, const ManifestAgg *agg);
/* C: the length of a string. */
const char *gen_string_length(Gen *g, const char *s);
