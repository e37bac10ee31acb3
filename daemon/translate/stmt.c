/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <ctype.h>
#include "translate/gen.h"

/* ------------------------------------------------------------------ actions */

/*
 * Outside of loops a routine takes the actions of all its statements at once, when it starts (of an if's
 * branches the dearer); inside, each block takes its own whenever it runs.
 */
static unsigned block_cost(const StmtBlock *b) {
        unsigned n = 0;
        vec_foreach(s, &b->body)
                n += stmt_cost(*s);
        return n;
}

unsigned stmt_cost(const Stmt *s) {
        if (!s || s->kind == STMT_EMPTY)
                return 0;
        if (s->kind == STMT_BLOCK)
                return block_cost((const StmtBlock *) s);
        if (s->kind == STMT_TRY)
                return 1 + stmt_cost(((const StmtTry *) s)->body) +
                       stmt_cost(((const StmtTry *) s)->handler);
        if (s->kind != STMT_IF)
                return 1;
        unsigned yes = stmt_cost(((const StmtIf *) s)->yes), no = stmt_cost(((const StmtIf *) s)->no);
        return 1 + (yes > no ? yes : no);
}

/* Statements of the block itself: what its inner blocks hold they take themselves. */
static unsigned own_cost(const Stmt *s) {
        unsigned n = 0;
        if (!s || s->kind == STMT_EMPTY)
                return 0;
        if (s->kind != STMT_BLOCK)
                return 1;
        vec_foreach(inner, &((const StmtBlock *) s)->body)
                n += own_cost(*inner);
        return n;
}

void gen_block(Gen *g, Stmt *s, unsigned extra, const char *place) {
        gen_action(g, g->routine->counts_blocks ? own_cost(s) + extra : 0, place);
        if (s)
                gen_stmt(g, s);
}

/* ------------------------------------------------------------------ statements */

static void gen_stmts(Gen *g, Stmt *s) {
        vec_foreach(inner, &((StmtBlock *) s)->body)
                gen_stmt(g, *inner);
}

static void gen_nothing(Gen *g, Stmt *s) {
}

static void gen_expr_stmt(Gen *g, Stmt *s) {
        gen_effect(g, ((StmtExpr *) s)->expr);
}

static void gen_if(Gen *g, Stmt *s) {
        StmtIf *x = (StmtIf *) s;
        gen_open(g, "if (%s) {", gen_expr(g, x->condition).text);
        gen_block(g, x->yes, 0, NULL);
        if (x->no) {
                g->routine->indent--;
                gen_open(g, "} else {");
                gen_block(g, x->no, 0, NULL);
        }
        gen_close(g, "");
}

static void gen_leave(Gen *g) {
        gen_close_loops(g);
        gen_jump(g, &g->routine->out);
}

static void gen_return(Gen *g, Stmt *s) {
        Expr *value = ((StmtReturn *) s)->value;
        const Function *f = g->routine->function;
        if (value && f && f->result == TYPE_STRING)
                gen_string_to(g, "ret", value);
        else if (value && f && f->result == TYPE_LONG)
                gen_line(g, function_may_next(f) ? "*ret = %s;" : "ret = %s;", gen_expr(g, value).text);
        else if (value)
                gen_effect(g, value);
        gen_leave(g);
}

static void gen_next(Gen *g, Stmt *s) {
        const Function *f = g->routine->function;
        if (f && function_may_next(f))
                gen_line(g, "taken = false;");
        else if (f)
                gen_line(g, "stp_error(c, %s);",
                         gen_literal(g, text(g, "no overload took the call near keyword 'next' at %s",
                                             span_place(g->arena, s->span))));
        gen_leave(g);
}

