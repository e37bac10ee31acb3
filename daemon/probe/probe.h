/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * Probe families. Each is one ProbeFamily in one file: it says which probe points are its own, resolves one
 * into places in the kernel (wildcards into many), and answers for the target variables there. Aliases are
 * not its business: pass 2 expands them first. A new family is one file and one row in families.c.
 */
#include "debuginfo/debuginfo.h"
#include "diag/diag.h"
#include "lang/program.h"

typedef struct ProbeFamily ProbeFamily;

/* What families work with. */
typedef struct ProbeWorld {
        Arena *arena;
        Diags *diags;
        Kernel *kernel; /* NULL: none could be opened; kernel_error says why */
        const char *kernel_error;
        bool optional;  /* a point that matches nothing is left out: a hint is not worth its search */
} ProbeWorld;

/* One place that a probe point resolved to. */
typedef struct ProbePlace {
        const ProbeFamily *family;
        const ProbePoint *written;
        const char *point;     /* the canonical, resolved probe point: pp() */
        const char *function;  /* or NULL */
        const char *module;    /* whose types are looked at first; NULL: the kernel's */
        ProbeAttach attach;
        bool is_return;
        bool user_pointers;    /* pointers among its target variables are user space's */
        const void *detail;    /* the family's own: FunctionInfo, TracepointInfo ... */
} ProbePlace;
typedef VEC(ProbePlace *) ProbePlaceVec;

/* A target variable that a place offers. */
typedef struct TargetInfo {
        const char *name;      /* with its `$` */
        const TypeRef *type;   /* NULL: a plain long */
} TargetInfo;
typedef VEC(TargetInfo) TargetInfoVec;

struct ProbeFamily {
        const char *name;
        /* Patterns for listing and for "did you mean": "kernel.function(string).return", ... NULL-ended. */
        const char *const *patterns;
        /*
         * Adds the places that `p` means. Returns:
         *   PROBE_FOREIGN  not this family's; nothing was done
         *   PROBE_DONE     places (possibly none: "no match", which the caller reports unless optional)
         *   PROBE_FAILED   a diagnostic was added (wrong argument, missing kernel, no such function ...),
         *                  which the caller takes back when the point is optional
         */
        int (*resolve)(ProbeWorld *w, const ProbePoint *p, ProbePlaceVec *ret);
        /*
         * The value of target variable `name` ("$count", "$return", ...) as a typed tree with ctype set, or
         * NULL when there is none. The access path (->f, [i]) is the caller's work. `span` is for the nodes.
         * NULL member: this family has no target variables.
         */
        Expr *(*target)(ProbeWorld *w, const ProbePlace *place, const char *name, Span span);
        /* All target variables that can be read: parameters in order (for $$parms), and at returns `$return`
         * behind them (for $$return). A parameter at a return is the entry's: target() gives CONTEXT_ARG
         * there, which the caller saves; system calls still have theirs (CONTEXT_SYSCALL_ARG). */
        void (*targets)(ProbeWorld *w, const ProbePlace *place, TargetInfoVec *ret);
        /* A text value of its own ($$name, $$system of tracepoints), or NULL. */
        const char *(*text)(ProbeWorld *w, const ProbePlace *place, const char *name);
};

enum { PROBE_FOREIGN, PROBE_DONE, PROBE_FAILED };

/* NULL-ended, in the order in which they are asked. */
extern const ProbeFamily *const probe_families[];

/* Shell-style match of a component or an argument against a pattern with *, ? and [sets]. */
bool probe_glob(const char *pattern, const char *text);
bool probe_is_glob(const char *pattern);
