/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Target variables and what leads on from them: members, indices, pretty printing, addresses. The lexer
 * takes the dollars behind a name as part of it, as they may stand before a name too (`$$parms$`), so
 * names are split here.
 */
#include "parse/parser.h"

/* Splits the dollars off the end of `text`, whose first `lead` bytes are no part of that. */
static const char *split_pretty(Parser *p, const char *text, Span span, size_t lead, unsigned *ret_depth) {
        size_t len = strlen(text), dollars = 0;
        while (len - dollars > lead && text[len - dollars - 1] == '$')
                dollars++;
        *ret_depth = (unsigned) dollars;
        const char *name = dollars ? arena_intern_n(p->arena, text, len - dollars) : text;
        if (dollars > 2)
                parser_fail(p, DIAG_E0101, span, "expected `$` or `$$` after `%s`, found more", name);
        else if (strchr(name + lead, '$'))
                parser_fail(p, DIAG_E0101, span, "`%s` has a `$` in the middle", name);
        return name;
}

static void add_pretty(Parser *p, ExprTarget *e, unsigned depth, Span span) {
        if (depth == 0)
                return;
        span.offset += span.len > depth ? span.len - depth : 0; /* of the name, its last characters */
        span.len = MIN2(span.len, depth);
        vec_push(p->arena, &e->path, ((Access) { .kind = ACCESS_PRETTY, .span = span, .depth = depth }));
}

/* $name | $$name, with `$` or `$$` behind it for pretty printing */
Expr *parse_target(Parser *p) {
        Token t = parser_take(p);
        unsigned depth;
        ExprTarget *e = expr_new(p->arena, Target, t.span);
        e->target = TARGET_VAR;
        e->name = split_pretty(p, t.text, t.span, strspn(t.text, "$"), &depth);
        add_pretty(p, e, depth, t.span);
        return &e->base;
}

/* The target that an access belongs to: the one that it is, or a new one around the expression. */
static ExprTarget *target_of(Parser *p, Expr *e) {
        ExprTarget *target = expr_as(Target, e);
        if (target && !target->address_of)
                return target;
        target = expr_new(p->arena, Target, e->span);
        target->target = TARGET_EXPR;
        target->value = e;
        p->height++;
        return target;
}

/* What a pointer may come from. The rest has no type that could be followed. */
static void check_followed(Parser *p, const Expr *e, const char *operator) {
        switch (e->kind) {
        case EXPR_NUMBER:
        case EXPR_STRING:
        case EXPR_PRINT:
        case EXPR_IN:
        case EXPR_REGEX:
        case EXPR_STAT:
        case EXPR_DEFINED:
                parser_report(p, DIAG_E0123, e->span,
                              "`%s` needs something that points to kernel or user memory", operator);
                break;
        default:
                break;
        }
}

/* `->` member, where a keyword may be the name and dollars may follow it */
static Expr *parse_member(Parser *p, Expr *e) {
        parser_take(p);
        check_followed(p, e, "->");
        ExprTarget *target = target_of(p, e);
        TokenKind kind = parser_peek(p)->kind;
        if (kind != TOKEN_NAME && !token_is_keyword(kind)) {
                parser_fail_expected(p, "the name of a member after `->`");
                return &target->base;
        }
        Token t = parser_take(p);
        unsigned depth;
        const char *member = split_pretty(p, t.text, t.span, 0, &depth);
        Span span = t.span;
        span.len -= MIN2(span.len, depth);
        vec_push(p->arena, &target->path,
                 ((Access) { .kind = ACCESS_MEMBER, .span = span, .member = member }));
        add_pretty(p, target, depth, t.span);
        return &target->base;
}

/* `*` as a key names many elements: only delete, foreach and `in` take them. */
static void check_star(Parser *p, const Expr *e, const ExprVec *keys, bool allowed, Span open) {
        bool star = false;
        vec_foreach(key, keys)
                star = star || !*key;
        if (star && (!allowed || e->kind != EXPR_NAME))
                parser_report(p, DIAG_E0124, parser_span_from(p, open),
                              "`*` as a key stands only in delete, foreach and `in`");
}

