/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Expressions as text. An operand that is itself made by an operator stands in parentheses, whatever the
 * precedences: the text shows the tree's shape, and needs no second copy of the parser's table. Only chains of
 * one operator do without, which would nest deeper than the parser goes: `a . b . c`.
 */
#include <inttypes.h>
#include "lang/dump.h"
#include "lang/text.h"

static bool is_primary(const Expr *e) {
        switch (e->kind) {
        case EXPR_UNARY:
        case EXPR_STEP:
        case EXPR_BINARY:
        case EXPR_ASSIGN:
        case EXPR_TERNARY:
        case EXPR_IN:
        case EXPR_REGEX:
                return false;
        case EXPR_TARGET:
                return !((const ExprTarget *) e)->address_of;
        default:
                return true;
        }
}

static void dump_operand(const Expr *e, Buf *out) {
        if (!e || is_primary(e)) {
                dump_expr(e, out);
                return;
        }
        buf_char(out, '(');
        dump_expr(e, out);
        buf_char(out, ')');
}

static void dump_keys(const ExprVec *keys, const char *open, const char *close, Buf *out) {
        buf_str(out, open);
        vec_foreach(key, keys) {
                if (key != keys->items)
                        buf_str(out, ", ");
                dump_expr(*key, out);
        }
        buf_str(out, close);
}

static void dump_number(const Expr *e, Buf *out) {
        buf_printf(out, "%" PRId64, ((const ExprNumber *) e)->value);
}

static void dump_string(const Expr *e, Buf *out) {
        text_add_quoted(out, ((const ExprString *) e)->value);
}

static void dump_name(const Expr *e, Buf *out) {
        buf_str(out, ((const ExprName *) e)->name);
}

static void dump_index(const Expr *e, Buf *out) {
        const ExprIndex *index = (const ExprIndex *) e;
        dump_expr(index->array, out);
        dump_keys(&index->keys, "[", "]", out);
}

static void dump_call(const Expr *e, Buf *out) {
        const ExprCall *call = (const ExprCall *) e;
        buf_str(out, call->name);
        dump_keys(&call->args, "(", ")", out);
}

static void dump_unary(const Expr *e, Buf *out) {
        const ExprUnary *unary = (const ExprUnary *) e;
        buf_str(out, operator_text(unary->op));
        dump_operand(unary->operand, out);
}

static void dump_step(const Expr *e, Buf *out) {
        const ExprStep *step = (const ExprStep *) e;
        const char *text = step->increment ? "++" : "--";
        buf_str(out, step->prefix ? text : "");
        dump_operand(step->operand, out);
        buf_str(out, step->prefix ? "" : text);
}

static void dump_binary(const Expr *e, Buf *out) {
        const ExprBinary *binary = (const ExprBinary *) e;
        const ExprBinary *left = (const ExprBinary *) binary->left;
        if (left && left->base.kind == EXPR_BINARY && left->op == binary->op)
                dump_binary(binary->left, out);
        else
                dump_operand(binary->left, out);
        buf_printf(out, " %s ", operator_text(binary->op));
        dump_operand(binary->right, out);
}

static void dump_assign(const Expr *e, Buf *out) {
        const ExprAssign *assign = (const ExprAssign *) e;
        dump_operand(assign->target, out);
        buf_printf(out, " %s%s ", operator_text(assign->op), assign->op == OP_STAT_ADD ? "" : "=");
        dump_expr(assign->value, out);
}

static void dump_ternary(const Expr *e, Buf *out) {
        const ExprTernary *ternary = (const ExprTernary *) e;
        dump_operand(ternary->condition, out);
        buf_str(out, " ? ");
        dump_operand(ternary->yes, out);
        buf_str(out, " : ");
        dump_operand(ternary->no, out);
}

static void dump_in(const Expr *e, Buf *out) {
        const ExprIn *in = (const ExprIn *) e;
        if (in->keys.n == 1 && in->keys.items[0])
                dump_operand(in->keys.items[0], out);
        else
                dump_keys(&in->keys, "[", "]", out);
        buf_str(out, " in ");
        dump_expr(in->array, out);
}

static void dump_regex(const Expr *e, Buf *out) {
        const ExprRegex *regex = (const ExprRegex *) e;
        dump_operand(regex->subject, out);
        buf_str(out, regex->negated ? " !~ " : " =~ ");
        dump_string(&regex->pattern->base, out);
}

static void dump_print(const Expr *e, Buf *out) {
        const ExprPrint *print = (const ExprPrint *) e;
        const char *literal = print->formatted ? print->format : print->delimited ? print->delimiter : NULL;
        buf_printf(out, "%s(", print->name);
        if (literal)
                text_add_quoted(out, literal);
        if (literal && print->args.n > 0)
                buf_str(out, ", ");
        dump_keys(&print->args, "", ")", out);
}

static void dump_stat(const Expr *e, Buf *out) {
        const ExprStat *stat = (const ExprStat *) e;
        buf_printf(out, "%s(", stat_op_name(stat->op));
        dump_expr(stat->stat, out);
        if (stat->param) {
                buf_str(out, ", ");
                dump_expr(stat->param, out);
        }
        buf_char(out, ')');
}

