/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * A session that is defined on this machine: NAME.stp with the script, and NAME.conf with what `stapctl run`
 * would have been told, in the section [Session] (stapd-session@(8)). Both must be root's, or ours, and
 * nobody else's to write.
 */
#include <stddef.h>

typedef struct Definition {
        char *script;   /* path */
        char **argv;    /* of stapctl run, NULL-ended */
        int argc;
        char **arguments; /* of the script; they come last */
        int n_arguments;
} Definition;

#define DEFINITION_INIT ((Definition) {})

/* Negative errno, printed. */
int definition_read(const char *directory, const char *name, Definition *ret);
void definition_done(Definition *d);

/* The setting that stands for an option of `stapctl run` ("-D", "--keep"); NULL: there is none. */
const char *definition_key(const char *option);
/* -EINVAL, printed: no session can have that name. */
int definition_check_name(const char *name);
