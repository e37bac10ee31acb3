/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * @enumname("type", value) of a value that is only known at run time: each enum gets a function that
 * compares with its enumerators one after the other; the number itself is the answer to what has no name.
 */
#include "elaborate/lower.h"
#include "elaborate/scope.h"

#define ENUM_MAX 1024 /* enumerators of one function */

static Stmt *make_return(Elab *e, Span span, Expr *value) {
        StmtReturn *r = stmt_new(e->arena, Return, span);
        r->value = value;
        return &r->base;
}

static Stmt *make_case(Elab *e, Span span, Var *value, const char *name, int64_t number) {
        StmtIf *i = stmt_new(e->arena, If, span);
        i->condition = make_binary(e, span, OP_EQ, make_name(e, span, value), make_number(e, span, number));
        i->yes = make_return(e, span, make_string(e, span, name));
        return &i->base;
}

static Function *make_function(Elab *e, Span span, const TypeRef *type) {
        Function *f = link_new_function(e);
        f->name = arena_printf(e->arena, "__enumname_%u", e->n_pretty++);
        f->span = f->name_span = span;
        f->from_library = true;
        f->result = TYPE_STRING;
        Var *value = scope_new_var(e, VAR_PARAMETER, "value", span);
        value->type = TYPE_LONG;
        vec_push(e->arena, &f->params, value);

        StmtBlock *body = stmt_new(e->arena, Block, span);
        const char *name;
        int64_t number;
        for (unsigned i = 0; i < ENUM_MAX && type_enumerator(type, i, &name, &number); i++)
                vec_push(e->arena, &body->body, make_case(e, span, value, name, number));
        ExprPrint *text = make_sprintf(e, span);
        text->format = "%d";
        vec_push(e->arena, &text->args, make_name(e, span, value));
        vec_push(e->arena, &body->body, make_return(e, span, &text->base));
        f->body = &body->base;
        link_add_function(e, f)->returns_value = true;
        return f;
}

Expr *enumname_call(Elab *e, Span span, const TypeRef *type, Expr *value) {
        const char *key = arena_printf(e->arena, "enum %p", (const void *) type);
        Function *f = strmap_get(&e->pretty, key);
        if (!f) {
                f = make_function(e, span, type);
                if (!e->asking)
                        strmap_put(e->arena, &e->pretty, key, f);
        }
        ExprCall *call = expr_as(Call, make_call(e, span, f));
        vec_push(e->arena, &call->args, value);
        return &call->base;
}
