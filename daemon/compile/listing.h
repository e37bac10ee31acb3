/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/* What can be probed and called (elaborate/list.h), as the answer to a request. */
#include <json-c/json.h>
#include "compile/world.h"
#include "elaborate/list.h"
#include "manifest/compile-protocol.h"

#define LISTING_MAX_PATTERN 4096      /* bytes */
#define LISTING_MAX_LINES 10000       /* of one answer */
#define LISTING_MAX_BYTES (1u << 20)  /* likewise */

typedef struct Listing {
        ListKind kind;
        const char *pattern; /* NULL: everything */
        size_t limit;        /* lines to hand out */
        Diags diags;
        LineVec lines;       /* all */
} Listing;

/* False: *ret_error is a static text. */
bool listing_from_json(Arena *a, json_object *o, Listing *ret, const char **ret_error);
CompileResult listing_run(World *w, Arena *a, Listing *l);
/* The first `limit` lines that fit; the caller's. */
json_object *listing_to_json(const Listing *l);
