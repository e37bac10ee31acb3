/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * One script of the catalogue: its bytes, and what its settings say of it, NAME.conf or those that an
 * administrator has approved it with:
 *
 *     [Script]
 *     Title=Slow system calls
 *     Description=...                     several lines are put together
 *     Digest=0f3a...                      sha256 of NAME.stp: with other bytes it is not run
 *     Users=alice 1001                    who may run it without being asked; * : everybody
 *     Groups=operators
 *     Action=org.stapd1.run-script        what polkit is asked about others (org.stapd1.run-approved)
 *     Guru=no                             whether it is compiled with embedded C and writes
 *     Mask=argstr comm                    fields of events whose values nobody gets
 *     Sessions=, Seconds=, BufferMegabytes=    limits, as those of a rule
 *
 * and an [Argument] (argument.h) for each value that it takes.
 */
#include "authz/rule.h"
#include "catalog/argument.h"

#define CATALOG_NAME_MAX 64
#define CATALOG_ARGUMENTS_MAX 16
#define CATALOG_MASK_MAX 32
#define CATALOG_SCRIPT_MAX (1u << 20)
#define CATALOG_DIGEST_LENGTH 64

typedef struct CatalogScript {
        char *name, *title, *description;
        char *place;                /* where its settings are: a path, or "approval ID" */
        char *text;
        size_t text_len;
        char digest[CATALOG_DIGEST_LENGTH + 1]; /* of the text */
        char *expected_digest;      /* or NULL */
        uid_t *users;
        gid_t *groups;
        unsigned n_users, n_groups;
        bool everybody, guru;
        const char *action;         /* static, or NULL */
        Argument arguments[CATALOG_ARGUMENTS_MAX];
        unsigned n_arguments;
        char *mask[CATALOG_MASK_MAX];
        unsigned n_mask;
        RuleLimits limits;
        int64_t until_usec;         /* CLOCK_REALTIME; 0: for good */
        char *problem;              /* why nobody can run it, or NULL */
} CatalogScript;

/* Letters, digits, `.`, `_` and `-`, beginning with a letter or digit; not to be taken for a file. */
bool catalog_is_name(const char *s);

CatalogScript *catalog_script_new(const char *name, const char *place);
CatalogScript *catalog_script_free(CatalogScript *s);
DEFINE_CLEANUP(CatalogScript *, catalog_script_freep, catalog_script_free)

/* The settings, of a text that is written into. -EINVAL with line and text. */
int catalog_script_parse(CatalogScript *s, char *conf, unsigned *ret_line, const char **ret_error);
/* Takes the bytes, and works out their digest. */
int catalog_script_set_text(CatalogScript *s, char *text, size_t len);

/* Does it name this caller? */
bool catalog_script_names(const CatalogScript *s, const Caller *c);
const Argument *catalog_script_argument(const CatalogScript *s, const char *name, size_t len);
/* sha256, hex. */
void catalog_digest(const void *data, size_t len, char ret[static CATALOG_DIGEST_LENGTH + 1]);