static void dump_hist(const Expr *e, Buf *out) {
        const ExprHist *hist = (const ExprHist *) e;
        buf_str(out, hist->linear ? "@hist_linear(" : "@hist_log(");
        dump_expr(hist->stat, out);
        if (hist->linear)
                buf_printf(out, ", %" PRId64 ", %" PRId64 ", %" PRId64, hist->low, hist->high, hist->step);
        buf_char(out, ')');
}

static void dump_path(const ExprTarget *target, Buf *out) {
        vec_foreach(access, &target->path)
                switch (access->kind) {
                case ACCESS_MEMBER:
                        buf_printf(out, "->%s", access->member);
                        break;
                case ACCESS_INDEX:
                        buf_char(out, '[');
                        dump_expr(access->index, out);
                        buf_char(out, ']');
                        break;
                case ACCESS_PRETTY:
                        buf_str(out, access->depth > 1 ? "$$" : "$");
                        break;
                }
}

static void dump_target(const Expr *e, Buf *out) {
        const ExprTarget *target = (const ExprTarget *) e;
        buf_str(out, target->address_of ? "&" : "");
        if (target->target == TARGET_VAR) {
                buf_str(out, target->name);
        } else if (target->target == TARGET_EXPR) {
                dump_operand(target->value, out);
        } else {
                buf_str(out, target->target == TARGET_CAST ? "@cast(" : "@var(");
                if (target->value) {
                        dump_expr(target->value, out);
                        buf_str(out, ", ");
                }
                text_add_quoted(out, target->name);
                if (target->module) {
                        buf_str(out, ", ");
                        text_add_quoted(out, target->module);
                }
                buf_char(out, ')');
        }
        dump_path(target, out);
}

static void dump_defined(const Expr *e, Buf *out) {
        buf_str(out, "@defined(");
        dump_expr(((const ExprDefined *) e)->operand, out);
        buf_char(out, ')');
}

static void dump_entry(const Expr *e, Buf *out) {
        buf_str(out, "@entry(");
        dump_expr(((const ExprEntry *) e)->operand, out);
        buf_char(out, ')');
}

static void dump_operator(const Expr *e, Buf *out) {
        const ExprOperator *operator = (const ExprOperator *) e;
        buf_str(out, operator->name);
        dump_keys(&operator->args, "(", ")", out);
}

static void dump_embedded(const Expr *e, Buf *out) {
        buf_printf(out, "%%{%s%%}", ((const ExprEmbedded *) e)->code);
}

/* What follows is of pass 2, for reading only. */

static const char *const context_names[] = {
        [CONTEXT_ARG] = "arg",
        [CONTEXT_RETURN] = "return_value",
        [CONTEXT_TRACE_ARG] = "trace_arg",
        [CONTEXT_SYSCALL_ARG] = "syscall_arg",
        [CONTEXT_SAVED] = "saved",
        [CONTEXT_REGS] = "regs",
};

static void dump_context(const Expr *e, Buf *out) {
        const ExprContext *context = (const ExprContext *) e;
        if (context->source == CONTEXT_SYMBOL)
                buf_printf(out, "<%s %s>", context->per_cpu ? "per_cpu" : "symbol", context->symbol);
        else
                buf_printf(out, "<%s %u:%c%u>", context_names[context->source], context->index,
                   context->is_signed ? 's' : 'u', context->size * 8);
}

static void dump_load(const Expr *e, Buf *out) {
        const ExprLoad *load = (const ExprLoad *) e;
        buf_printf(out, "<%s %c%u>(", load->space == SPACE_USER ? "user_load" : "load",
                   load->is_signed ? 's' : 'u', load->size * 8);
        dump_expr(load->address, out);
        buf_char(out, ')');
}

static void dump_store(const Expr *e, Buf *out) {
        const ExprStore *store = (const ExprStore *) e;
        buf_printf(out, "<%s u%u>(", store->space == SPACE_USER ? "user_store" : "store", store->size * 8);
        dump_expr(store->address, out);
        buf_str(out, ", ");
        dump_expr(store->value, out);
        buf_char(out, ')');
}

static void (*const dumpers[_EXPR_KIND_MAX])(const Expr *e, Buf *out) = {
        [EXPR_NUMBER] = dump_number,     [EXPR_STRING] = dump_string,     [EXPR_NAME] = dump_name,
        [EXPR_INDEX] = dump_index,       [EXPR_CALL] = dump_call,         [EXPR_UNARY] = dump_unary,
        [EXPR_STEP] = dump_step,         [EXPR_BINARY] = dump_binary,     [EXPR_ASSIGN] = dump_assign,
        [EXPR_TERNARY] = dump_ternary,   [EXPR_IN] = dump_in,             [EXPR_REGEX] = dump_regex,
        [EXPR_PRINT] = dump_print,       [EXPR_STAT] = dump_stat,         [EXPR_HIST] = dump_hist,
        [EXPR_TARGET] = dump_target,     [EXPR_DEFINED] = dump_defined,   [EXPR_ENTRY] = dump_entry,
        [EXPR_OPERATOR] = dump_operator, [EXPR_EMBEDDED] = dump_embedded, [EXPR_CONTEXT] = dump_context,
        [EXPR_LOAD] = dump_load,         [EXPR_STORE] = dump_store,
};

void dump_expr(const Expr *e, Buf *out) {
        if (e)
                dumpers[e->kind](e, out);
        else
                buf_char(out, '*');
}
