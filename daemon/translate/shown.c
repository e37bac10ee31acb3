/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Globals that a script fills and never reads are printed when it ends: the counting script needs no end
 * probe. This makes that probe, as a tree, so that it is translated as any other.
 */
#include "translate/gen.h"

static Expr *name_new(Arena *a, Var *v, Type type) {
        ExprName *e = expr_new(a, Name, v->span);
        e->name = v->name;
        e->var = v;
        e->base.type = type;
        return &e->base;
}

static Expr *stat_new(Arena *a, Expr *of, StatOp op) {
        ExprStat *e = expr_new(a, Stat, of->span);
        e->op = op;
        e->stat = of;
        e->base.type = TYPE_LONG;
        return &e->base;
}

static ExprPrint *print_new(Arena *a, const Var *v) {
        ExprPrint *p = expr_new(a, Print, v->span);
        p->shown = v;
        p->name = "printf";
        p->formatted = true;
        p->base.type = TYPE_LONG;
        return p;
}

static Stmt *expr_stmt_new(Arena *a, Expr *e) {
        StmtExpr *s = stmt_new(a, Expr, e->span);
        s->expr = e;
        return &s->base;
}

/* "=%d", or what statistics have to say; the values go into p. */
static const char *value_format(Arena *a, ExprPrint *p, Expr *value, Type type) {
        if (type != TYPE_STATS) {
                vec_push(a, &p->args, value);
                return type == TYPE_STRING ? "=\"%s\"\n" : "=%d\n";
        }
        vec_push(a, &p->args, stat_new(a, value, STAT_COUNT));
        vec_push(a, &p->args, stat_new(a, value, STAT_MIN));
        vec_push(a, &p->args, stat_new(a, value, STAT_MAX));
        vec_push(a, &p->args, stat_new(a, value, STAT_SUM));
        vec_push(a, &p->args, stat_new(a, value, STAT_AVG));
        return " @count=%d @min=%d @max=%d @sum=%d @avg=%d\n";
}

/* A statistic without a value has no minimum: it is left out. */
static Stmt *scalar_stmt(Arena *a, Var *v) {
        ExprPrint *p = print_new(a, v);
        const char *format = value_format(a, p, name_new(a, v, v->type), v->type);
        p->final_format = p->format = arena_printf(a, "%s%s", v->name, format);
        Stmt *print = expr_stmt_new(a, &p->base);
        if (v->type != TYPE_STATS)
                return print;
        StmtIf *s = stmt_new(a, If, v->span);
        s->condition = stat_new(a, name_new(a, v, TYPE_STATS), STAT_COUNT);
        s->yes = print;
        return &s->base;
}

static Var *local_new(Arena *a, Probe *p, const char *name, Type type) {
        Var *v = arena_new0(a, Var);
        *v = (Var) {.kind = VAR_LOCAL, .name = name, .type = type};
        vec_push(a, &p->locals, v);
        return v;
}

static Stmt *array_stmt(Arena *a, Probe *probe, Var *v) {
        StmtForeach *s = stmt_new(a, Foreach, v->span);
        ExprPrint *p = print_new(a, v);
        const char *format = arena_printf(a, "%s[", v->name);
        for (size_t i = 0; i < v->keys.n; i++) {
                Var *key = local_new(a, probe, arena_printf(a, "%s_key%zu", v->name, i + 1),
                                     v->keys.items[i]);
                vec_push(a, &s->keys, (ExprName *) name_new(a, key, key->type));
                vec_push(a, &p->args, name_new(a, key, key->type));
                format = arena_printf(a, "%s%s%s", format, i ? "," : "", key->type == TYPE_STRING ? "\"%s\"" : "%d");
        }
        Var *value = local_new(a, probe, v->name, v->type);
        s->value = (ExprName *) name_new(a, value, v->type);
        s->array = name_new(a, v, v->type);
        s->sort_direction = -1;
        s->sort_column = FOREACH_SORT_VALUE;
        format = arena_printf(a, "%s]%s", format, value_format(a, p, name_new(a, value, v->type), v->type));
        p->final_format = p->format = format;
        s->body = expr_stmt_new(a, &p->base);
        return &s->base;
}

void shown_add_probe(Program *program) {
        Arena *a = program->arena;
        if (!program->shown.n)
                return;
        Probe *p = arena_new0(a, Probe);
        StmtBlock *body = stmt_new(a, Block, SPAN_NONE);
        *p = (Probe) {.id = program->probes.n, .point = "end", .written = "end", .body = &body->base};
        p->attach = (ProbeAttach) {.kind = STP_END, .number = INT64_MAX};
        vec_foreach(v, &program->shown)
                vec_push(a, &body->body, (*v)->is_array ? array_stmt(a, p, *v) : scalar_stmt(a, *v));
        vec_push(a, &program->probes, p);
}
