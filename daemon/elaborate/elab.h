/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * What the files of pass 2 share: the state of one elaboration. Code stands in units: a unit is a body with
 * its own locals, either a function or the handler of one probe (or of many that need no copy of their own).
 * Passes go over units; passes.c has their order.
 */
#include "elaborate/elaborate.h"
#include "elaborate/index.h"

#define ELAB_MAX_KEYS 9          /* of an array; runtime/script/stp.h */
#define ELAB_MAX_PROBES 65535    /* of a script: records number them with 16 bits */
#define ELAB_MAX_STEPS (1u << 20) /* of expansion */
#define ELAB_MAX_ALIASES 32      /* one in another */

/* What a variable's errors point to. Every Var of a program is made by scope.c, and is one of these. */
typedef struct VarInfo {
        Var var;
        const Var *declared;  /* globals: in its file; locals: NULL */
        const File *file;     /* globals: where it is declared */
        Span type_at;         /* what settled the type */
        Span shape_at;        /* what settled scalar or array */
        bool shape_known;
        VEC(Span) key_at;     /* arrays: what settled each key's type */
        const GlobalSetting *setting; /* -G, or NULL */
        bool ctype_lost;      /* assigned from different C types */
        bool is_bound;        /* by foreach or catch: need not be read */
        unsigned reads;       /* prune: uses of the value that are left */
} VarInfo;

static inline VarInfo *var_info(Var *v) {
        return (VarInfo *) v;
}

typedef struct Unit Unit;
typedef VEC(Unit *) UnitVec;

struct Unit {
        Function *function;      /* NULL: a handler */
        const FunctionDecl *decl; /* functions of a file; NULL: handlers, and what pass 2 makes up */
        const ProbeDecl *probe;  /* handlers: what the script wrote */
        const File *file;        /* whose private names it sees; handlers: the probe's */
        Stmt *body;              /* NULL: embedded C */
        Expr *condition;         /* handlers: if (...) of the point and its aliases, or NULL */
        StrMap names;            /* locals and parameters by name */
        VarVec locals;           /* without parameters */
        const ProbePlace *place; /* where target variables are looked up; NULL: nowhere */
        Unit *handler;           /* clones: the handler that they were made for; handlers: themselves */
        UnitVec clones;          /* handlers: functions with target variables, made for this place */
        VEC(Expr *) saved;       /* handlers: SAVED slots */
        VEC(ExprContext *) slot_uses; /* reach.c: who looks at them */
        bool forgiving;          /* target variables that are not there drop the place, and are no error */
        bool is_broken;          /* it had target variables missing that were forgiven */
        bool from_library;
        bool returns_value;
        Span result_at;          /* what settled the result's type */
        const TypeRef *result_ctype;
        bool ctype_lost;
        bool has_effects, is_reached; /* prune, finish */
        unsigned wants;               /* finish: EmbeddedTag, of TAG_WANTS; by itself or for what it calls */
        const Unit *caller;      /* functions: who called first, and where */
        Span called_at;
        Unit *same;              /* merge.c: the one that stands for it; most often itself */
        bool is_merged;
        unsigned index, low;     /* recursion.c */
        bool on_stack;
};

/* Every Function of a program is made by link_new_function(), and is one of these. */
typedef struct {
        Function function;
        Unit *unit;
} LinkedFunction;

static inline Unit *function_unit(const Function *f) {
        return ((const LinkedFunction *) f)->unit;
}

/* A probe, with what finish.c still needs to fill it in. */
typedef struct {
        Probe *probe;
        Unit *unit;
        const ProbePlace *place;
} Handler;

