/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * The scripts that an administrator has approved by putting them there: NAME.stp and NAME.conf in the
 * scripts.d folders. As with drop-ins of systemd a file of an earlier folder stands for one of the same name
 * in a later one, so that a NAME.conf in /etc says who may run the NAME.stp of /usr/lib; an empty file, or a
 * link to /dev/null, takes the script away.
 *
 * What is compiled is what was read and hashed, once. Folders and files that others than root can write are
 * refused, and so is every other link: no name leads out of its folder.
 */
#include "catalog/script.h"

#define CATALOG_SCRIPTS_MAX 1024

typedef struct Catalog {
        CatalogScript **items; /* in the order of their names */
        unsigned n;
        char **problems;       /* for the log: of folders, and of scripts that cannot be run */
        unsigned n_problems;
} Catalog;

/* folders: the first wins; ends with NULL. A file that is wrong takes its own script away and no other. */
int catalog_load(const char *const *folders, Catalog **ret);
Catalog *catalog_free(Catalog *c);
DEFINE_CLEANUP(Catalog *, catalog_freep, catalog_free)

/* c may be NULL. */
const CatalogScript *catalog_find(const Catalog *c, const char *name);
