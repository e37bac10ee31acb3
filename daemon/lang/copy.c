/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Deep copies. A node is copied as bytes, then each field that owns something is replaced by a copy of it.
 * Vectors always get storage of their own: two nodes that share one would push over each other's items.
 */
#include "lang/shape.h"
#include "lang/walk.h"

typedef struct {
        Arena *arena;
        const Expansion *why;  /* or NULL */
        const Expansion *seen, *made; /* the last chain that was lengthened: neighbours share theirs */
} Copier;

static Expr *copy_expr(Copier *c, const Expr *e);
static Stmt *copy_stmt(Copier *c, const Stmt *s);

/* `chain` with the copy's reason as its outermost link. */
static const Expansion *lengthen(Copier *c, const Expansion *chain) {
        if (!chain)
                return c->why;
        if (chain == c->seen)
                return c->made;
        Expansion *copy = arena_new0(c->arena, Expansion);
        *copy = *chain;
        copy->from.expansion = lengthen(c, chain->from.expansion);
        c->seen = chain;
        return c->made = copy;
}

static void relocate(Copier *c, Span *span) {
        if (c->why && span->file)
                span->expansion = lengthen(c, span->expansion);
}

static void copy_items(Copier *c, void *vec, size_t size) {
        AnyVec *v = vec;
        void *items = arena_alloc_array(c->arena, size, v->n);
        if (v->n)
                memcpy(items, v->items, size * v->n);
        v->items = items;
        v->cap = v->n;
}

static void copy_path(Copier *c, AccessVec *path) {
        copy_items(c, path, sizeof(Access));
        vec_foreach(access, path) {
                relocate(c, &access->span);
                access->index = copy_expr(c, access->index);
        }
}

static void copy_field(Copier *c, void *node, const Field *f) {
        switch (f->kind) {
        case FIELD_EXPR:
        case FIELD_LITERAL:
                *field_at(node, f, Expr *) = copy_expr(c, *field_at(node, f, Expr *));
                break;
        case FIELD_EXPRS:
                copy_items(c, field_at(node, f, ExprVec), sizeof(Expr *));
                vec_foreach(e, field_at(node, f, ExprVec))
                        *e = copy_expr(c, *e);
                break;
        case FIELD_STMT:
                *field_at(node, f, Stmt *) = copy_stmt(c, *field_at(node, f, Stmt *));
                break;
        case FIELD_STMTS:
                copy_items(c, field_at(node, f, StmtVec), sizeof(Stmt *));
                vec_foreach(s, field_at(node, f, StmtVec))
                        *s = copy_stmt(c, *s);
                break;
        case FIELD_PATH:
                copy_path(c, field_at(node, f, AccessVec));
                break;
        case FIELD_PLAIN:
                copy_items(c, field_at(node, f, AnyVec), sizeof(void *));
                break;
        case FIELD_SPAN:
                relocate(c, field_at(node, f, Span));
                break;
        case FIELD_END:
                break;
        }
}

static void *copy_node(Copier *c, const void *node, const NodeShape *shape) {
        void *copy = arena_alloc(c->arena, shape->size);
        memcpy(copy, node, shape->size);
        field_foreach(f, shape)
                copy_field(c, copy, f);
        return copy;
}

static Expr *copy_expr(Copier *c, const Expr *e) {
        if (!e)
                return NULL;
        Expr *copy = copy_node(c, e, &expr_shapes[e->kind]);
        relocate(c, &copy->span);
        return copy;
}

static Stmt *copy_stmt(Copier *c, const Stmt *s) {
        if (!s)
                return NULL;
        Stmt *copy = copy_node(c, s, &stmt_shapes[s->kind]);
        relocate(c, &copy->span);
        return copy;
}

Expr *expr_copy(Arena *a, const Expr *e) {
        return copy_expr(&(Copier) { .arena = a }, e);
}

Stmt *stmt_copy(Arena *a, const Stmt *s) {
        return copy_stmt(&(Copier) { .arena = a }, s);
}

Expr *expr_copy_expanded(Arena *a, const Expr *e, const Expansion *why) {
        return copy_expr(&(Copier) { .arena = a, .why = why }, e);
}

Stmt *stmt_copy_expanded(Arena *a, const Stmt *s, const Expansion *why) {
        return copy_stmt(&(Copier) { .arena = a, .why = why }, s);
}
