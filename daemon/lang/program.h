/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * The finished tree: what pass 2 hands to pass 3. Only what is used is in it; every name is resolved, every
 * expression has its type, target variables have become CONTEXT, LOAD and arithmetic, @defined is gone,
 * $$parms is a sprintf, and every probe says how it is attached.
 */
#include "lang/ast.h"
#include "runtime/abi.h"

/* How the core attaches a probe; which members count depends on the kind (runtime/abi.h). */
typedef struct {
        enum stp_attach kind;
        const char *symbol;  /* function, tracepoint or system call name */
        uint64_t address;    /* function: in the kernel's image without its random offset; 0: by symbol */
        int64_t number;      /* begin/end/error: priority; timers: interval in ns, or jiffies; syscall: number */
        int64_t randomize;   /* timers: +- this, same unit */
        unsigned maxactive;  /* returns; 0: the default */
        bool needs_regs;     /* CONTEXT_REGS or more than the arguments is used */
        bool needs_stack;    /* the kernel's stack is walked from the hit on */
        bool may_fail;       /* of a wildcard: a place that the kernel will not arm is left out (STP_PROBE_OPTIONAL) */
        unsigned saved_slots; /* returns: values that an entry handler keeps */
} ProbeAttach;

/* A resolved probe: one place in the kernel, one handler. Probes that share a body share the pointer. */
struct Probe {
        unsigned id;              /* 0, 1, ... in the program */
        const char *point;        /* pp(): the resolved probe point */
        const char *written;      /* pn(): as the script names it */
        const char *function;     /* ppfunc(); or NULL */
        const char *from;         /* the points that it came from, innermost first: "a, from: b"; or NULL */
        Span span;
        ProbeAttach attach;
        Expr *condition;          /* over globals; or NULL */
        Stmt *body;
        Stmt *entry;              /* returns: what runs at the entry to fill SAVED slots, or NULL */
        VarVec locals;
        VEC(Expr *) saved;        /* expression of each SAVED slot, evaluated at the entry */
        VEC(const char *) sees;   /* target variables and memory that it looks at, interned: "$file->f_flags"; "$x =" is
                                   * written */
};

typedef struct Program {
        Arena *arena;
        VarVec globals;
        VEC(Function *) functions;
        VEC(Probe *) probes;
        VEC(EmbeddedDecl *) embedded;
        VarVec shown;             /* globals nobody reads, to print at exit, in order of first use */
        bool is_own;              /* it looks at nothing but time and its own values, or at its user's processes alone */
        bool uses_embedded;       /* embedded C that needs kernel headers */
} Program;
