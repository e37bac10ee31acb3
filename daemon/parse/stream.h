/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * The tokens of a file as the grammar sees them. They come through three layers, each with one question:
 *
 *     lexer.c       which characters make a token (and script arguments)
 *     macro.c       @define is taken out, @macro is replaced by its body
 *     preprocess.c  %( condition %? these %: or these %)
 *
 * Nothing is copied to expand a macro: a stack of frames says whose tokens come next.
 */
#include "base/strmap.h"
#include "parse/lexer.h"

typedef struct Macro {
        const char *name; /* with its @ */
        Span span;        /* of the name in the definition */
        bool has_params;  /* `@name(...)` */
        VEC(const char *) params; /* as the body writes them: "@a" */
        TokenVec body;
} Macro;

struct MacroLibrary {
        StrMap macros;
};

/* What is being read instead of the file: the body of a macro, or an argument inside one. */
typedef struct {
        const TokenVec *tokens;
        size_t pos;
        const Macro *macro;          /* NULL: an argument, whose macro is the frame below */
        TokenVec *args;              /* one for each parameter */
        const Expansion *expansion;
} Frame;

/* A `%( ... %?` whose branch is being read. */
typedef struct {
        Span span;   /* of the `%(` */
        bool in_else;
} Conditional;

typedef struct Stream {
        Arena *arena;
        Diags *diags;
        const ParseOptions *options;
        Lexer lexer;
        VEC(Frame) frames;
        VEC(Conditional) conditionals;
        StrMap macros;    /* of this file */
        Token unread;     /* one that comes again, when has_unread */
        bool has_unread;
        unsigned budget;  /* tokens that macros and arguments may still bring in */
} Stream;

void stream_init(Stream *s, Arena *a, Diags *d, SourceFile *source, const ParseOptions *o);
/* The next token; TOKEN_END for ever after the last one. */
void stream_next(Stream *s, Token *ret_token);
/* Nothing comes any more: what follows could not be believed, or nobody would read it. */
void stream_stop(Stream *s);

/* ------------------------------------------------------------------ between the layers */

/* macro.c: with macros expanded and definitions taken out. */
void macro_next(Stream *s, Token *ret_token);
/* expand.c: the next token as it stands, only a macro's parameters replaced. */
void frame_next(Stream *s, Token *ret_token);
/* expand.c: this token comes again. At most one. */
void frame_unread(Stream *s, const Token *t);
/* expand.c: puts the body of `m`, called at `call`, before what comes next; reads its arguments. Makes the
 * call a bad token and returns false when it cannot. */
bool macro_expand(Stream *s, const Macro *m, Token *call);
/* macro.c: reads what follows `@define`. False: *t is the token to go on with, a bad one. */
bool macro_define(Stream *s, Token *t);
/* The macro of this name, of the file or of the library; NULL: there is none. */
const Macro *macro_find(const Stream *s, const char *name);

/* condition.c: reads the condition up to its `%?`. False: *t is a bad token that says what is wrong. */
bool condition_read(Stream *s, Token *t, bool *ret_value);

/* Makes *t a bad token that says this. */
Fault *stream_fault(Stream *s, Token *t, DiagCode code, Span span, const char *fmt, ...)
                __attribute__((format(printf, 5, 6)));
