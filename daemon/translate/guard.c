/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Handlers that do nothing in other processes than target(): `if (pid() == target()) ...` is all that they
 * are, or `if (pid() != target()) next` comes first. The core asks that before it runs them, for a fraction
 * of the price.
 */
#include <string.h>
#include "translate/gen.h"

/* A call of the tapset function whose C this is. */
static bool is_call_of(Expr *e, const char *code) {
        const ExprCall *call = expr_as(Call, e);
        const Function *f = call && call->targets.n == 1 ? call->targets.items[0] : NULL;
        return f && f->from_library && f->embedded && strstr(f->embedded, code);
}

static bool is_pid(Expr *e) {
        return is_call_of(e, "STAP_RETVALUE = stp_pid(CONTEXT);");
}

static bool is_target(Expr *e) {
        return is_call_of(e, "STAP_RETVALUE = CONTEXT->target;");
}

/* Is this `pid() OP target()`, or a chain of `joined` that begins with it? */
static bool compares(Expr *e, OperatorCode op, OperatorCode joined) {
        const ExprBinary *b = expr_as(Binary, e);
        while (b && b->op == joined)
                b = expr_as(Binary, b->left);
        return b && b->op == op &&
               ((is_pid(b->left) && is_target(b->right)) || (is_target(b->left) && is_pid(b->right)));
}

/* A block of one statement is that statement. */
static Stmt *unwrap(Stmt *s) {
        for (StmtBlock *b; (b = stmt_as(Block, s)) && b->body.n == 1;)
                s = b->body.items[0];
        return s;
}

bool gen_only_in_target(Stmt *body) {
        Stmt *s = unwrap(body);
        StmtIf *all = stmt_as(If, s);
        if (all && !all->no && compares(all->condition, OP_EQ, OP_LAND))
                return true;
        StmtBlock *block = stmt_as(Block, s);
        StmtIf *first = block && block->body.n ? stmt_as(If, unwrap(block->body.items[0])) : all;
        return first && !first->no && stmt_as(Next, unwrap(first->yes)) &&
               compares(first->condition, OP_NE, OP_LOR);
}
