/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "translate/collect.h"
#include "lang/walk.h"

typedef struct {
        Visitor visitor;
        Usage *usage;
        FunctionUse *use;
        unsigned loops;
} Collector;

static GlobalUse *collector_global(Collector *c, const Expr *e) {
        ExprName *name = expr_as(Name, (Expr *) e);
        int i = name ? usage_global(c->usage, name->var) : -1;
        if (i < 0)
                return NULL;
        GlobalUse *g = &c->use->globals[i];
        g->repeated |= c->loops > 0;
        return g;
}

static void collect_read(Collector *c, const Expr *name) {
        GlobalUse *g = collector_global(c, name);
        if (g)
                g->reads++;
}

static void collect_write(Collector *c, const Expr *name) {
        GlobalUse *g = collector_global(c, name);
        if (!g)
                return;
        g->writes++;
        c->use->writes = true;
}

/* The keys of an element, and the array's or variable's own name. */
static Expr *collect_target(Collector *c, Expr *target) {
        ExprIndex *index = expr_as(Index, target);
        if (!index)
                return target;
        vec_foreach(key, &index->keys)
                walk_expr(&c->visitor, key);
        return index->array;
}

/* ------------------------------------------------------------------ expressions */

static void collect_stat_op(Collector *c, const Expr *stat, StatOp op) {
        const Expr *name = stat->kind == EXPR_INDEX ? ((const ExprIndex *) stat)->array : stat;
        int i = name->kind == EXPR_NAME ? usage_global(c->usage, ((const ExprName *) name)->var) : -1;
        if (i >= 0)
                c->usage->stat_ops[i] |= 1u << op;
}

static void collect_assign(Collector *c, ExprAssign *a) {
        Expr *name = collect_target(c, a->target);
        bool element = a->target->kind == EXPR_INDEX;
        walk_expr(&c->visitor, &a->value);
        if (a->op == OP_STAT_ADD) {
                GlobalUse *g = collector_global(c, name);
                if (g)
                        g->feeds++;
                c->use->can_fail |= element;
                return;
        }
        c->use->can_fail |= element || a->op == OP_DIV || a->op == OP_MOD;
        if (name->kind != EXPR_NAME) { /* a target variable that is written */
                walk_expr(&c->visitor, &name);
                c->use->can_fail = true;
        }
        if (a->op != OP_NONE)
                collect_read(c, name);
        collect_write(c, name);
}

static void collect_step(Collector *c, ExprStep *s) {
        Expr *name = collect_target(c, s->operand);
        c->use->can_fail |= s->operand->kind == EXPR_INDEX;
        collect_read(c, name);
        collect_write(c, name);
}

static void collect_call(Collector *c, const ExprCall *call) {
        vec_foreach(target, &call->targets) {
                FunctionUse *callee = usage_function(c->usage, *target);
                if (callee)
                        vec_push(c->usage->arena, &c->use->calls, callee);
        }
}

static bool divisor_is_safe(const Expr *e) {
        return e->kind == EXPR_NUMBER && ((const ExprNumber *) e)->value != 0;
}

static bool collect_expr(Visitor *v, Expr **e) {
        Collector *c = (Collector *) v;
        switch ((*e)->kind) {
        case EXPR_NAME:
                collect_read(c, *e);
                return true;
        case EXPR_ASSIGN:
                collect_assign(c, (ExprAssign *) *e);
                return false;
        case EXPR_STEP:
                collect_step(c, (ExprStep *) *e);
                return false;
        case EXPR_CALL:
                collect_call(c, (ExprCall *) *e);
                return true;
        case EXPR_BINARY: {
                const ExprBinary *b = (const ExprBinary *) *e;
                c->use->can_fail |= (b->op == OP_DIV || b->op == OP_MOD) && !divisor_is_safe(b->right);
                return true;
        }
        case EXPR_LOAD:
        case EXPR_EMBEDDED:
        case EXPR_CONTEXT:
                c->use->opaque = true;
                c->use->can_fail |= (*e)->kind != EXPR_CONTEXT ||
                                    ((ExprContext *) *e)->source == CONTEXT_SYMBOL;
                return true;
        case EXPR_STAT:
                collect_stat_op(c, ((ExprStat *) *e)->stat, ((ExprStat *) *e)->op);
                /* fall through */
        case EXPR_HIST:
        case EXPR_STORE:
                c->use->can_fail = true;
                return true;
        default:
                return true;
        }
}

/* ------------------------------------------------------------------ statements */

/* `n++;`, `n += e;`, `n -= e;` on a global long: may be a lone counter. */
static bool collect_lone(Collector *c, StmtExpr *s) {
        ExprStep *step = expr_as(Step, s->expr);
        ExprAssign *assign = expr_as(Assign, s->expr);
        Expr *name = step ? step->operand : assign ? assign->target : NULL;
        if (assign && assign->op != OP_ADD && assign->op != OP_SUB)
                return false;
        if (!name || name->kind != EXPR_NAME || name->type != TYPE_LONG)
                return false;
        GlobalUse *g = collector_global(c, name);
        if (!g)
                return false;
        g->adds++;
        c->use->writes = true;
        if (assign)
                walk_expr(&c->visitor, &assign->value);
        return true;
}

