/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * Writing the C of one routine (a handler or a function of the script).
 *
 * An expression becomes a Value: C text without side effects that cannot fail. Whatever has effects or may
 * fail is written before, as statements, from left to right. A value that reads a variable is pinned
 * (copied) when something that is evaluated after it, but before its use, may change that variable.
 *
 * Memory. Longs are C locals, up to LONGS_ON_STACK of them. Strings, and what else is big, stand in the
 * routine's frame, a struct in the memory of the context: the kernel's stack stays small. Scratch space
 * comes from pools that work like stacks: what a statement took is free again behind it.
 *
 * Errors. Each operation that may fail is followed by a jump to routine->fail: the nearest catch, the end of
 * the nearest foreach (which must be closed on the way), or the end of the routine.
 */
#include <errno.h>
#include "base/buf.h"
#include "base/strmap.h"
#include "diag/diag.h"
#include "lang/program.h"
#include "manifest/manifest.h"
#include "translate/usage.h"

#define LONGS_ON_STACK 12
#define KEYS_ON_STACK 8
#define SURE_LENGTH 63 /* bytes: no string of up to that is ever cut; module.h checks MAXSTRINGLEN */
#define TEXT_LENGTH_MAX 200 /* C text of a value; a longer one goes into a temporary */

typedef enum {
        LIFE_CONSTANT, /* never changes */
        LIFE_TEMP,     /* a temporary of this statement */
        LIFE_LOCAL,    /* reads a local variable */
        LIFE_GLOBAL,   /* reads a global, or points into a map */
} Life;

typedef struct Value {
        const char *text; /* C: an s64, or a const char * */
        Life life;
} Value;

typedef enum { POOL_TEXT, POOL_KEY, POOL_ITER, POOL_ARG, _POOL_MAX } PoolKind;
typedef struct Pool {
        unsigned used, max;
} Pool;
typedef struct Mark {
        unsigned used[_POOL_MAX];
} Mark;

typedef struct Label {
        const char *name;
        bool used;
} Label;

typedef struct Loop {
        struct Loop *outer;
        const char *iter;  /* the open iterator of a foreach, or NULL */
        Label step;        /* where `continue` goes; no name: C's own continue does */
        const Var *value;  /* the variable of `v = k in a` over statistics, or NULL */
} Loop;

typedef struct Local {
        const Var *var;
        const char *name;  /* in C, without the frame */
        bool in_frame;
        bool is_argument;  /* of the C function: needs no declaration */
        const char *init;  /* a string argument that is assigned to: what its copy in the frame starts with */
} Local;

/* The C function that is being written. */
typedef struct Routine {
        const char *name;
        Buf *code;
        unsigned indent;
        unsigned n_temps, n_labels, n_longs;
        Pool pools[_POOL_MAX];
        Label out;
        Label *fail;
        Loop *loops;
        bool counts_blocks;   /* each block takes its own actions (inside loops) */
        PtrMap local_map;     /* Var -> Local */
        VEC(Local *) locals;
        StrMap names;         /* C names that are taken */
        const Function *function; /* NULL: a handler */
        const Probe *probe;       /* whose saved values it sees: of those that share a handler the first */
        bool from_library;
        const char *line;     /* "script.stp:3" of the last statement */
} Routine;

typedef struct SharedHandler SharedHandler;

typedef struct Gen {
        Arena *arena;
        Diags *diags;
        const Program *program;
        Manifest *manifest;
        Usage *usage;
        Buf *out;
        Routine *routine;
        PtrMap function_names;  /* Function -> const char * */
        PtrMap global_names;    /* Var -> const char * */
        PtrMap frames;          /* Function, HandlerUse -> name of the frame's struct; none: no frame */
        PtrMap saved_of;        /* Function -> the return probe it was made for, when that saves values */
        PtrMap handler_names;   /* HandlerUse -> const char * */
        StrMap names;
        StrMap regexes;         /* pattern -> name of its table */
        StrMap symbols;         /* variable of the kernel -> name of its row */
        bool own_processes;     /* handlers ask whose process it is */
        bool captures;          /* matched() is used: expressions keep what they found */
        bool has_printf;        /* the macro STAP_PRINTF stands already */
        unsigned registers;     /* the most that one of them needs */
        StrMap formats;         /* what makes a format -> index + 1 */
        StrMap sights;          /* what a probe sees -> index + 1 of the manifest's */
        VEC(SharedHandler *) shared; /* shared.c: all handlers, before they are written */
        StrMap skeletons;       /* shared.c */
        unsigned n_shared;
        unsigned n_timed;       /* -t: probes of the script, which come first; 0: no timing */
        size_t first_report;    /* -t: from here on they are ours, that print the report */
        int error;              /* negative errno of the manifest's functions */
} Gen;

