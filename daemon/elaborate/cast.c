/* SPDX-License-Identifier: GPL-2.0-or-later */
/* @cast(value, "type", "module"): the value as a pointer to the type. */
#include "elaborate/target.h"

bool cast_locate(Lower *l, ExprTarget *t, Location *ret) {
        const TypeRef *type = named_type(l, t->base.span, t->module, t->name);
        if (!type)
                return false;
        if (type_kind(type) != KIND_POINTER)
                type = kernel_pointer_to(l->e->world->kernel, type);
        *ret = location_of_value(t->value, type);
        if (t->path.n == 0) { /* a value of its own, so that the operand's type is not changed */
                Expr *copy = make_binary(l->e, t->base.span, OP_ADD, t->value,
                                         make_number(l->e, t->base.span, 0));
                copy->ctype = type;
                ret->value = copy;
        }
        return true;
}
