/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * Regular expressions (POSIX extended, without back references) to a table that the core walks, one step for
 * each byte of the subject: the time of a match in a probe is bounded by the length of a string alone.
 */
#include "base/arena.h"

#define REGEX_MAX_NODES 4000  /* of the expression, repetitions written out */
#define REGEX_MAX_STATES 4000
#define REGEX_MAX_DEPTH 100
#define REGEX_MAX_REPEAT 255

/* A deterministic automaton that looks for the expression anywhere in a string. State 0: no match any more;
 * state 1: a match was found. Class 0 is the end of the string. */
typedef struct Regex {
        uint8_t classes[256];
        unsigned n_classes, n_states, start;
        uint16_t *next; /* n_states * n_classes */
} Regex;

/* NULL, or what is wrong with the pattern. */
const char *regex_compile(Arena *a, const char *pattern, Regex *ret);

/* ------------------------------------------------------------------ between regex-parse.c and regex.c */

typedef enum { RE_EMPTY, RE_SET, RE_START, RE_END, RE_CONCAT, RE_OR, RE_REPEAT } RegexKind;
typedef struct RegexNode {
        RegexKind kind;
        uint64_t set[4];          /* SET: bytes */
        struct RegexNode *a, *b;
        int min, max;             /* REPEAT; max -1: any number */
} RegexNode;

/* NULL with *ret_error set. */
RegexNode *regex_parse(Arena *a, const char *pattern, const char **ret_error);
