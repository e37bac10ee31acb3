/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Statements as text, one to a line, each with its semicolon: the grammar knows no line ends, and `x = 1`
 * before `-y` would else be one expression.
 */
#include "lang/dump.h"

static void add_indent(unsigned indent, Buf *out) {
        for (unsigned i = 0; i < indent; i++)
                buf_char(out, '\t');
}

/* The statement that an if, a loop or a try holds: a block on the same line, others on one of their own. */
static void dump_body(const Stmt *s, unsigned indent, Buf *out) {
        if (s->kind == STMT_BLOCK) {
                buf_char(out, ' ');
                dump_stmt(s, indent, out);
                return;
        }
        buf_char(out, '\n');
        add_indent(indent + 1, out);
        dump_stmt(s, indent + 1, out);
}

static void dump_block(const Stmt *s, unsigned indent, Buf *out) {
        buf_str(out, "{\n");
        vec_foreach(it, &((const StmtBlock *) s)->body) {
                add_indent(indent + 1, out);
                dump_stmt(*it, indent + 1, out);
        }
        add_indent(indent, out);
        buf_str(out, "}\n");
}

static void dump_empty(const Stmt *s, unsigned indent, Buf *out) {
        buf_str(out, ";\n");
}

/* Embedded C at the start of a statement is all of it, so an expression that begins with some is put into
 * parentheses. */
static void dump_expr_stmt(const Stmt *s, unsigned indent, Buf *out) {
        const Expr *e = ((const StmtExpr *) s)->expr;
        size_t start = out->len;
        dump_expr(e, out);
        if (!out->failed && out->len > start && strncmp(out->data + start, "%{", 2) == 0) {
                out->len = start;
                buf_char(out, '(');
                dump_expr(e, out);
                buf_char(out, ')');
        }
        buf_str(out, ";\n");
}

static void dump_if(const Stmt *s, unsigned indent, Buf *out) {
        const StmtIf *stmt = (const StmtIf *) s;
        buf_str(out, "if (");
        dump_expr(stmt->condition, out);
        buf_char(out, ')');
        dump_body(stmt->yes, indent, out);
        if (!stmt->no)
                return;
        add_indent(indent, out);
        buf_str(out, "else");
        dump_body(stmt->no, indent, out);
}

static void dump_while(const Stmt *s, unsigned indent, Buf *out) {
        const StmtWhile *stmt = (const StmtWhile *) s;
        buf_str(out, "while (");
        dump_expr(stmt->condition, out);
        buf_char(out, ')');
        dump_body(stmt->body, indent, out);
}

static void dump_optional(const char *before, const Expr *e, Buf *out) {
        if (!e)
                return;
        buf_str(out, before);
        dump_expr(e, out);
}

static void dump_for(const Stmt *s, unsigned indent, Buf *out) {
        const StmtFor *stmt = (const StmtFor *) s;
        buf_str(out, "for (");
        dump_optional("", stmt->init, out);
        buf_char(out, ';');
        dump_optional(" ", stmt->condition, out);
        buf_char(out, ';');
        dump_optional(" ", stmt->step, out);
        buf_char(out, ')');
        dump_body(stmt->body, indent, out);
}

static void dump_foreach_keys(const StmtForeach *stmt, Buf *out) {
        bool bracket = stmt->keys.n != 1;
        buf_str(out, bracket ? "[" : "");
        for (size_t i = 0; i < stmt->keys.n; i++) {
                buf_printf(out, "%s%s", i ? ", " : "", stmt->keys.items[i]->name);
                if (stmt->sort_direction && stmt->sort_column == (int) i)
                        buf_char(out, stmt->sort_direction > 0 ? '+' : '-');
        }
        buf_str(out, bracket ? "]" : "");
}

static void dump_foreach(const Stmt *s, unsigned indent, Buf *out) {
        const StmtForeach *stmt = (const StmtForeach *) s;
        buf_str(out, "foreach (");
        if (stmt->value)
                buf_printf(out, "%s = ", stmt->value->name);
        dump_foreach_keys(stmt, out);
        buf_str(out, " in ");
        dump_expr(stmt->array, out);
        for (size_t i = 0; i < stmt->slice.n; i++) {
                buf_str(out, i ? ", " : "[");
                dump_expr(stmt->slice.items[i], out);
        }
        buf_str(out, stmt->slice.n ? "]" : "");
        if (stmt->sort_direction && stmt->sort_column == FOREACH_SORT_VALUE)
                buf_printf(out, "%s%s%c", stmt->sort_has_stat ? " " : "",
                           stmt->sort_has_stat ? stat_op_name(stmt->sort_stat) : "",
                           stmt->sort_direction > 0 ? '+' : '-');
        dump_optional(" limit ", stmt->limit, out);
        buf_char(out, ')');
        dump_body(stmt->body, indent, out);
}

static void dump_break(const Stmt *s, unsigned indent, Buf *out) {
        buf_str(out, "break;\n");
}

static void dump_continue(const Stmt *s, unsigned indent, Buf *out) {
        buf_str(out, "continue;\n");
}

static void dump_next(const Stmt *s, unsigned indent, Buf *out) {
        buf_str(out, "next;\n");
}

static void dump_return(const Stmt *s, unsigned indent, Buf *out) {
        buf_str(out, "return");
        dump_optional(" ", ((const StmtReturn *) s)->value, out);
        buf_str(out, ";\n");
}

static void dump_delete(const Stmt *s, unsigned indent, Buf *out) {
        buf_str(out, "delete ");
        dump_expr(((const StmtDelete *) s)->target, out);
        buf_str(out, ";\n");
}

static void dump_try(const Stmt *s, unsigned indent, Buf *out) {
        const StmtTry *stmt = (const StmtTry *) s;
        buf_str(out, "try");
        dump_body(stmt->body, indent, out);
        add_indent(indent, out);
        buf_str(out, "catch");
        if (stmt->variable)
                buf_printf(out, " (%s)", stmt->variable->name);
        dump_body(stmt->handler, indent, out);
}

static void dump_embedded(const Stmt *s, unsigned indent, Buf *out) {
        buf_printf(out, "%%{%s%%}\n", ((const StmtEmbedded *) s)->code);
}

static void (*const dumpers[_STMT_KIND_MAX])(const Stmt *s, unsigned indent, Buf *out) = {
        [STMT_BLOCK] = dump_block,       [STMT_EMPTY] = dump_empty,   [STMT_EXPR] = dump_expr_stmt,
        [STMT_IF] = dump_if,             [STMT_WHILE] = dump_while,   [STMT_FOR] = dump_for,
        [STMT_FOREACH] = dump_foreach,   [STMT_BREAK] = dump_break,   [STMT_CONTINUE] = dump_continue,
        [STMT_RETURN] = dump_return,     [STMT_NEXT] = dump_next,     [STMT_DELETE] = dump_delete,
        [STMT_TRY] = dump_try,           [STMT_EMBEDDED] = dump_embedded,
};

void dump_stmt(const Stmt *s, unsigned indent, Buf *out) {
        dumpers[s->kind](s, indent, out);
}
