/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * The tree of one script, as pass 1 makes it and pass 2 finishes it. No pass lives here.
 *
 * Every node starts with its kind and its span; expr_as()/stmt_as() style downcasts are the macros at the
 * end. Pass 1 fills what stands under "parse"; pass 2 what stands under "elaborate". Names are interned in
 * the compilation's arena, so that equal names are equal pointers.
 */
#include <stdbool.h>
#include "diag/source.h"
#include "lang/type.h"

typedef struct Expr Expr;
typedef struct Stmt Stmt;
typedef struct Var Var;
typedef struct Function Function;
typedef struct Probe Probe;
typedef VEC(Expr *) ExprVec;
typedef VEC(Stmt *) StmtVec;

/* ------------------------------------------------------------------ expressions */

#define EXPR_KINDS(X)                                                                                    \
        X(NUMBER, Number)         /* 42 */                                                               \
        X(STRING, String)         /* "text" */                                                           \
        X(NAME, Name)             /* x; a local, a global or a parameter */                              \
        X(INDEX, Index)           /* a[k1, k2]; a key may be NULL for `*` (in, delete) */                \
        X(CALL, Call)             /* f(x) */                                                             \
        X(UNARY, Unary)           /* - + ! ~ */                                                          \
        X(STEP, Step)             /* x++ ++x x-- --x */                                                  \
        X(BINARY, Binary)         /* arithmetic, comparison, && ||, `.` */                               \
        X(ASSIGN, Assign)         /* x = e, x += e, x <<< e ... */                                       \
        X(TERNARY, Ternary)       /* c ? a : b */                                                        \
        X(IN, In)                 /* [k1, k2] in a */                                                    \
        X(REGEX, Regex)           /* s =~ "re", s !~ "re" */                                             \
        X(PRINT, Print)           /* the print and sprint families */                                    \
        X(STAT, Stat)             /* @count(a) ... @variance(a, s) */                                    \
        X(HIST, Hist)             /* @hist_log(a), @hist_linear(a, lo, hi, step) */                      \
        X(TARGET, Target)         /* $x->f[i]$, @var(..)->f, @cast(..)->f, and -> on any expression */   \
        X(DEFINED, Defined)       /* @defined(e); elaborate folds it */                                  \
        X(ENTRY, Entry)           /* @entry(e); elaborate makes it a SAVED */                            \
        X(OPERATOR, Operator)     /* @probewrite @const @enum @enumname @perf @kregister ... by name */  \
        X(EMBEDDED, Embedded)     /* %{ C %} as an expression */                                         \
        /* only pass 2 makes these: what target variables and operators come down to */                  \
        X(CONTEXT, Context)       /* a value that the probe's hit offers: argument n, the result ... */  \
        X(LOAD, Load)             /* size bytes at an address, fault-safe, sign-extended when signed */  \
        X(STORE, Store)           /* guru: the same, written; its value is what was written */

typedef enum ExprKind {
#define X(kind, type) EXPR_##kind,
        EXPR_KINDS(X)
#undef X
        _EXPR_KIND_MAX,
} ExprKind;

struct Expr {
        ExprKind kind;
        Span span;
        Type type; /* elaborate; TYPE_UNKNOWN before, except for literals */
        /* elaborate: the C type that a long stands for, when it is known (autocast): a debuginfo TypeRef */
        const struct TypeRef *ctype;
};

typedef struct {
        Expr base;
        int64_t value;
} ExprNumber;

typedef struct {
        Expr base;
        const char *value; /* escapes done; ends at its first NUL, like a C string */
} ExprString;

typedef struct {
        Expr base;
        const char *name;
        Var *var; /* elaborate */
} ExprName;

typedef struct {
        Expr base;
        Expr *array;  /* EXPR_NAME; EXPR_HIST for a bucket */
        ExprVec keys; /* NULL: `*` */
} ExprIndex;

typedef struct {
        Expr base;
        const char *name;
        Span name_span;
        ExprVec args;
        /* elaborate: the overloads to try in order, those that may `next` into the following one; [0] is
         * the function when there is one. All have the same type. */
        VEC(Function *) targets;
} ExprCall;

typedef enum {
        OP_NEG, OP_PLUS, OP_NOT, OP_BITNOT, /* unary */
        OP_ADD, OP_SUB, OP_MUL, OP_DIV, OP_MOD,
        OP_SHL, OP_SHR, OP_USHR, /* << >> >>> */
        OP_AND, OP_OR, OP_XOR,
        OP_LAND, OP_LOR,
        OP_EQ, OP_NE, OP_LT, OP_GT, OP_LE, OP_GE,
        OP_CONCAT,
        OP_STAT_ADD, /* <<<, only in ExprAssign */
        OP_NONE,     /* plain `=` in ExprAssign */
        _OP_MAX,
} OperatorCode;

