/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * The rules of a machine: the files *.conf of the policy.d folders, each of which is one or more [Rule]s. As
 * with systemd's drop-ins, a file of an earlier folder (/etc) stands for one of the same name in a later
 * (/usr/lib), and an empty one, or a link to /dev/null, takes it away. Files are read in the order of their
 * names, whatever their folder; the first rule that matches decides.
 */
#include "authz/rule.h"

#define RULES_MAX 4096
#define RULES_FILES_MAX 512

typedef struct Rules {
        Rule **items;
        unsigned n;
} Rules;

/* What is wrong with a set of rules, or a text. */
typedef struct RulesError {
        char *file; /* its path */
        unsigned line; /* 0: the whole file */
        char *text;
} RulesError;

/* All or nothing: with an error (negative errno, *ret_error filled when a file is at fault) *ret stays as
 * it is. Folders that are not there are empty; one that others than root can write is -EPERM. folders:
 * the first wins; ends with NULL. */
int rules_load(const char *const *folders, Rules **ret, RulesError *ret_error);
/* One text, as if it stood in a file of this name. */
int rules_parse(const char *name, const char *text, Rules **ret, RulesError *ret_error);
Rules *rules_free(Rules *r);
DEFINE_CLEANUP(Rules *, rules_freep, rules_free)
void rules_error_done(RulesError *e);

/* The first that matches, or NULL. r may be NULL. */
const Rule *rules_find(const Rules *r, const Question *q);
/* The first that could let this caller do this, or NULL. */
const Rule *rules_find_about(const Rules *r, const Caller *c, Verb verb);
