/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Target variables as nodes: what a hit's registers hold, with the width and sign that its type says. */
#include "probe/point.h"

#define MAX_ARGS 64 /* of $argN */

static bool fits_context(const TypeRef *t) {
        switch (type_kind(t)) {
        case KIND_INT:
        case KIND_ENUM:
        case KIND_POINTER: {
                uint64_t size = type_size(t);
                return size == 1 || size == 2 || size == 4 || size == 8;
        }
        default:
                return false; /* structures by value, floats, 128 bits */
        }
}

Expr *context_value(ProbeWorld *w, ContextSource source, unsigned index, const TypeRef *type, Span span) {
        if (type && !fits_context(type))
                return NULL;
        ExprContext *x = expr_new(w->arena, Context, span);
        x->base.type = TYPE_LONG;
        x->base.ctype = type;
        x->source = source;
        x->index = index;
        x->size = type ? (unsigned) type_size(type) : 8;
        x->is_signed = type ? type_is_signed(type) : true;
        return &x->base;
}

bool target_arg_number(const char *name, unsigned *ret) {
        if (strncmp(name, "$arg", 4) != 0 || name[4] < '1' || name[4] > '9')
                return false;
        char *end;
        unsigned long n = strtoul(name + 4, &end, 10);
        if (*end || n > MAX_ARGS)
                return false;
        *ret = (unsigned) n - 1;
        return true;
}

void target_add(ProbeWorld *w, const Param *param, TargetInfoVec *ret) {
        TargetInfo info = { arena_printf(w->arena, "$%s", param->name), param->type };
        vec_push(w->arena, ret, info);
}

int target_find_param(const Param *params, unsigned n, const char *name) {
        if (*name != '$')
                return -1;
        for (unsigned i = 0; i < n; i++)
                if (strcmp(params[i].name, name + 1) == 0)
                        return (int) i;
        return -1;
}