/* "+", "<<<", ... as written. */
const char *operator_text(OperatorCode op);

typedef struct {
        Expr base;
        OperatorCode op;
        Expr *operand;
} ExprUnary;

typedef struct {
        Expr base;
        Expr *operand;
        bool increment, prefix;
} ExprStep;

typedef struct {
        Expr base;
        OperatorCode op;
        Span op_span;
        Expr *left, *right;
} ExprBinary;

typedef struct {
        Expr base;
        OperatorCode op; /* OP_NONE for `=`; OP_ADD for `+=` ...; OP_STAT_ADD for `<<<` */
        Span op_span;
        Expr *target, *value;
} ExprAssign;

typedef struct {
        Expr base;
        Expr *condition, *yes, *no;
} ExprTernary;

typedef struct {
        Expr base;
        ExprVec keys; /* NULL: `*` */
        Expr *array;  /* EXPR_NAME */
} ExprIn;

typedef struct {
        Expr base;
        Expr *subject;
        ExprString *pattern;
        bool negated; /* !~ */
        Span op_span;
} ExprRegex;

typedef struct {
        Expr base;
        const char *name;       /* "printf", "sprintdln" ... as written */
        bool to_string;         /* s-variants: the value is the text */
        bool newline;           /* ...ln */
        bool delimited;         /* ...d: args are put together with `delimiter` */
        bool formatted;         /* ...f */
        const char *format;     /* formatted: the literal, escapes done */
        Span format_span;
        const char *delimiter;
        ExprVec args;           /* one may be EXPR_HIST for print() */
        /* elaborate: the checked, normalised format that covers also the unformatted ones, as
         * runtime/format.h has it */
        const char *final_format;
        /* translate: the global that it shows at exit, or NULL */
        const struct Var *shown;
} ExprPrint;

typedef enum { STAT_COUNT, STAT_SUM, STAT_MIN, STAT_MAX, STAT_AVG, STAT_VARIANCE, _STAT_OP_MAX } StatOp;
const char *stat_op_name(StatOp op); /* "@count" ... */

typedef struct {
        Expr base;
        StatOp op;
        Expr *stat;  /* EXPR_NAME or EXPR_INDEX */
        Expr *param; /* @variance's bit shift, or NULL */
} ExprStat;

typedef struct {
        Expr base;
        bool linear;
        Expr *stat;
        int64_t low, high, step; /* linear */
} ExprHist;

/* One step of a target variable's access chain. */
typedef enum { ACCESS_MEMBER, ACCESS_INDEX, ACCESS_PRETTY } AccessKind;
typedef struct {
        AccessKind kind;
        Span span;
        const char *member; /* MEMBER; "" is never */
        Expr *index;        /* INDEX */
        unsigned depth;     /* PRETTY: 1 for `$`, 2 for `$$` */
} Access;

typedef enum {
        TARGET_VAR,  /* $name, also $$parms $$vars $$locals $$return $$name ... */
        TARGET_AT_VAR, /* @var("name@cu", "module") */
        TARGET_CAST, /* @cast(expr, "type", "module") */
        TARGET_EXPR, /* any expression with ->f or [i] after it: autocast */
} TargetKind;

typedef struct {
        Expr base;
        TargetKind target;
        const char *name;   /* VAR: with its dollars; AT_VAR: the first argument; CAST: the type */
        const char *module; /* AT_VAR, CAST: or NULL */
        Expr *value;        /* CAST, EXPR */
        VEC(Access) path;
        bool address_of;    /* &$x->f */
} ExprTarget;

typedef struct {
        Expr base;
        Expr *operand;
} ExprDefined;

typedef struct {
        Expr base;
        Expr *operand;
} ExprEntry;

typedef struct {
        Expr base;
        const char *name; /* with its @ */
        ExprVec args;
} ExprOperator;

typedef struct {
        Expr base;
        const char *code;
        Span code_span;
} ExprEmbedded;

typedef enum {
        CONTEXT_ARG,       /* function argument `index` (from 0), as the calling convention has it; 64 bits */
        CONTEXT_RETURN,    /* the function's return value, 64 bits */
        CONTEXT_TRACE_ARG, /* tracepoint argument `index` (from 0, without the private data), 64 bits */
        CONTEXT_SYSCALL_ARG, /* system call argument `index` (from 0), 64 bits */
        CONTEXT_SAVED,     /* what the entry handler kept in slot `index` for this return */
        CONTEXT_REGS,      /* the address of the hit's struct pt_regs, or 0 */
        CONTEXT_SYMBOL,    /* the address of a variable of the kernel, `symbol` in its symbol table */
} ContextSource;