static void gen_delete(Gen *g, Stmt *s) {
        Expr *target = ((StmtDelete *) s)->target;
        if (target->kind == EXPR_INDEX) {
                const Var *v = ((ExprName *) ((ExprIndex *) target)->array)->var;
                unsigned wild;
                const char *keys = gen_keys(g, &((ExprIndex *) target)->keys, /* then_effect= */ false, &wild);
                if (wild)
                        gen_line(g, "stp_map_delete_slice(c, %s, %s, %#x);", gen_variable(g, v), keys, wild);
                else
                        gen_line(g, "stp_map_delete(c, %s, %s);", gen_variable(g, v), keys);
                gen_check(g, gen_place(g, "identifier", v->name, target->span));
                return;
        }
        const Var *v = ((ExprName *) target)->var;
        const char *name = gen_variable(g, v);
        if (v->is_array) {
                gen_line(g, "stp_map_clear(c, %s);", name);
                gen_check(g, gen_place(g, "identifier", v->name, target->span));
        } else if (v->type == TYPE_STATS) {
                gen_line(g, "stp_agg_clear(c, %s);", name);
        } else {
                gen_line(g, v->type == TYPE_STRING ? "*%s = 0;" : "%s = 0;", name);
        }
}

static void gen_try(Gen *g, Stmt *s) {
        StmtTry *x = (StmtTry *) s;
        Label caught = gen_label(g, "caught"), tried = gen_label(g, "tried"), *outer = g->routine->fail;
        g->routine->fail = &caught;
        gen_block(g, x->body, 0, NULL);
        g->routine->fail = outer;
        if (!caught.used)
                return;
        gen_jump(g, &tried);
        gen_put_label(g, &caught);
        const char *variable = x->variable ? gen_variable(g, x->variable->var) : "NULL";
        gen_fail_if(g, text(g, "!stp_catch(c, %s, MAXSTRINGLEN)", variable), NULL);
        gen_block(g, x->handler, 0, NULL);
        gen_put_label(g, &tried);
}

static void gen_while_stmt(Gen *g, Stmt *s) {
        gen_while(g, (StmtWhile *) s);
}

static void gen_for_stmt(Gen *g, Stmt *s) {
        gen_for(g, (StmtFor *) s);
}

static void gen_foreach_stmt(Gen *g, Stmt *s) {
        gen_foreach(g, (StmtForeach *) s);
}

static void gen_break_stmt(Gen *g, Stmt *s) {
        gen_break(g);
}

static void gen_continue_stmt(Gen *g, Stmt *s) {
        gen_continue(g);
}

static void (*const writers[_STMT_KIND_MAX])(Gen *g, Stmt *s) = {
        [STMT_BLOCK] = gen_stmts,          [STMT_EMPTY] = gen_nothing,
        [STMT_EXPR] = gen_expr_stmt,       [STMT_IF] = gen_if,
        [STMT_WHILE] = gen_while_stmt,     [STMT_FOR] = gen_for_stmt,
        [STMT_FOREACH] = gen_foreach_stmt, [STMT_BREAK] = gen_break_stmt,
        [STMT_CONTINUE] = gen_continue_stmt, [STMT_RETURN] = gen_return,
        [STMT_NEXT] = gen_next,            [STMT_DELETE] = gen_delete,
        [STMT_TRY] = gen_try,              [STMT_EMBEDDED] = gen_embedded_stmt,
};

/* The script's place, once per line of it. */
static void gen_comment(Gen *g, const Stmt *s) {
        unsigned line, column;
        if (!s->span.file || s->kind == STMT_BLOCK || s->kind == STMT_EMPTY)
                return;
        source_position(s->span.file, s->span.offset, &line, &column);
        char *place = arena_printf(g->arena, "%s:%u", s->span.file->name, line);
        for (char *p = place; *p; p++)
                if (!isalnum((unsigned char) *p) && !strchr("<>._-:", *p))
                        *p = *p == '/' && p[1] != '*' ? '/' : '_';
        if (strcmp(place, g->routine->line))
                gen_line(g, "/* %s */", place);
        g->routine->line = place;
}

void gen_stmt(Gen *g, Stmt *s) {
        Mark m = gen_mark(g);
        gen_comment(g, s);
        writers[s->kind](g, s);
        gen_release(g, m);
}
