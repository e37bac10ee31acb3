/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lang/ast.h"
#include "lang/text.h"

static const char *const operator_texts[_OP_MAX] = {
        [OP_NEG] = "-",    [OP_PLUS] = "+",  [OP_NOT] = "!",      [OP_BITNOT] = "~",
        [OP_ADD] = "+",    [OP_SUB] = "-",   [OP_MUL] = "*",      [OP_DIV] = "/",
        [OP_MOD] = "%",    [OP_SHL] = "<<",  [OP_SHR] = ">>",     [OP_USHR] = ">>>",
        [OP_AND] = "&",    [OP_OR] = "|",    [OP_XOR] = "^",      [OP_LAND] = "&&",
        [OP_LOR] = "||",   [OP_EQ] = "==",   [OP_NE] = "!=",      [OP_LT] = "<",
        [OP_GT] = ">",     [OP_LE] = "<=",   [OP_GE] = ">=",      [OP_CONCAT] = ".",
        [OP_STAT_ADD] = "<<<",               [OP_NONE] = "",
};

const char *operator_text(OperatorCode op) {
        return operator_texts[op];
}

static const char *const stat_op_names[_STAT_OP_MAX] = {
        [STAT_COUNT] = "@count", [STAT_SUM] = "@sum", [STAT_MIN] = "@min",
        [STAT_MAX] = "@max",     [STAT_AVG] = "@avg", [STAT_VARIANCE] = "@variance",
};

const char *stat_op_name(StatOp op) {
        return stat_op_names[op];
}

static const char *const type_names[_TYPE_MAX] = {
        [TYPE_UNKNOWN] = "unknown", [TYPE_LONG] = "long", [TYPE_STRING] = "string",
        [TYPE_STATS] = "stats",     [TYPE_VOID] = "void", [TYPE_POISON] = "poison",
};

const char *type_name(Type t) {
        return type_names[t];
}

const char *probe_point_text(Arena *a, const ProbePoint *p) {
        const char *text = "";
        vec_foreach(c, &p->components) {
                const char *dot = c == p->components.items ? "" : ".";
                ExprNumber *number = expr_as(Number, c->arg);
                ExprString *string = expr_as(String, c->arg);
                if (number)
                        text = arena_printf(a, "%s%s%s(%lld)", text, dot, c->name,
                                            (long long) number->value);
                else if (string)
                        text = arena_printf(a, "%s%s%s(%s)", text, dot, c->name,
                                            text_quote(a, string->value));
                else
                        text = arena_printf(a, "%s%s%s", text, dot, c->name);
        }
        return text;
}