typedef struct {
        Expr base;
        ContextSource source;
        unsigned index;
        unsigned size;  /* bytes of it that count (1, 2, 4, 8) */
        bool is_signed;
        const char *symbol;
        bool per_cpu;   /* SYMBOL: of the CPU that we are on */
        const char *origin; /* as in ExprLoad */
} ExprContext;

typedef enum { SPACE_KERNEL, SPACE_USER } AddressSpace;

typedef struct {
        Expr base;
        Expr *address;
        unsigned size; /* 1, 2, 4, 8 */
        bool is_signed;
        AddressSpace space;
        const char *origin; /* what of the script it is a part of, interned: "$file->f_flags"; or NULL */
} ExprLoad;

typedef struct {
        Expr base;
        Expr *address, *value; /* address: or an EXPR_CONTEXT that can be written, an argument or the result */
        unsigned size;
        AddressSpace space;
        const char *origin;    /* as in ExprLoad */
} ExprStore;

/* ------------------------------------------------------------------ statements */

#define STMT_KINDS(X)                                                                   \
        X(BLOCK, Block) X(EMPTY, Empty) X(EXPR, Expr) X(IF, If) X(WHILE, While)         \
        X(FOR, For) X(FOREACH, Foreach) X(BREAK, Break) X(CONTINUE, Continue)           \
        X(RETURN, Return) X(NEXT, Next) X(DELETE, Delete) X(TRY, Try) X(EMBEDDED, Embedded)

typedef enum StmtKind {
#define X(kind, type) STMT_##kind,
        STMT_KINDS(X)
#undef X
        _STMT_KIND_MAX,
} StmtKind;

struct Stmt {
        StmtKind kind;
        Span span;
};

typedef struct { Stmt base; StmtVec body; } StmtBlock;
typedef struct { Stmt base; } StmtEmpty;
typedef struct { Stmt base; Expr *expr; } StmtExpr;
typedef struct { Stmt base; Expr *condition; Stmt *yes, *no; /* may be NULL */ } StmtIf;
typedef struct { Stmt base; Expr *condition; Stmt *body; } StmtWhile;
typedef struct { Stmt base; Expr *init, *condition, *step; /* each may be NULL */ Stmt *body; } StmtFor;

#define FOREACH_SORT_VALUE (-1)
typedef struct {
        Stmt base;
        VEC(ExprName *) keys;    /* the loop variables */
        ExprName *value;         /* `v = [k1, k2] in a`, or NULL */
        Expr *array;             /* EXPR_NAME, or EXPR_HIST */
        ExprVec slice;           /* a[x, *]: empty when there is none; NULL: `*` */
        int sort_direction;      /* 0, 1 ascending, -1 descending */
        int sort_column;         /* index of the key, or FOREACH_SORT_VALUE */
        StatOp sort_stat;        /* FOREACH_SORT_VALUE over statistics: which (default count) */
        bool sort_has_stat;      /* written as `a @sum-` */
        Expr *limit;             /* or NULL */
        Stmt *body;
} StmtForeach;

typedef struct { Stmt base; } StmtBreak;
typedef struct { Stmt base; } StmtContinue;
typedef struct { Stmt base; Expr *value; /* or NULL */ } StmtReturn;
typedef struct { Stmt base; } StmtNext;
typedef struct { Stmt base; Expr *target; /* EXPR_NAME, or EXPR_INDEX with NULL keys for `*` */ } StmtDelete;
typedef struct { Stmt base; Stmt *body; ExprName *variable; /* or NULL */ Stmt *handler; } StmtTry;
typedef struct { Stmt base; const char *code; Span code_span; } StmtEmbedded;

/* ------------------------------------------------------------------ declarations */

typedef enum { VAR_LOCAL, VAR_PARAMETER, VAR_GLOBAL } VarKind;

/* A variable: declared by `global` or a parameter list; locals appear in pass 2. */
struct Var {
        VarKind kind;
        const char *name;
        Span span;
        Type type;              /* a scalar's type, or an array's value type */
        bool is_private;
        bool is_array;          /* parse: `[..]` was written; elaborate: it has keys */
        bool wraps;             /* `%`: the oldest element makes room */
        Expr *init;             /* globals: a literal, or NULL */
        Expr *size_expr;        /* globals: what stands in `[...]`, or NULL */
        /* elaborate */
        int64_t size;           /* array: most elements; 0: MAXMAPENTRIES */
        VEC(Type) keys;         /* array: types of its keys */
        unsigned stat_ops;      /* statistics: 1 << StatOp of every extractor used */
        VEC(ExprHist *) hists;  /* statistics: the histograms asked for (one of each shape) */
        bool is_read, is_written;
        const struct TypeRef *ctype; /* autocast, or NULL */
        unsigned id;            /* unique within its owner (program or function or probe) */
};

