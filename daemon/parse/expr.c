/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Expressions, by binding power (Pratt, "Top down operator precedence", 1973). The table has one row for
 * each token that can stand between two operands: how tightly it binds, to which side it leans, and what
 * node it makes. What stands before an operand is in the table below it.
 */
#include "parse/parser.h"

/* From loose to tight. */
typedef enum {
        BIND_NONE,
        BIND_ASSIGN, /* = += ... <<<, to the right */
        BIND_TERNARY, /* to the right */
        BIND_LOR,
        BIND_LAND,
        BIND_OR,
        BIND_XOR,
        BIND_AND,
        BIND_IN,
        BIND_COMPARE, /* all of them, =~ and !~ too */
        BIND_SHIFT,
        BIND_CONCAT,
        BIND_SUM,
        BIND_PRODUCT,
        BIND_UNARY,
} Binding;

typedef struct Infix Infix;
struct Infix {
        Binding binding;
        OperatorCode op;
        /* `op_span` has been taken, what follows it not. */
        Expr *(*make)(Parser *p, Expr *left, const Infix *infix, Span op_span);
};

static Expr *parse_bound(Parser *p, Binding least);

/* `1.5` would be two strings put together, if numbers were strings. */
static void check_fraction(Parser *p, const ExprBinary *e) {
        Span dot = e->op_span;
        const char *at = dot.file ? dot.file->text + dot.offset : NULL;
        bool together = at && dot.offset > 0 && is_digit(at[-1]) && is_digit(at[1]);
        if (e->op == OP_CONCAT && together && expr_as(Number, e->right))
                parser_report(p, DIAG_E0128, expr_as(Number, e->left) ? e->base.span : dot,
                              "the language has no floating point numbers");
}

/* left OP right, where `right` binds tighter. */
static Expr *make_binary(Parser *p, Expr *left, const Infix *infix, Span op_span) {
        Expr *right = parse_bound(p, infix->binding + 1);
        ExprBinary *e = expr_new(p->arena, Binary, parser_span_from(p, left->span));
        e->op = infix->op;
        e->op_span = op_span;
        e->left = left;
        e->right = right;
        check_fraction(p, e);
        return &e->base;
}

static bool is_assignable(const Expr *e) {
        switch (e->kind) {
        case EXPR_NAME:
        case EXPR_INDEX:
                return true;
        case EXPR_TARGET:
                return !((const ExprTarget *) e)->address_of;
        case EXPR_OPERATOR:
                return true; /* @kregister and its like: elaborate says which */
        default:
                return false;
        }
}

static void check_assignable(Parser *p, const Expr *e, const char *what, const char *hint) {
        if (is_assignable(e))
                return;
        Diag *d = parser_report(p, DIAG_E0123, e->span,
                                "%s needs a variable, an array element or a target variable", what);
        if (d && hint)
                diag_hint(p->diags, d, "%s", hint);
}

/* target (`=` | `+=` | ... | `<<<`) value */
static Expr *make_assign(Parser *p, Expr *left, const Infix *infix, Span op_span) {
        check_assignable(p, left, "an assignment", infix->op == OP_NONE ? "`==` compares" : NULL);
        Expr *right = parse_bound(p, infix->binding);
        ExprAssign *e = expr_new(p->arena, Assign, parser_span_from(p, left->span));
        e->op = infix->op;
        e->op_span = op_span;
        e->target = left;
        e->value = right;
        return &e->base;
}

/* condition `?` expression `:` expression */
static Expr *make_ternary(Parser *p, Expr *left, const Infix *infix, Span op_span) {
        Expr *yes = parse_bound(p, BIND_ASSIGN);
        parser_expect(p, TOKEN_COLON, "of `?`");
        Expr *no = parse_bound(p, BIND_TERNARY);
        ExprTernary *e = expr_new(p->arena, Ternary, parser_span_from(p, left->span));
        e->condition = left;
        e->yes = yes;
        e->no = no;
        return &e->base;
}

/* key `in` array */
static Expr *make_in(Parser *p, Expr *left, const Infix *infix, Span op_span) {
        Expr *array = parse_array(p);
        ExprIn *e = expr_new(p->arena, In, parser_span_from(p, left->span));
        vec_push(p->arena, &e->keys, left);
        e->array = array;
        return &e->base;
}

