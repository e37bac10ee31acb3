/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * One argument that a script of the catalogue takes: the value of a global of its name. A section of
 * NAME.conf:
 *
 *     [Argument]
 *     Name=usec
 *     Type=integer            integer, enum, pid, path, string
 *     Description=Only those that took so long
 *     Minimum=0               integer: its range
 *     Maximum=60000000
 *     Values=read write       enum: the words
 *     Prefix=/srv /home       path: below one of these
 *     Pattern=[a-z]+          string: an extended regular expression that all of it has to match
 *     MaxLength=32            string and path: bytes
 *     Default=1000            what it is when it is not given
 *     Required=no
 *
 * A pid is that of a process of the caller. A value is checked as text and travels as text: it becomes a
 * number or a string of the finished tree, and is never read as a piece of the script.
 */
#include <regex.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "authz/caller.h"

#define ARGUMENT_MAX_LENGTH 127 /* a string of a script has no more (MAXSTRINGLEN) */
#define ARGUMENT_MAX_WORDS 64

typedef enum ArgumentType {
        ARGUMENT_INTEGER,
        ARGUMENT_ENUM,
        ARGUMENT_PID,
        ARGUMENT_PATH,
        ARGUMENT_STRING,
        _ARGUMENT_TYPE_MAX,
        _ARGUMENT_TYPE_INVALID = -22,
} ArgumentType;

typedef struct Argument {
        char *name, *description;
        ArgumentType type;
        char *fallback; /* Default=, or NULL */
        bool required;
        int64_t minimum, maximum;
        char **words;   /* of an enum, or the prefixes of a path */
        unsigned n_words;
        char *pattern;
        regex_t regex;
        bool has_regex;
        unsigned max_length;
} Argument;

void argument_init(Argument *a);
void argument_done(Argument *a);

const char *argument_type_to_string(ArgumentType t);

/* One setting, and whether all of them together can be an argument. -EINVAL with a static text. */
int argument_set(Argument *a, const char *key, const char *value, const char **ret_error);
int argument_check(const Argument *a, const char **ret_error);

/* What may be given, for people: "a number from 0 to 1000", "one of: read write". */
void argument_describe(const Argument *a, char *ret, size_t size);
/* May this caller give it? */
bool argument_accepts(const Argument *a, const Caller *c, const char *value);