typedef VEC(Var *) VarVec;

/* A global that embedded C says it uses: pragma:read:x, pragma:write:x. */
typedef struct {
        Var *var;
        bool reads, writes;
} EmbeddedGlobal;

struct Function {
        const char *name;
        Span span, name_span;
        bool is_private, from_library;
        Type result;            /* TYPE_UNKNOWN when not written */
        VarVec params;
        int64_t priority;       /* 0 when not written */
        bool has_priority;
        Stmt *body;             /* NULL: `embedded` holds its C */
        const char *embedded;
        Span embedded_span;
        SourceFile *file;
        unsigned order;         /* of declaration */
        /* elaborate */
        VarVec locals;          /* without params */
        bool is_recursive;
        bool may_next;          /* has `next` and falls through to the next overload */
        VEC(EmbeddedGlobal) globals; /* embedded: STAP_GLOBAL_GET_x, STAP_GLOBAL_SET_x */
        unsigned id;
};

/* A component of a probe point: name(arg); a name may hold `*`, and be `**` as a whole. */
typedef struct {
        const char *name;
        Expr *arg; /* a literal, or NULL */
        Span span;
} ProbeComponent;

typedef struct ProbePoint {
        VEC(ProbeComponent) components;
        Span span;
        bool optional;    /* ? */
        bool sufficient;  /* ! */
        Expr *condition;  /* if (...), or NULL */
} ProbePoint;

typedef VEC(ProbePoint *) ProbePointVec;

/* "kernel.function(\"vfs_read\").return", as the user would write it; without ?, ! and if (...). */
const char *probe_point_text(Arena *a, const ProbePoint *p);

typedef struct {
        Span span;
        ProbePointVec points;
        Stmt *body;
        SourceFile *file;
        bool from_library;
} ProbeDecl;

typedef struct {
        Span span;
        VEC(ProbePoint *) names;  /* a = b = pp: each name is a chain of components */
        bool epilogue_only;       /* += */
        ProbePointVec points;
        Stmt *prologue, *epilogue; /* NULL: there is none */
        SourceFile *file;
        bool from_library;
} AliasDecl;

typedef struct {
        const char *code;
        Span span;
} EmbeddedDecl;

/* What pass 1 makes of one file. */
typedef struct {
        SourceFile *source;
        bool is_library; /* a tapset of ours: guru, and `private` by file */
        bool is_tapset;  /* one of the user's, -I: what the script uses of it counts; else as if the script had it */
        VEC(Var *) globals;
        VEC(Function *) functions;
        VEC(ProbeDecl *) probes;
        VEC(AliasDecl *) aliases;
        VEC(EmbeddedDecl *) embedded;
} File;

/* ------------------------------------------------------------------ downcasts */

/* expr_as(Binary, e): NULL when e is of another kind. */
#define X(KIND, type)                                                   \
        static inline Expr##type *expr_as_##type(Expr *e) {             \
                return e && e->kind == EXPR_##KIND ? (Expr##type *) e : NULL; \
        }
EXPR_KINDS(X)
#undef X
#define expr_as(type, e) expr_as_##type(e)

#define X(KIND, type)                                                   \
        static inline Stmt##type *stmt_as_##type(Stmt *s) {             \
                return s && s->kind == STMT_##KIND ? (Stmt##type *) s : NULL; \
        }
STMT_KINDS(X)
#undef X
#define stmt_as(type, s) stmt_as_##type(s)

/* Makes a node: expr_new(arena, Binary, span) sets its kind and span. */
#define X(KIND, type)                                                           \
        static inline Expr##type *expr_new_##type(Arena *a, Span span) {        \
                Expr##type *e = arena_new0(a, Expr##type);                      \
                e->base.kind = EXPR_##KIND;                                     \
                e->base.span = span;                                            \
                return e;                                                       \
        }
EXPR_KINDS(X)
#undef X
#define expr_new(a, type, span) expr_new_##type((a), (span))

#define X(KIND, type)                                                           \
        static inline Stmt##type *stmt_new_##type(Arena *a, Span span) {        \
                Stmt##type *s = arena_new0(a, Stmt##type);                      \
                s->base.kind = STMT_##KIND;                                     \
                s->base.span = span;                                            \
                return s;                                                       \
        }
STMT_KINDS(X)
#undef X
#define stmt_new(a, type, span) stmt_new_##type((a), (span))
