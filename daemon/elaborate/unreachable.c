/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Statements that control never comes to. Looked for in what the script's author wrote, and not in what pass
 * 2 made of it: what @defined ruled out on this kernel is reached on another.
 */
#include "elaborate/elab.h"
#include "elaborate/fold.h"

typedef struct {
        Elab *e;
        bool breaks; /* a `break` out of the loop that is being looked at */
} Flow;

static bool goes_on(Flow *f, const Stmt *s);

static bool is_always(const Expr *condition) {
        int64_t value;
        return !condition || (expr_constant(condition, &value) && value != 0);
}

/* A loop is left by its condition or a break; where there is neither, it is never left. */
static bool loop_goes_on(Flow *f, const Expr *condition, const Stmt *body) {
        bool outer = f->breaks;
        f->breaks = false;
        (void) goes_on(f, body);
        bool left = f->breaks || !is_always(condition);
        f->breaks = outer;
        return left;
}

static void warn(Flow *f, const Stmt *before, const Stmt *s) {
        if (s->span.expansion || before->span.expansion || !s->span.file)
                return;
        Diag *d = diag_add(f->e->diags, DIAG_W0206, s->span, "this statement is never reached");
        diag_note(f->e->diags, d, before->span, "control never comes past this one");
}

/* Of what is not reached only the first is told. */
static bool block_goes_on(Flow *f, const StmtBlock *b) {
        const Stmt *end = NULL, *first = NULL;
        vec_foreach(it, &b->body) {
                bool on = goes_on(f, *it);
                if (!end && !on)
                        end = *it;
                else if (end && !first && (*it)->kind != STMT_EMPTY)
                        first = *it;
        }
        if (first)
                warn(f, end, first);
        return !end;
}

static bool if_goes_on(Flow *f, const StmtIf *i) {
        bool yes = goes_on(f, i->yes), no = goes_on(f, i->no);
        return yes || no;
}

static bool goes_on(Flow *f, const Stmt *x) {
        Stmt *s = (Stmt *) x; /* only to look at */
        if (!s)
                return true;
        switch (s->kind) {
        case STMT_BREAK:
                f->breaks = true;
                return false;
        case STMT_CONTINUE:
        case STMT_RETURN:
        case STMT_NEXT:
                return false;
        case STMT_BLOCK:
                return block_goes_on(f, stmt_as(Block, s));
        case STMT_IF:
                return if_goes_on(f, stmt_as(If, s));
        case STMT_WHILE:
                return loop_goes_on(f, stmt_as(While, s)->condition, stmt_as(While, s)->body);
        case STMT_FOR:
                return loop_goes_on(f, stmt_as(For, s)->condition, stmt_as(For, s)->body);
        case STMT_FOREACH:
                (void) loop_goes_on(f, stmt_as(Foreach, s)->array, stmt_as(Foreach, s)->body);
                return true;
        case STMT_TRY: {
                bool body = goes_on(f, stmt_as(Try, s)->body),
                     handler = goes_on(f, stmt_as(Try, s)->handler);
                return body || handler;
        }
        default:
                return true;
        }
}

void warn_unreachable(Elab *e) {
        Flow f = { .e = e };
        for (size_t i = 0; i < e->n_files; i++) {
                if (e->files[i]->is_tapset)
                        continue;
                vec_foreach(it, &e->files[i]->functions)
                        (void) goes_on(&f, (*it)->body);
                vec_foreach(it, &e->files[i]->probes)
                        (void) goes_on(&f, (*it)->body);
                vec_foreach(it, &e->files[i]->aliases) {
                        (void) goes_on(&f, (*it)->prologue);
                        (void) goes_on(&f, (*it)->epilogue);
                }
        }
}
