/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Constants. Arithmetic wraps as it does in a handler; what would be an error there (division by zero) is
 * left for it to raise. Strings are compared by value; putting literals together stops below the smallest
 * string length that a script can be compiled with, since longer ones are cut at run time.
 */
#include "elaborate/fold.h"
#include "lang/walk.h"

#define FOLD_MAX_STRING 63 /* bytes */

/* ------------------------------------------------------------------ numbers */

static bool shift_or_divide(OperatorCode op, int64_t a, int64_t b, int64_t *ret) {
        switch (op) {
        case OP_DIV:
                *ret = b == 0 ? 0 : b == -1 ? (int64_t) (0 - (uint64_t) a) : a / b;
                return b != 0;
        case OP_MOD:
                *ret = b == 0 || b == -1 ? 0 : a % b;
                return b != 0;
        case OP_SHL:
                *ret = (int64_t) ((uint64_t) a << (b & 63));
                return true;
        case OP_SHR:
                *ret = a >> (b & 63);
                return true;
        case OP_USHR:
                *ret = (int64_t) ((uint64_t) a >> (b & 63));
                return true;
        default:
                return false;
        }
}

static bool binary_constant(OperatorCode op, int64_t a, int64_t b, int64_t *ret) {
        uint64_t x = (uint64_t) a, y = (uint64_t) b;
        switch (op) {
#define CASE(op, value)                         \
        case op:                                \
                *ret = (int64_t) (value);       \
                return true
        CASE(OP_ADD, x + y);
        CASE(OP_SUB, x - y);
        CASE(OP_MUL, x * y);
        CASE(OP_AND, x & y);
        CASE(OP_OR, x | y);
        CASE(OP_XOR, x ^ y);
        CASE(OP_LAND, a && b);
        CASE(OP_LOR, a || b);
        CASE(OP_EQ, a == b);
        CASE(OP_NE, a != b);
        CASE(OP_LT, a < b);
        CASE(OP_GT, a > b);
        CASE(OP_LE, a <= b);
        CASE(OP_GE, a >= b);
#undef CASE
        default:
                return shift_or_divide(op, a, b, ret);
        }
}

static bool unary_constant(OperatorCode op, int64_t a, int64_t *ret) {
        switch (op) {
        case OP_NEG:
                *ret = (int64_t) (0 - (uint64_t) a);
                return true;
        case OP_PLUS:
                *ret = a;
                return true;
        case OP_NOT:
                *ret = !a;
                return true;
        case OP_BITNOT:
                *ret = ~a;
                return true;
        default:
                return false;
        }
}

/* && and || are settled by their left side alone when it says so. */
static bool logical_constant(const ExprBinary *b, int64_t *ret) {
        int64_t left, right;
        if (!expr_constant(b->left, &left))
                return false;
        if ((left != 0) == (b->op == OP_LOR)) {
                *ret = left != 0;
                return true;
        }
        if (!expr_constant(b->right, &right))
                return false;
        *ret = right != 0;
        return true;
}

static bool compare_strings(const ExprBinary *b, int64_t *ret) {
        ExprString *left = expr_as(String, b->left), *right = expr_as(String, b->right);
        return left && right && b->op >= OP_EQ && b->op <= OP_GE
               && binary_constant(b->op, strcmp(left->value, right->value), 0, ret);
}

bool expr_constant(const Expr *x, int64_t *ret) {
        if (x->type == TYPE_POISON)
                return false;
        const ExprUnary *u = expr_as(Unary, (Expr *) x);
        const ExprBinary *b = expr_as(Binary, (Expr *) x);
        const ExprNumber *n = expr_as(Number, (Expr *) x);
        int64_t left, right;
        if (n) {
                *ret = n->value;
                return true;
        }
        if (u)
                return expr_constant(u->operand, &left) && unary_constant(u->op, left, ret);
        if (!b)
                return false;
        if (b->op == OP_LAND || b->op == OP_LOR)
                return logical_constant(b, ret);
        if (compare_strings(b, ret))
                return true;
        return expr_constant(b->left, &left) && expr_constant(b->right, &right)
               && binary_constant(b->op, left, right, ret);
}

/* ------------------------------------------------------------------ the pass */

typedef struct {
        Visitor visitor;
        Elab *e;
} Fold;

