/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * Regular expressions (POSIX extended, without back references) to a table that the core walks, one step for
 * each byte of the subject: the time of a match in a probe is bounded by the length of a string alone.
 */
#include <stdbool.h>
#include "base/arena.h"
#include "base/strmap.h"

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

#define REGEX_MAX_GROUPS 16  /* with the whole match, which is group 0; runtime/script/embedded.h */
#define REGEX_MAX_REGISTERS 4000 /* threads by tags */
#define REGEX_NO_PARENT 0xff /* of a thread: it has come from nowhere, its registers are unset */

/*
 * An automaton that also says where the leftmost longest match and its groups are. A state stands for
 * threads in order of preference, each with a register for each tag (group n begins at tag 2n and ends at 2n
 * + 1). A move says of each thread of the next state which of the old ones it continues, and which registers
 * take the position. State 0 has no threads.
 */
typedef struct RegexTags {
        uint8_t classes[256];
        unsigned n_classes, n_states, n_threads, n_tags, start, start_move;
        uint16_t *next, *move;  /* n_states * n_classes; class 0, the end: next is nothing */
        uint8_t *accept;        /* of states: 1 + the thread that has matched here; 0: none */
        VEC(uint64_t) moves;    /* parent << 32 | tags that are set */
        VEC(uint32_t) move_at;  /* where each move starts in `moves`; one more than there are moves */
} RegexTags;

const char *regex_compile_tags(Arena *a, const char *pattern, RegexTags *ret);

/* ------------------------------------------------------------------ between regex-parse.c, regex.c, regex-tags.c */

typedef enum { RE_EMPTY, RE_SET, RE_START, RE_END, RE_CONCAT, RE_OR, RE_REPEAT, RE_GROUP, RE_TAG } RegexKind;
typedef struct RegexNode {
        RegexKind kind;
        uint64_t set[4];          /* SET: bytes */
        struct RegexNode *a, *b;
        int min, max;             /* REPEAT; max -1: any number */
        unsigned group;           /* GROUP: its number, from 1 */
} RegexNode;

/* NULL with *ret_error set. */
RegexNode *regex_parse(Arena *a, const char *pattern, unsigned *ret_groups, const char **ret_error);

typedef struct RegexStep {
        RegexKind kind;           /* SET, START, END, OR, TAG; EMPTY: the match */
        const uint64_t *set;
        unsigned next, other;     /* OR: `next` is preferred */
        unsigned tag;
} RegexStep;
typedef struct RegexMachine {
        Arena *arena;
        VEC(RegexStep) steps;     /* 0: the match */
        unsigned first, n_tags;
        bool tagged, too_big;
} RegexMachine;

const char *regex_machine(Arena *a, const char *pattern, bool tagged, RegexMachine *ret);
bool regex_set_has(const uint64_t *set, unsigned byte);
/* Bytes that no step tells apart are one class; class 0 is the end of the string. Returns how many there
 * are. */
unsigned regex_classes(const RegexMachine *m, uint8_t classes[256]);
