/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/* What `stapctl probes` and its sisters, and `stapctl run -l`, ask the compiler for. */
#include <stdbool.h>

typedef struct Listing {
        const char *kind;    /* of stapd-compile --list */
        const char *pattern; /* NULL: all */
        const char *kernel;  /* NULL: the running one */
        bool json;
} Listing;

/* Does not return when it works; EXIT_USAGE otherwise. */
int listing_exec(const Listing *l);