/* `[` keys `]`: an element of an array, where it may be one, or of what a pointer leads to */
static Expr *parse_index(Parser *p, Expr *e) {
        Span open = parser_take(p).span;
        ExprVec keys = {};
        bool star_allowed = p->star_allowed;
        p->star_allowed = false;
        parse_keys(p, &keys);
        check_star(p, e, &keys, star_allowed, open);
        if (e->kind == EXPR_NAME || e->kind == EXPR_HIST) {
                ExprIndex *index = expr_new(p->arena, Index, e->span);
                index->array = e;
                index->keys = keys;
                return &index->base;
        }
        check_followed(p, e, "[");
        ExprTarget *target = target_of(p, e);
        if (keys.n != 1)
                parser_report(p, DIAG_E0124, parser_span_from(p, open),
                              "a target variable has one index, an expression");
        else if (keys.items[0])
                vec_push(p->arena, &target->path,
                         ((Access) { .kind = ACCESS_INDEX,
                                     .span = parser_span_from(p, open),
                                     .index = keys.items[0] }));
        return &target->base;
}

/* `$` | `$$`, alone behind `]` or `)` */
static Expr *parse_pretty(Parser *p, Expr *e) {
        Token t = parser_take(p);
        check_followed(p, e, t.text);
        ExprTarget *target = target_of(p, e);
        if (strlen(t.text) > 2)
                parser_fail(p, DIAG_E0101, t.span, "expected `$` or `$$`, found more");
        add_pretty(p, target, (unsigned) strlen(t.text), t.span);
        return &target->base;
}

/* The dollars of `v$`, where v is a variable. */
static Expr *split_name(Parser *p, ExprName *e) {
        unsigned depth;
        Span whole = e->base.span;
        e->name = split_pretty(p, e->name, whole, 0, &depth);
        if (depth == 0)
                return &e->base;
        e->base.span.len -= MIN2(whole.len, depth);
        ExprTarget *target = target_of(p, &e->base);
        add_pretty(p, target, depth, whole);
        target->base.span = whole;
        return &target->base;
}

static bool is_pretty(const Expr *e) {
        const ExprTarget *target = e->kind == EXPR_TARGET ? (const ExprTarget *) e : NULL;
        return target && target->path.n > 0 && vec_last(&target->path).kind == ACCESS_PRETTY;
}

/* {`->` member | `[` keys `]` | `$` | `$$`} */
Expr *parse_postfix(Parser *p, Expr *e) {
        static Expr *(*const parsers[_TOKEN_KIND_MAX])(Parser *p, Expr *e) = {
                [TOKEN_ARROW] = parse_member,
                [TOKEN_LBRACKET] = parse_index,
                [TOKEN_DOLLARS] = parse_pretty,
        };
        Span start = e->span;
        if (e->kind == EXPR_NAME)
                e = split_name(p, (ExprName *) e);
        for (;;) {
                Expr *(*parse)(Parser *p, Expr *e) = parsers[parser_peek(p)->kind];
                if (!parse)
                        return e;
                if (is_pretty(e)) {
                        parser_fail(p, DIAG_E0101, parser_peek(p)->span,
                                    "what `$` has made is a string: nothing leads on from it");
                        return e;
                }
                e = parse(p, e);
                e->span = parser_span_from(p, start);
        }
}

/* `&` target. Of `v[i]` the variable is the pointer, not an array of the script: those have no address. */
Expr *parse_address_of(Parser *p) {
        Span start = parser_take(p).span;
        Expr *e = parse_postfix(p, parse_primary(p));
        ExprIndex *index = expr_as(Index, e);
        ExprTarget *target = expr_as(Target, e);
        if (index && index->array->kind == EXPR_NAME && index->keys.n == 1 && index->keys.items[0]) {
                target = target_of(p, index->array);
                Access access = { .kind = ACCESS_INDEX, .span = e->span, .index = index->keys.items[0] };
                vec_push(p->arena, &target->path, access);
        }
        if (!target || target->address_of || is_pretty(&target->base)) {
                parser_report(p, DIAG_E0123, parser_span_from(p, start),
                              "only a target variable and what it leads to have an address");
                return e;
        }
        target->address_of = true;
        target->base.span = parser_span_from(p, start);
        return &target->base;
}