/* "a" . "b" */
static Expr *join_literals(Elab *e, Span span, Expr *x, Expr *y) {
        ExprString *left = expr_as(String, x), *right = expr_as(String, y);
        if (!left || !right || strlen(left->value) + strlen(right->value) > FOLD_MAX_STRING)
                return NULL;
        return make_string(e, span, arena_printf(e->arena, "%s%s", left->value, right->value));
}

static ExprBinary *as_concat(Expr *x) {
        ExprBinary *b = expr_as(Binary, x);
        return b && b->op == OP_CONCAT ? b : NULL;
}

static Expr *make_concat(Elab *e, Span span, Expr *left, Expr *right) {
        Expr *joined = join_literals(e, span, left, right);
        ExprBinary *inner = as_concat(left);
        if (!joined && inner)
                joined = join_literals(e, span, inner->right, right);
        else if (joined)
                return joined;
        Expr *both = joined ? make_binary(e, span, OP_CONCAT, inner->left, joined)
                            : make_binary(e, span, OP_CONCAT, left, right);
        both->type = TYPE_STRING;
        return both;
}

/* Puts the parts of `x` behind `left`: all of them, one by one, so that a string is put together in one
 * place. */
static Expr *append_parts(Elab *e, Span span, Expr *left, Expr *x) {
        ExprBinary *b = as_concat(x);
        if (!b)
                return make_concat(e, span, left, x);
        return make_concat(e, span, append_parts(e, span, left, b->left), b->right);
}

/* a . ("b" . "c" . d) is (a . "bc") . d: what is cut at the end is cut at the same byte. NULL: nothing to
 * do. */
static Expr *fold_concat(Elab *e, ExprBinary *b) {
        if (b->op != OP_CONCAT)
                return NULL;
        ExprBinary *left = as_concat(b->left);
        bool joins = b->right->kind == EXPR_STRING &&
                     (b->left->kind == EXPR_STRING || (left && left->right->kind == EXPR_STRING));
        return as_concat(b->right) || joins ? append_parts(e, b->base.span, b->left, b->right) : NULL;
}

/* 1 && e and 0 || e: whether e is not 0. Constants that settle it alone were folded already. */
static Expr *fold_logical(Elab *e, ExprBinary *b) {
        int64_t left;
        if ((b->op != OP_LAND && b->op != OP_LOR) || !expr_constant(b->left, &left))
                return NULL;
        return make_binary(e, b->base.span, OP_NE, b->right, make_number(e, b->base.span, 0));
}

static void fold_expr(Visitor *v, Expr **x) {
        Elab *e = ((Fold *) v)->e;
        ExprTernary *t = expr_as(Ternary, *x);
        ExprBinary *b = expr_as(Binary, *x);
        int64_t value;
        if (t && expr_constant(t->condition, &value)) {
                *x = value ? t->yes : t->no;
                return;
        }
        if (!b && (*x)->kind != EXPR_UNARY)
                return;
        Expr *folded = b ? fold_concat(e, b) : NULL;
        if (!folded && expr_constant(*x, &value))
                folded = make_number(e, (*x)->span, value);
        if (!folded && b)
                folded = fold_logical(e, b);
        if (!folded)
                return;
        folded->ctype = (*x)->ctype;
        *x = folded;
}

static Stmt *empty(Elab *e, Span span) {
        return &stmt_new(e->arena, Empty, span)->base;
}

static void fold_stmt(Visitor *v, Stmt **s) {
        Elab *e = ((Fold *) v)->e;
        StmtIf *i = stmt_as(If, *s);
        StmtWhile *w = stmt_as(While, *s);
        int64_t value;
        if (i && expr_constant(i->condition, &value))
                *s = (value ? i->yes : i->no) ?: empty(e, (*s)->span);
        else if (w && expr_constant(w->condition, &value) && value == 0)
                *s = empty(e, (*s)->span);
}

void pass_fold(Elab *e) {
        if (!e->options->optimize)
                return;
        Fold f = { .visitor = { .expr_post = fold_expr, .stmt_post = fold_stmt }, .e = e };
        vec_foreach(it, &e->units) {
                walk_stmt(&f.visitor, &(*it)->body);
                walk_expr(&f.visitor, &(*it)->condition);
                vec_foreach(saved, &(*it)->saved)
                        walk_expr(&f.visitor, saved);
        }
}