/* subject (`=~` | `!~`) string */
static Expr *make_regex(Parser *p, Expr *left, const Infix *infix, Span op_span) {
        Span span = parser_peek(p)->span;
        const char *text = parser_expect_string(p, "a regular expression as a string literal", &span);
        ExprRegex *e = expr_new(p->arena, Regex, parser_span_from(p, left->span));
        e->subject = left;
        e->pattern = expr_new(p->arena, String, span);
        e->pattern->base.type = TYPE_STRING;
        e->pattern->value = text;
        e->negated = infix->op == OP_NE;
        e->op_span = op_span;
        return &e->base;
}

static const Infix infixes[_TOKEN_KIND_MAX] = {
        [TOKEN_ASSIGN] = { BIND_ASSIGN, OP_NONE, make_assign },
        [TOKEN_STAT_ADD] = { BIND_ASSIGN, OP_STAT_ADD, make_assign },
        [TOKEN_ADD_ASSIGN] = { BIND_ASSIGN, OP_ADD, make_assign },
        [TOKEN_SUB_ASSIGN] = { BIND_ASSIGN, OP_SUB, make_assign },
        [TOKEN_MUL_ASSIGN] = { BIND_ASSIGN, OP_MUL, make_assign },
        [TOKEN_DIV_ASSIGN] = { BIND_ASSIGN, OP_DIV, make_assign },
        [TOKEN_MOD_ASSIGN] = { BIND_ASSIGN, OP_MOD, make_assign },
        [TOKEN_AND_ASSIGN] = { BIND_ASSIGN, OP_AND, make_assign },
        [TOKEN_XOR_ASSIGN] = { BIND_ASSIGN, OP_XOR, make_assign },
        [TOKEN_OR_ASSIGN] = { BIND_ASSIGN, OP_OR, make_assign },
        [TOKEN_SHL_ASSIGN] = { BIND_ASSIGN, OP_SHL, make_assign },
        [TOKEN_SHR_ASSIGN] = { BIND_ASSIGN, OP_SHR, make_assign },
        [TOKEN_USHR_ASSIGN] = { BIND_ASSIGN, OP_USHR, make_assign },
        [TOKEN_CONCAT_ASSIGN] = { BIND_ASSIGN, OP_CONCAT, make_assign },
        [TOKEN_QUESTION] = { BIND_TERNARY, OP_NONE, make_ternary },
        [TOKEN_LOR] = { BIND_LOR, OP_LOR, make_binary },
        [TOKEN_LAND] = { BIND_LAND, OP_LAND, make_binary },
        [TOKEN_OR] = { BIND_OR, OP_OR, make_binary },
        [TOKEN_XOR] = { BIND_XOR, OP_XOR, make_binary },
        [TOKEN_AND] = { BIND_AND, OP_AND, make_binary },
        [TOKEN_IN] = { BIND_IN, OP_NONE, make_in },
        [TOKEN_EQ] = { BIND_COMPARE, OP_EQ, make_binary },
        [TOKEN_NE] = { BIND_COMPARE, OP_NE, make_binary },
        [TOKEN_LT] = { BIND_COMPARE, OP_LT, make_binary },
        [TOKEN_LE] = { BIND_COMPARE, OP_LE, make_binary },
        [TOKEN_GT] = { BIND_COMPARE, OP_GT, make_binary },
        [TOKEN_GE] = { BIND_COMPARE, OP_GE, make_binary },
        [TOKEN_MATCH] = { BIND_COMPARE, OP_EQ, make_regex },
        [TOKEN_NOT_MATCH] = { BIND_COMPARE, OP_NE, make_regex },
        [TOKEN_SHL] = { BIND_SHIFT, OP_SHL, make_binary },
        [TOKEN_SHR] = { BIND_SHIFT, OP_SHR, make_binary },
        [TOKEN_USHR] = { BIND_SHIFT, OP_USHR, make_binary },
        [TOKEN_DOT] = { BIND_CONCAT, OP_CONCAT, make_binary },
        [TOKEN_ADD] = { BIND_SUM, OP_ADD, make_binary },
        [TOKEN_SUB] = { BIND_SUM, OP_SUB, make_binary },
        [TOKEN_MUL] = { BIND_PRODUCT, OP_MUL, make_binary },
        [TOKEN_DIV] = { BIND_PRODUCT, OP_DIV, make_binary },
        [TOKEN_MOD] = { BIND_PRODUCT, OP_MOD, make_binary },
};

