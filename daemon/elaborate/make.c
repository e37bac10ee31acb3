/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "elaborate/elab.h"

static Expr *typed(Expr *x, Type type) {
        x->type = type;
        return x;
}

Expr *make_number(Elab *e, Span span, int64_t value) {
        ExprNumber *x = expr_new(e->arena, Number, span);
        x->value = value;
        return typed(&x->base, TYPE_LONG);
}

Expr *make_string(Elab *e, Span span, const char *text) {
        ExprString *x = expr_new(e->arena, String, span);
        x->value = text;
        return typed(&x->base, TYPE_STRING);
}

Expr *make_binary(Elab *e, Span span, OperatorCode op, Expr *left, Expr *right) {
        ExprBinary *x = expr_new(e->arena, Binary, span);
        x->op = op;
        x->op_span = span;
        x->left = left;
        x->right = right;
        return typed(&x->base, TYPE_LONG);
}

Expr *make_offset(Elab *e, Span span, Expr *address, int64_t offset) {
        if (offset == 0)
                return address;
        ExprBinary *sum = expr_as(Binary, address);
        ExprNumber *constant = sum && sum->op == OP_ADD ? expr_as(Number, sum->right) : NULL;
        if (constant) {
                offset = (int64_t) ((uint64_t) offset + (uint64_t) constant->value);
                address = sum->left;
        }
        return make_binary(e, span, OP_ADD, address, make_number(e, span, offset));
}

Expr *make_load(Elab *e, Span span, Expr *address, unsigned size, bool is_signed, AddressSpace space) {
        ExprLoad *x = expr_new(e->arena, Load, span);
        x->address = address;
        x->size = size;
        x->is_signed = is_signed;
        x->space = space;
        return typed(&x->base, TYPE_LONG);
}

Expr *make_saved(Elab *e, Span span, unsigned index) {
        ExprContext *x = expr_new(e->arena, Context, span);
        x->source = CONTEXT_SAVED;
        x->index = index;
        x->size = 8;
        x->is_signed = true;
        return typed(&x->base, TYPE_LONG);
}

Expr *make_name(Elab *e, Span span, Var *var) {
        ExprName *x = expr_new(e->arena, Name, span);
        x->name = var->name;
        x->var = var;
        return typed(&x->base, var->type);
}

ExprPrint *make_sprintf(Elab *e, Span span) {
        ExprPrint *x = expr_new(e->arena, Print, span);
        x->name = "sprintf";
        x->to_string = x->formatted = true;
        x->format = "";
        x->format_span = span;
        typed(&x->base, TYPE_STRING);
        return x;
}

Expr *make_call(Elab *e, Span span, Function *f) {
        ExprCall *x = expr_new(e->arena, Call, span);
        x->name = f->name;
        x->name_span = span;
        vec_push(e->arena, &x->targets, f);
        return typed(&x->base, f->result);
}

Expr *make_poison(Elab *e, Span span) {
        return typed(make_number(e, span, 0), TYPE_POISON);
}