static void collect_foreach(Collector *c, StmtForeach *s) {
        vec_foreach(key, &s->keys)
                if (*key)
                        collect_write(c, &(*key)->base);
        if (s->value)
                collect_write(c, &s->value->base);
        if (s->array->kind == EXPR_HIST)
                walk_expr(&c->visitor, &s->array);
        else if (s->sort_direction)
                collect_write(c, s->array); /* sorting moves the elements */
        else
                collect_read(c, s->array);
        if (s->array->kind == EXPR_NAME && s->sort_direction && s->sort_column == FOREACH_SORT_VALUE)
                collect_stat_op(c, s->array, s->sort_stat);
        vec_foreach(key, &s->slice)
                walk_expr(&c->visitor, key);
        walk_expr(&c->visitor, &s->limit);
        c->loops++;
        walk_stmt(&c->visitor, &s->body);
        c->loops--;
}

static bool is_array(const Expr *target) {
        return target->kind == EXPR_INDEX ||
               (target->kind == EXPR_NAME && ((const ExprName *) target)->var->is_array);
}

static bool collect_stmt(Visitor *v, Stmt **s) {
        Collector *c = (Collector *) v;
        switch ((*s)->kind) {
        case STMT_EXPR:
                return !collect_lone(c, (StmtExpr *) *s);
        case STMT_DELETE:
                c->use->can_fail |= is_array(((StmtDelete *) *s)->target);
                collect_write(c, collect_target(c, ((StmtDelete *) *s)->target));
                return false;
        case STMT_TRY:
                if (((StmtTry *) *s)->variable)
                        collect_write(c, &((StmtTry *) *s)->variable->base);
                return true;
        case STMT_FOREACH:
                c->use->has_loop = true;
                collect_foreach(c, (StmtForeach *) *s);
                return false;
        case STMT_WHILE:
        case STMT_FOR:
                c->use->has_loop = true;
                c->loops++;
                return true;
        case STMT_EMBEDDED:
                c->use->can_fail = c->use->opaque = true;
                return true;
        default:
                return true;
        }
}

static void collect_stmt_post(Visitor *v, Stmt **s) {
        if ((*s)->kind == STMT_WHILE || (*s)->kind == STMT_FOR)
                ((Collector *) v)->loops--;
}

/* ------------------------------------------------------------------ whole routines */

/* Services of the core that leave an error behind, as tapset functions in C call them. */
static const char *const failing_services[] = {
        "stp_error", "stp_abort", "stp_register", "stp_user_register", "stp_load_", "stp_store_", "stp_set_", "stp_map_",
        "stp_agg_", "stp_match_",
        NULL,
};

/* Where and how often, nobody knows: never a lone counter. True: one of them may fail. */
static bool collect_embedded_globals(Usage *u, FunctionUse *use, const Function *f) {
        bool arrays = false;
        vec_foreach(it, &f->globals) {
                int i = usage_global(u, it->var);
                if (i < 0)
                        continue;
                use->globals[i].reads += it->reads;
                use->globals[i].writes += it->writes;
                use->globals[i].repeated = true;
                use->writes |= it->writes;
                arrays |= it->var->is_array;
        }
        return arrays;
}

static void collect_embedded(Usage *u, FunctionUse *use, const Function *f) {
        use->opaque = true;
        use->raises = strstr(f->embedded, "STAP_ERROR") || strstr(f->embedded, "stp_register") ||
                      strstr(f->embedded, "stp_user_register") || strstr(f->embedded, "stp_load_") ||
                      strstr(f->embedded, "stp_set_") || strstr(f->embedded, "stp_match_");
        use->can_fail = use->raises || (!f->from_library && strstr(f->embedded, "CONTEXT"));
        use->can_fail |= collect_embedded_globals(u, use, f);
        for (const char *const *name = failing_services; *name; name++)
                use->can_fail |= strstr(f->embedded, *name) != NULL;
}

static Collector collector(Usage *u, FunctionUse *use) {
        return (Collector) {.visitor = {.expr_pre = collect_expr, .stmt_pre = collect_stmt,
                                        .stmt_post = collect_stmt_post},
                            .usage = u, .use = use};
}

void collect_function(Usage *u, FunctionUse *use) {
        const Function *f = use->function;
        Collector c = collector(u, use);
        Stmt *body = f->body;
        if (f->embedded)
                collect_embedded(u, use, f);
        walk_stmt(&c.visitor, &body);
}

void collect_handler(Usage *u, FunctionUse *use, Probe *p, Stmt *body, Expr *condition, bool entry) {
        Collector c = collector(u, use);
        walk_expr(&c.visitor, &condition);
        walk_stmt(&c.visitor, &body);
        if (entry)
                vec_foreach(e, &p->saved)
                        walk_expr(&c.visitor, e);
}

/* ------------------------------------------------------------------ effects of one expression */

typedef struct {
        Visitor visitor;
        const Usage *usage;
        bool found;
} EffectFinder;

static bool effect_expr(Visitor *v, Expr **e) {
        EffectFinder *f = (EffectFinder *) v;
        ExprCall *call = expr_as(Call, *e);
        if (call)
                vec_foreach(target, &call->targets) {
                        FunctionUse *use = usage_function(f->usage, *target);
                        f->found |= !use || use->writes;
                }
        f->found |= (*e)->kind == EXPR_ASSIGN || (*e)->kind == EXPR_STEP || (*e)->kind == EXPR_EMBEDDED ||
                    (*e)->kind == EXPR_STORE;
        return !f->found;
}

bool usage_has_effect(const Usage *u, Expr *e) {
        EffectFinder f = {.visitor = {.expr_pre = effect_expr}, .usage = u};
        walk_expr(&f.visitor, &e);
        return f.found;
}