bool parser_at_infix(Parser *p) {
        return infixes[parser_peek(p)->kind].binding != BIND_NONE;
}

/* (`-` | `+` | `!` | `~`) operand. A minus before a number is part of it, so LONG_MIN can be written. */
static Expr *parse_unary(Parser *p, OperatorCode op) {
        Token t = parser_take(p);
        Expr *operand = parse_bound(p, BIND_UNARY);
        ExprNumber *number = expr_as(Number, operand);
        if (op == OP_NEG && number) {
                number->value = (int64_t) -(uint64_t) number->value;
                number->base.span = parser_span_from(p, t.span);
                return operand;
        }
        ExprUnary *e = expr_new(p->arena, Unary, parser_span_from(p, t.span));
        e->op = op;
        e->operand = operand;
        p->height++;
        return &e->base;
}

static Expr *step_new(Parser *p, Expr *operand, Span start, bool increment, bool prefix) {
        check_assignable(p, operand, increment ? "`++`" : "`--`", /* hint= */ NULL);
        ExprStep *e = expr_new(p->arena, Step, parser_span_from(p, start));
        e->operand = operand;
        e->increment = increment;
        e->prefix = prefix;
        p->height++;
        return &e->base;
}

/* primary {`->` member | `[` keys `]` | `$`} [`++` | `--`] */
Expr *parse_unary_operand(Parser *p) {
        Expr *e = parse_postfix(p, parse_primary(p));
        TokenKind kind = parser_peek(p)->kind;
        if (kind != TOKEN_INCREMENT && kind != TOKEN_DECREMENT)
                return e;
        parser_take(p);
        return step_new(p, e, e->span, kind == TOKEN_INCREMENT, /* prefix= */ false);
}

/* unary = (`-` | `+` | `!` | `~` | `++` | `--`) unary | `&` target | operand */
static Expr *parse_prefix(Parser *p) {
        TokenKind kind = parser_peek(p)->kind;
        switch (kind) {
        case TOKEN_SUB:
                return parse_unary(p, OP_NEG);
        case TOKEN_ADD:
                return parse_unary(p, OP_PLUS);
        case TOKEN_NOT:
                return parse_unary(p, OP_NOT);
        case TOKEN_BITNOT:
                return parse_unary(p, OP_BITNOT);
        case TOKEN_INCREMENT:
        case TOKEN_DECREMENT: {
                Span start = parser_take(p).span;
                Expr *operand = parse_bound(p, BIND_UNARY);
                return step_new(p, operand, start, kind == TOKEN_INCREMENT, /* prefix= */ true);
        }
        case TOKEN_AND:
                return parse_address_of(p);
        default:
                return parse_unary_operand(p);
        }
}

static bool check_height(Parser *p, Span span) {
        if (p->height <= PARSE_MAX_HEIGHT)
                return true;
        span.len = MIN2(span.len, 1u);
        parser_fail(p, DIAG_E0110, span, "more than %d operators build on each other in this expression",
                    PARSE_MAX_HEIGHT);
        return false;
}

/* unary {infix ...}, as long as the operators bind at least as tightly as `least`. */
static Expr *parse_bound(Parser *p, Binding least) {
        if (!parser_enter(p)) {
                parser_leave(p);
                return &expr_new(p->arena, Number, p->last)->base;
        }
        unsigned beside = p->height; /* of what stands next to this expression */
        p->height = 0;
        Expr *e = parse_prefix(p);
        for (;;) {
                const Infix *infix = &infixes[parser_peek(p)->kind];
                if (infix->binding == BIND_NONE || infix->binding < least)
                        break;
                Span op_span = parser_take(p).span;
                e = infix->make(p, e, infix, op_span);
                p->height++;
                if (!check_height(p, e->span))
                        break;
        }
        p->height = MAX2(p->height + 1, beside);
        parser_leave(p);
        return e;
}

/* An unary operator takes what binds tighter than any infix: `!x in a` is `(!x) in a`. */
Expr *parse_expression(Parser *p) {
        return parse_bound(p, BIND_ASSIGN);
}
