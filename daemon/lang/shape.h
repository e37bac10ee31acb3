/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * What each kind of node consists of, once: the walk and the copy both go by these tables, so that a new
 * kind, or a new child, is one row here. Fields stand in the order of the source.
 */
#include "lang/ast.h"

typedef enum {
        FIELD_END,
        FIELD_EXPR,    /* Expr *, may be NULL */
        FIELD_LITERAL, /* an Expr * that is part of the operator (a regex): copied, not visited */
        FIELD_EXPRS,   /* a vector of Expr *, which may be NULL */
        FIELD_STMT,    /* Stmt *, may be NULL */
        FIELD_STMTS,   /* a vector of Stmt * */
        FIELD_PATH,    /* a vector of Access, whose indices are expressions */
        FIELD_PLAIN,   /* a vector of pointers to what does not belong to the node */
        FIELD_SPAN,    /* a Span beside the node's own */
} FieldKind;

typedef struct {
        FieldKind kind;
        uint16_t offset;
} Field;

typedef struct {
        size_t size;
        Field fields[8]; /* FIELD_END after the last */
} NodeShape;

extern const NodeShape expr_shapes[_EXPR_KIND_MAX], stmt_shapes[_STMT_KIND_MAX];

/* All vectors of pointers look like this one. */
typedef VEC(void *) AnyVec;
typedef VEC(Access) AccessVec;

#define field_at(node, field, type) ((type *) ((char *) (node) + (field)->offset))
#define field_foreach(it, shape) for (const Field *it = (shape)->fields; it->kind != FIELD_END; it++)
