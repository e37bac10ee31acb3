/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Probes and aliases: `probe points { }` and `probe name = points { }`. */
#include "parse/parser.h"

/* {`,` point} */
static void parse_more_points(Parser *p, ProbePointVec *points) {
        while (parser_accept(p, TOKEN_COMMA))
                parse_probe_points(p, points);
}

/* What was parsed as points turns out to be the name of an alias. */
static ProbePoint *check_alias_name(Parser *p, const ProbePointVec *points) {
        ProbePoint *name = points->items[0];
        bool plain = points->n == 1 && !name->optional && !name->sufficient && !name->condition;
        vec_foreach(c, &name->components)
                plain = plain && !strchr(c->name, '*');
        if (!plain)
                parser_report(p, DIAG_E0122, name->span,
                              "the name of an alias is plain: it has no `*`, `?`, `!`, `if` or braces");
        return name;
}

/* The handler of a probe. */
static Stmt *parse_handler(Parser *p) {
        p->in_function = false;
        p->loops = 0;
        return parse_block(p, "`,` or the `{` of the handler");
}

/* {point (`=` | `+=`)} points: what stands before the last operator are more names */
static void parse_alias_head(Parser *p, AliasDecl *alias) {
        for (bool more = true; more;) {
                ProbePointVec points = {};
                parse_probe_points(p, &points);
                TokenKind kind = parser_peek(p)->kind;
                more = !alias->epilogue_only && (kind == TOKEN_ASSIGN || kind == TOKEN_ADD_ASSIGN);
                if (more) {
                        alias->epilogue_only = parser_take(p).kind == TOKEN_ADD_ASSIGN;
                        ProbePoint *name = check_alias_name(p, &points);
                        vec_push(p->arena, &alias->names, name);
                } else {
                        alias->points = points;
                }
        }
        parse_more_points(p, &alias->points);
}

/* alias = name {`=` name} (`=` points prologue [`,` epilogue] | `+=` points epilogue), from the first
 * operator on */
static void parse_alias(Parser *p, Span start, const ProbePointVec *name) {
        AliasDecl *alias = arena_new0(p->arena, AliasDecl);
        alias->file = p->file->source;
        alias->from_library = p->options->is_library;
        ProbePoint *first = check_alias_name(p, name);
        vec_push(p->arena, &alias->names, first);
        alias->epilogue_only = parser_take(p).kind == TOKEN_ADD_ASSIGN;
        parse_alias_head(p, alias);
        Stmt *body = parse_handler(p);
        if (alias->epilogue_only)
                alias->epilogue = body;
        else
                alias->prologue = body;
        if (!alias->epilogue_only && parser_accept(p, TOKEN_COMMA))
                alias->epilogue = parse_handler(p);
        alias->span = parser_span_from(p, start);
        vec_push(p->arena, &p->file->aliases, alias);
}

/* `probe` (point {`,` point} handler | alias) */
void parse_probe(Parser *p) {
        Span start = parser_take(p).span;
        ProbePointVec points = {};
        parse_probe_points(p, &points);
        if (parser_at(p, TOKEN_ASSIGN) || parser_at(p, TOKEN_ADD_ASSIGN)) {
                parse_alias(p, start, &points);
                return;
        }
        ProbeDecl *probe = arena_new0(p->arena, ProbeDecl);
        probe->file = p->file->source;
        probe->from_library = p->options->is_library;
        parse_more_points(p, &points);
        probe->points = points;
        probe->body = parse_handler(p);
        probe->span = parser_span_from(p, start);
        vec_push(p->arena, &p->file->probes, probe);
}