/* ------------------------------------------------------------------ gen.c: text, temporaries, pools */

#define text(g, ...) ((const char *) arena_printf((g)->arena, __VA_ARGS__))
/* One line of C, indented. */
void gen_line(Gen *g, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* A line that opens a block, and its end. */
void gen_open(Gen *g, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void gen_close(Gen *g, const char *tail);
/* Collects what is written between the two; the text is in the arena. */
typedef struct Capture {
        Buf buf, *outer;
} Capture;
void gen_capture(Gen *g, Capture *c);
const char *gen_captured(Gen *g, Capture *c);
void gen_text(Gen *g, const char *lines); /* as it is */

Value value_constant(const char *t);
Value value_temp(const char *t);
#define VALUE_ZERO value_constant("0LL")
#define VALUE_EMPTY value_constant("\"\"")

const char *gen_temp(Gen *g);                 /* a new C name */
unsigned gen_take(Gen *g, PoolKind k, unsigned n);
Mark gen_mark(Gen *g);
void gen_release(Gen *g, Mark m);
/* A string buffer of the frame. */
const char *gen_buffer(Gen *g);
/* Keeps a value from changing: a long in a temporary, a string in a buffer. */
Value gen_pin(Gen *g, Value v, Type type);
/* The same for a value whose text is used more than once, or is long. */
Value gen_simple(Gen *g, Value v, Type type);

Label gen_label(Gen *g, const char *name); /* with a number of its own */
void gen_jump(Gen *g, Label *l);
void gen_put_label(Gen *g, const Label *l); /* nothing when nobody jumps there */
/* Jumps to the fail label when an error is set; `place` (or NULL) is added to its message. */
void gen_check(Gen *g, const char *place);
void gen_fail_if(Gen *g, const char *condition, const char *place);

/* Takes actions; place: what MAXACTION is reported for, or NULL. */
void gen_action(Gen *g, unsigned n, const char *place);
/* The `{` that a body begins with, as a place. */
const char *gen_body_place(Gen *g, const Stmt *body);

/* "text" as a C literal. */
const char *gen_literal(Gen *g, const char *s);
/* C literal "operator '/' at script.stp:3:14": `what` is the kind of thing. */
const char *gen_place(Gen *g, const char *what, const char *name, Span span);
/* A C identifier made of prefix and name that nothing else in `names` has. */
const char *gen_name(Gen *g, StrMap *names, const char *prefix, const char *name);
Life life_max(Life a, Life b);

/* ------------------------------------------------------------------ variables */

/* The C lvalue of a scalar, or of a map or statistic. */
const char *gen_variable(Gen *g, const Var *v);
Life variable_life(const Var *v);

/* ------------------------------------------------------------------ expressions */

Value gen_expr(Gen *g, Expr *e);
/* Evaluated for its effects alone. */
void gen_effect(Gen *g, Expr *e);
/* A string put into the buffer `dst`, which no part of the expression may read. */
void gen_string_to(Gen *g, const char *dst, Expr *e);
/* n expressions (NULL: left out) in order, each pinned against those after it; then_effect: more follow. */
void gen_values(Gen *g, Expr *const *items, size_t n, bool then_effect, Value *ret);
/* The keys of an array element in an array of union stp_key; bit i of *ret_wild is set for a `*`. */
const char *gen_keys(Gen *g, const ExprVec *keys, bool then_effect, unsigned *ret_wild);

/* One per file; all have the same form but those that need to know whether the value is wanted. */
Value gen_binary(Gen *g, Expr *e);
Value gen_ternary(Gen *g, Expr *e);
Value gen_index(Gen *g, Expr *e);
Value gen_in(Gen *g, Expr *e);
Value gen_stat(Gen *g, Expr *e);
Value gen_context(Gen *g, Expr *e);
Value gen_load(Gen *g, Expr *e);
Value gen_store(Gen *g, Expr *e);
Value gen_embedded_expr(Gen *g, Expr *e);
Value gen_regex(Gen *g, Expr *e);
/* dst: where a string goes, when call_is_direct(); NULL: a buffer. */
Value gen_call(Gen *g, ExprCall *call, const char *dst, bool wanted);
/* saved.c: C of where value `index` of those that a return probe keeps stands (of all: how many slots
 * there are), and of the bytes that a string among them may take. */
#define DEFAULT_STRING_SLOTS 64 /* of a MAXSTRINGLEN that nobody has set */
const char *saved_slot(Gen *g, const Probe *p, size_t index);
const char *saved_size(Gen *g, const Expr *e);
/* A call of C that cannot fail: it may write its string straight into a variable. */
bool call_is_direct(Gen *g, const ExprCall *call);
Value gen_assign(Gen *g, ExprAssign *a, bool wanted);
Value gen_step(Gen *g, ExprStep *s, bool wanted);
Value gen_print(Gen *g, ExprPrint *p);
/* Histograms: print() of one, one bucket, a loop over the numbers of its buckets. */
Value gen_print_hist(Gen *g, ExprPrint *p);
Value gen_bucket(Gen *g, ExprIndex *x);
Value gen_in_hist(Gen *g, ExprIn *x);
void gen_foreach_bucket(Gen *g, StmtForeach *s);
void gen_sprint_to(Gen *g, const char *dst, ExprPrint *p);
/* a OP b as C text, for operators that cannot fail; a division is written as statements. */
Value gen_arithmetic(Gen *g, OperatorCode op, Value a, Value b, const Expr *divisor, Span op_span);

/* Name of the field that an argument of a format becomes; `nth` counts the arguments from 1. */
const char *field_name(Arena *a, Expr *e, unsigned nth);

/* ------------------------------------------------------------------ statements, routines, tables */

void gen_stmt(Gen *g, Stmt *s);
/* The statement as a block of its own (braces are the caller's). Inside loops it takes its own actions, and
 * `extra` with them; place: what MAXACTION is reported for, or NULL. */
void gen_block(Gen *g, Stmt *s, unsigned extra, const char *place);
void gen_while(Gen *g, StmtWhile *s);
void gen_for(Gen *g, StmtFor *s);
void gen_foreach(Gen *g, StmtForeach *s);
void gen_break(Gen *g);
void gen_continue(Gen *g);
/* What a loop puts around its body. */
typedef struct LoopState {
        Loop loop;
        bool counted;
} LoopState;
LoopState loop_enter(Gen *g);
void loop_leave(Gen *g, const LoopState *s);
/* The limit of a foreach as C: at least 0; "-1": there is none. */
const char *gen_limit(Gen *g, Expr *limit);
/* Closes the iterators of all open foreach loops: before a jump that leaves them. */
void gen_close_loops(Gen *g);
/* Actions that running the statement takes, without those inside its loops. */
unsigned stmt_cost(const Stmt *s);

/* What stands around a routine's code. */
typedef struct Shell {
        const char *head;    /* "static s64 f_x(struct stp_ctx *c, s64 l_n)" */
        const char *declare; /* a line at its start, or NULL */
        const char *result;  /* "return ret;" */
        bool recursive;
        const void *key;     /* Function or HandlerUse, for Gen.frames */
} Shell;
void routine_begin(Gen *g, Routine *r, const char *name);
/* Declares a C function's argument; string arguments that the body assigns to become frame memory. */
void routine_add_argument(Gen *g, const Var *v, const char *name, bool assigned);
/* Writes the frame's struct and the routine around the collected code. */
void routine_end(Gen *g, const Shell *s);

void gen_functions(Gen *g);  /* prototypes and definitions */
const char *function_name(Gen *g, const Function *f);
bool function_may_next(const Function *f);
void gen_embedded_function(Gen *g, const Function *f, const char *head);
void gen_embedded_blocks(Gen *g); /* those beside functions */
void gen_embedded_stmt(Gen *g, Stmt *s);
const char *handler_name(Gen *g, const HandlerUse *h);
void gen_handlers(Gen *g);
/* shared.c: a handler's C, to be written with all others by shared_write(), once for those that are
 * alike. */
void shared_add(Gen *g, const HandlerUse *use, const char *comment, const char *code);
void shared_write(Gen *g);
void gen_globals(Gen *g);      /* their memory */
void gen_global_table(Gen *g);
/* locks.c: by HandlerUse and ConditionUse, the C name of what it locks; none: nothing. */
PtrMap gen_locks(Gen *g);
#define HANDLER_HEAD "static STP_HANDLER void " /* before the name of a handler */
bool gen_only_in_target(Stmt *body); /* the handler does nothing when pid() != target() */
void gen_probe_table(Gen *g);  /* locks and rows */
void gen_symbol_table(Gen *g); /* variables of the kernel */
void gen_frame_needs(Gen *g);  /* the constant STP_FRAME_SIZE */
void gen_match_needs(Gen *g);  /* STP_MATCH_SIZE */
bool match_is_asked_for(const Program *p);
/* Adds the end probe that prints what nobody reads. */
void shown_add_probe(Program *p);

/* timing.c: -t. Each does nothing without. */
void timing_add_probes(Gen *g, Program *p);
bool timing_is_report(const Gen *g, size_t probe);
/* What the row of a probe names as its handler; NULL: its own. */
const char *timing_handler(Gen *g, size_t probe);
void gen_timing(Gen *g);        /* between the handlers and the tables */
void gen_timing_global(Gen *g); /* a row of globals */
