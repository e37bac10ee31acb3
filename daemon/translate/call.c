/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "translate/gen.h"

bool call_is_direct(Gen *g, const ExprCall *call) {
        const Function *f = call->targets.n == 1 ? call->targets.items[0] : NULL;
        return f && f->embedded && f->from_library && !usage_function(g->usage, f)->can_fail &&
               !function_may_next(f);
}

/* ", a, b": the arguments. A string that a callee could change under its own eyes is copied. */
static const char *gen_arguments(Gen *g, const ExprCall *call) {
        Value *values = arena_array(g->arena, Value, call->args.n + 1);
        const char *list = "";
        bool writes = false;
        vec_foreach(f, &call->targets)
                writes |= usage_function(g->usage, *f)->writes;
        gen_values(g, call->args.items, call->args.n, /* then_effect= */ false, values);
        for (size_t i = 0; i < call->args.n; i++) {
                Type type = call->args.items[i]->type;
                if (writes && type == TYPE_STRING && values[i].life == LIFE_GLOBAL)
                        values[i] = gen_pin(g, values[i], type);
                if (call->targets.n > 1)
                        values[i] = gen_simple(g, values[i], type);
                list = text(g, "%s, %s", list, values[i].text);
        }
        return list;
}

/* The functions of a tapset say what went wrong, the script's call says where. */
static const char *call_place(Gen *g, const ExprCall *call) {
        const Function *f = call->targets.items[0];
        if (g->routine->from_library || !f->from_library || !usage_function(g->usage, f)->raises)
                return NULL;
        return gen_place(g, "identifier", call->name,
                         call->name_span.file ? call->name_span : call->base.span);
}

static bool call_is_recursive(Gen *g, const ExprCall *call) {
        bool any = false;
        vec_foreach(f, &call->targets)
                any |= usage_function(g->usage, *f)->recursive && !(*f)->from_library;
        return any;
}

static void gen_call_checks(Gen *g, const ExprCall *call) {
        bool can_fail = false;
        vec_foreach(f, &call->targets)
                can_fail |= usage_function(g->usage, *f)->can_fail || function_may_next(*f);
        const char *place = call_place(g, call);
        if (!place && call_is_recursive(g, call)) {
                gen_open(g, "if (stp_failed(c)) {");
                gen_line(g, "stp_call_place(c, %s);",
                         gen_place(g, "identifier", call->name, call->name_span));
                gen_jump(g, g->routine->fail);
                gen_close(g, "");
        } else if (can_fail) {
                gen_check(g, place);
        }
}

/* Overloads that may pass the call on return whether they took it. */
static void gen_overloads(Gen *g, const ExprCall *call, const char *ret, const char *result,
                          const char *args) {
        const char *condition = "";
        size_t n = call->targets.n, i = 0;
        for (; i < n && function_may_next(call->targets.items[i]); i++)
                condition = text(g, "%s%s!%s(c, %s%s)", condition, i ? " && " : "",
                                 function_name(g, call->targets.items[i]), ret, args);
        gen_open(g, "if (%s) {", condition);
        if (i == n)
                gen_line(g, "stp_error(c, %s);",
                         gen_literal(g, text(g, "no overload took the call near identifier '%s' at %s",
                                             call->name, span_place(g->arena, call->base.span))));
        else if (call->base.type == TYPE_STRING)
                gen_line(g, "%s(c, %s%s);", function_name(g, call->targets.items[i]), result, args);
        else
                gen_line(g, "%s = %s(c%s);", result, function_name(g, call->targets.items[i]), args);
        gen_close(g, "");
}

static Value gen_string_call(Gen *g, const ExprCall *call, const char *dst, const char *args) {
        const Function *f = call->targets.items[0];
        if (!dst)
                dst = gen_buffer(g);
        if (function_may_next(f))
                gen_overloads(g, call, dst, dst, args);
        else
                gen_line(g, "%s(c, %s%s);", function_name(g, f), dst, args);
        gen_call_checks(g, call);
        return value_temp(dst);
}

static Value gen_long_call(Gen *g, const ExprCall *call, const char *args, bool wanted) {
        const Function *f = call->targets.items[0];
        const char *t = gen_temp(g);
        if (function_may_next(f)) {
                gen_line(g, "s64 %s = 0;", t);
                gen_overloads(g, call, text(g, "&%s", t), t, args);
        } else if (wanted) {
                gen_line(g, "s64 %s = %s(c%s);", t, function_name(g, f), args);
        } else {
                gen_line(g, "%s(c%s);", function_name(g, f), args);
        }
        gen_call_checks(g, call);
        return value_temp(t);
}

Value gen_call(Gen *g, ExprCall *call, const char *dst, bool wanted) {
        const char *args = gen_arguments(g, call);
        if (call->base.type == TYPE_STRING)
                return gen_string_call(g, call, dst, args);
        return gen_long_call(g, call, args, wanted);
}