typedef struct Elab {
        ProbeWorld *world;
        Arena *arena;
        Diags *diags;
        const Library *library;
        const ElaborateOptions *options;
        File *const *files;
        size_t n_files;
        Index index;             /* the script's own files */
        Program *program;

        UnitVec units;           /* all, in the order of linking */
        VEC(Handler) handlers;
        VarVec globals;          /* linked */
        Var **linked_globals;    /* by GlobalDecl.id */
        Unit **shared;           /* by FunctionDecl.id: the function linked without a place */
        bool *is_called;         /* by FunctionDecl.id: some call means it */
        uint8_t *target_state;   /* by FunctionDecl.id: link.c */
        uint32_t *stamps, stamp; /* by FunctionDecl.id: link.c */
        const Unit *lowering;    /* the function whose body is being lowered; NULL: a handler */
        UnitVec pending;         /* linked, not yet lowered */
        StrMap pretty;           /* pretty.c: functions by type and depth */
        unsigned n_pretty;

        unsigned quiet;          /* inside @defined: a missing target variable is an answer, not an error */
        bool quiet_failed;
        unsigned asking;         /* of quiet, those by @defined: nothing is kept for what it looks at */
        unsigned skipping;       /* --skip-badvars, where a target variable is looked up */
        bool forgiving;          /* as Unit.forgiving, for what is being lowered */
        bool place_failed;
        unsigned n_steps;        /* of expansion, against scripts that multiply */
        bool too_many;
        unsigned n_autocasts;    /* -> on values whose C type was not known at once */
        bool alias_loop;         /* an alias was left out because it is being expanded */
        VEC(const File *) wanted; /* tapsets of the user's of which something is used */
} Elab;

/* Something of the file is used. */
void elab_want(Elab *e, const File *f);

/* One body being lowered. A Visitor comes first: lower.c. */
typedef struct Lower Lower;

/* ------------------------------------------------------------------ report.c */

/*
 * An error about a target variable: silent inside @defined and where a place may be dropped. Never NULL;
 * notes and hints can be added either way.
 */
Diag *target_error(Elab *e, DiagCode code, Span span, const char *fmt, ...)
        __attribute__((format(printf, 4, 5)));
/* "a, b, c, ..." of at most `max` names. */
const char *names_list(Elab *e, const char *const *names, size_t n, size_t max);
/* Adds "did you mean" when one is near, and says whether. */
bool hint_similar(Elab *e, Diag *diag, const char *name, const char *const *names, size_t n,
                  const char *mark);
/* As above, with the keyword of a statement: misspelt ones are variables and calls, `esle {`, `whle (x)`. */
void hint_keyword(Elab *e, Diag *diag, const char *name);
/* For a string that is needed and a pointer to char that is there: what reads it. */
bool hint_text(Elab *e, Diag *diag, const Expr *x);
/* The expression as text, cut to a readable length. */
const char *expr_text(Elab *e, const Expr *x);

typedef VEC(const char *) NameVec;

/* unreachable.c: statements of the script's own that control never comes to. */
void warn_unreachable(Elab *e);

/* ------------------------------------------------------------------ make.c: nodes with their types */

Expr *make_number(Elab *e, Span span, int64_t value);
Expr *make_string(Elab *e, Span span, const char *text);
Expr *make_binary(Elab *e, Span span, OperatorCode op, Expr *left, Expr *right);
/* address + offset, constants put together. */
Expr *make_offset(Elab *e, Span span, Expr *address, int64_t offset);
Expr *make_load(Elab *e, Span span, Expr *address, unsigned size, bool is_signed, AddressSpace space);
Expr *make_saved(Elab *e, Span span, unsigned index);
Expr *make_name(Elab *e, Span span, Var *var);
ExprPrint *make_sprintf(Elab *e, Span span);
Expr *make_call(Elab *e, Span span, Function *f);
/* What an error leaves behind: a long that causes no second message. */
Expr *make_poison(Elab *e, Span span);

/* ------------------------------------------------------------------ the passes, in order: passes.c */

/* An elaboration in which no pass has run. */
void elab_init(Elab *e, ProbeWorld *w, const Library *l, File *const *files, size_t n_files,
               const ElaborateOptions *o);
void pass_declare(Elab *e);
void pass_expand(Elab *e);
void pass_link(Elab *e);
void pass_autocast(Elab *e);
void pass_recursion(Elab *e);
void pass_types(Elab *e);
void pass_globals(Elab *e);
void pass_pragmas(Elab *e);
void pass_effects(Elab *e);
void pass_check(Elab *e);
void pass_warn(Elab *e);
void pass_formats(Elab *e);
void pass_fold(Elab *e);
void pass_prune(Elab *e);
void pass_stable(Elab *e);
void pass_sees(Elab *e);
void pass_merge(Elab *e);
void pass_reach(Elab *e);
void pass_finish(Elab *e);
void pass_privilege(Elab *e);

/* ------------------------------------------------------------------ privilege.c */

/* %m and %M print memory of the kernel's. */
bool print_shows_memory(const ExprPrint *p);
