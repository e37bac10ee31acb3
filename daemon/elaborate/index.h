/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * The declarations of some files by name: the library has one index, a script's own files another. Made once
 * and then only read; what an elaboration finds out about a declaration it keeps by the declaration's id.
 */
#include "base/strmap.h"
#include "lang/ast.h"

/* What embedded C says of itself in comments. */
typedef enum {
        TAG_PURE = 1 << 0,    /* no effect: may be left out when its value is not used */
        TAG_GURU = 1 << 1,    /* only scripts with -g may call it */
        TAG_STRING = 1 << 2,  /* an expression whose value is a string */
        TAG_HEADERS = 1 << 3, /* needs the kernel's headers */
        TAG_REGS = 1 << 4,    /* looks at the hit's registers */
        TAG_NEXT = 1 << 5,    /* may fall through to the next overload */
        TAG_STABLE = 1 << 6, /* gives the same value all through a hit; pure, too */
        TAG_STACK = 1 << 7,  /* walks the kernel's stack from the hit on */
        TAG_WANTS = TAG_REGS | TAG_STACK,
} EmbeddedTag;

unsigned embedded_tags(const char *code);

typedef struct FunctionDecl {
        const Function *function;
        const File *file;
        unsigned id;               /* unique among the library's and the script's */
        unsigned tags;             /* EmbeddedTag of an embedded body */
        const char *deprecated;    /* what to use instead; NULL: it is not */
        bool uses_targets;         /* $variables or @entry in its own body */
        bool may_next;
        bool is_shadowed;          /* never reached, which has been said */
        VEC(const ExprCall *) calls; /* in its body */
} FunctionDecl;

typedef struct GlobalDecl {
        const Var *var;
        unsigned id;               /* likewise */
        const File *file;
} GlobalDecl;

/* One name of one alias. */
typedef struct AliasName {
        const AliasDecl *alias;
        const File *file;
        const ProbePoint *name;
        const char *text;          /* "syscall.write" */
} AliasName;

typedef VEC(FunctionDecl *) FunctionDeclVec;
typedef VEC(GlobalDecl *) GlobalDeclVec;
typedef VEC(AliasName *) AliasNameVec;

typedef struct Index {
        Arena *arena;
        StrMap functions;  /* name -> FunctionDeclVec */
        StrMap globals;    /* name -> GlobalDeclVec */
        StrMap aliases;    /* dotted text -> AliasNameVec */
        AliasNameVec alias_names; /* all, in order of declaration */
        unsigned n_functions, n_globals; /* ids given, those of `before` counted */
} Index;

/* Ids go on where those of `before` (or NULL) ended. */
void index_init(Index *x, Arena *a, const Index *before);
void index_add(Index *x, const File *f);
/* NULL: nothing of that name. */
const FunctionDeclVec *index_functions(const Index *x, const char *name);
const GlobalDeclVec *index_globals(const Index *x, const char *name);
const AliasNameVec *index_aliases(const Index *x, const char *text);

/* The library's, for the other files of pass 2. */
struct Library;
const Index *library_index(const struct Library *l);
typedef VEC(File *) FileVec;
const FileVec *library_files(const struct Library *l);
