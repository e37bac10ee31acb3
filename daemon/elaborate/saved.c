/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Values of a function's entry that its return wants: an entry handler works them out and keeps them in
 * 64-bit slots until then. Equal values share a slot.
 */
#include "elaborate/lower.h"

static bool same_value(const Expr *a, const Expr *b);

static bool same_context(const ExprContext *a, const ExprContext *b) {
        return a->source == b->source && a->index == b->index && a->size == b->size
               && a->is_signed == b->is_signed && (!a->symbol || strcmp(a->symbol, b->symbol) == 0);
}

static bool same_load(const ExprLoad *a, const ExprLoad *b) {
        return a->size == b->size && a->is_signed == b->is_signed && a->space == b->space
               && same_value(a->address, b->address);
}

/* Only what target variables come down to is compared; anything else is different each time. */
static bool same_value(const Expr *a, const Expr *b) {
        if (a->kind != b->kind)
                return false;
        switch (a->kind) {
        case EXPR_NUMBER:
                return ((const ExprNumber *) a)->value == ((const ExprNumber *) b)->value;
        case EXPR_CONTEXT:
                return same_context((const ExprContext *) a, (const ExprContext *) b);
        case EXPR_LOAD:
                return same_load((const ExprLoad *) a, (const ExprLoad *) b);
        case EXPR_BINARY:
                return ((const ExprBinary *) a)->op == ((const ExprBinary *) b)->op
                       && same_value(((const ExprBinary *) a)->left, ((const ExprBinary *) b)->left)
                       && same_value(((const ExprBinary *) a)->right, ((const ExprBinary *) b)->right);
        default:
                return false;
        }
}

Expr *saved_value(Lower *l, Expr *value) {
        Unit *h = l->unit->handler;
        unsigned index = 0;
        if (!l->e->asking) {
                while (index < h->saved.n && !same_value(h->saved.items[index], value))
                        index++;
                if (index == h->saved.n)
                        vec_push(l->e->arena, &h->saved, value);
        }
        Expr *saved = make_saved(l->e, value->span, index);
        saved->ctype = value->ctype;
        return saved;
}

Expr *lower_entry(Lower *l, ExprEntry *x) {
        const ProbePlace *place = l->unit->place;
        /* As target variables: one of `syscall.*.return` stands for never. */
        if (place && place->attach.kind == STP_NEVER) {
                lower_expr(l, &x->operand);
                return x->operand;
        }
        if (!place || !place->is_return || !l->unit->handler || l->in_condition) {
                target_error(l->e, DIAG_E0239, x->base.span, "@entry has a meaning only in .return probes");
                return make_poison(l->e, x->base.span);
        }
        bool nested = l->in_entry;
        l->in_entry = true;
        lower_expr(l, &x->operand);
        l->in_entry = nested;
        return nested ? x->operand : saved_value(l, x->operand);
}
