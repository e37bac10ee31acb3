/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * What the handlers and functions of a program do to its globals: which locks each handler needs, which
 * counters need none, which calls may change a variable or fail. Computed once, before any C is written.
 *
 * A handler's changes of globals appear to others at one moment: it takes the locks of all that it uses
 * before it starts. Three kinds of use need no lock:
 *   - statistics are added to (`<<<`) per CPU;
 *   - what only begin probes write is constant afterwards: the core runs them before any other is armed, and
 *     end and error probes after the last is disarmed;
 *   - a lone counter: every handler but those of begin, end and error either does one `n++`, `n += e` or the
 *     like, changes no other global and does not use the result, or reads n once and changes nothing. An
 *     atomic addition is then as good as a lock. (Not when one handler reads n and another line resets it.)
 */
#include "lang/program.h"
#include "translate/ptrmap.h"

typedef struct GlobalUse {
        unsigned reads, writes, adds;
        unsigned feeds; /* <<<: takes no lock */
        bool repeated; /* in a loop or a function: the counts are lower bounds */
} GlobalUse;

/* A function and what it calls. */
typedef struct FunctionUse {
        const Function *function;
        GlobalUse *globals;          /* by index in Program.globals; directly, not through calls */
        VEC(struct FunctionUse *) calls;
        bool writes;                 /* changes a global, itself or through calls */
        bool can_fail;               /* may leave an error behind */
        bool opaque;                 /* has C: what it gives may depend on where the hit is */
        bool raises;                 /* ... through STAP_ERROR: the message lacks a place */
        bool has_loop, recursive;
        unsigned depth;              /* functions in the longest chain of calls from it; recursion counts once */
        unsigned mark;               /* of the current search */
} FunctionUse;

/* One handler: what it uses with all that it calls. */
typedef struct HandlerUse {
        const Stmt *body;            /* the handler is known by these two */
        Expr *condition;
        bool alone;                  /* only of begin, end or error probes: nothing else runs beside it */
        bool begin;                  /* only of begin probes */
        GlobalUse *globals;
        FunctionUse own;
} HandlerUse;

/* `if (...)` of probe points by which the core arms and disarms; those that say the same are one. */
typedef struct ConditionUse {
        HandlerUse use;              /* as of a handler with no body */
        const char *key;             /* what it says */
} ConditionUse;

typedef struct Usage {
        Arena *arena;
        const Program *program;
        PtrMap functions;            /* Function -> FunctionUse */
        PtrMap global_index;         /* Var -> (index + 1) */
        VEC(HandlerUse *) handlers;
        HandlerUse **of_probe;       /* by place in Program.probes; probes that share a body share it */
        VEC(ConditionUse *) conditions;
        ConditionUse **condition_of; /* by place in Program.probes; NULL: always armed */
        HandlerUse **of_entry;       /* the same for the entry handlers of returns; NULL: there is none */
        bool *shared;                /* by global: is locked by those who use it */
        bool *lone;                  /* by global: a lone counter */
        unsigned *stat_ops;          /* by global: 1 << StatOp that is asked for */
        unsigned mark;
} Usage;

Usage *usage_new(Arena *a, const Program *p);
FunctionUse *usage_function(const Usage *u, const Function *f);
/* Index in Program.globals; -1: not a global. */
int usage_global(const Usage *u, const Var *v);
/* Whether the handler may change what the condition is made of. */
bool usage_may_change(const Usage *u, const HandlerUse *h, const ConditionUse *c);
bool usage_is_lone(const Usage *u, const Var *v);
/* Whether evaluating the expression can change a variable of the script. Takes NULL. */
bool usage_has_effect(const Usage *u, Expr *e);
