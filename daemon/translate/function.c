/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The functions of a script in C. A long is returned; a string is written to a buffer of the caller. A
 * function that may pass the call on to the next overload returns whether it took it, and its long through
 * a pointer.
 */
#include "lang/walk.h"
#include "translate/gen.h"

#define DEPTH_MAX 40 /* of calls without recursion: what they take of the kernel's stack is bounded */

bool function_may_next(const Function *f) {
        return f->may_next || (f->embedded && strstr(f->embedded, "STAP_NEXT"));
}

const char *function_name(Gen *g, const Function *f) {
        const char *name = ptrmap_get(&g->function_names, f);
        if (!name) {
                name = gen_name(g, &g->names, "f_", f->name);
                ptrmap_put(g->arena, &g->function_names, f, (void *) name);
        }
        return name;
}

/* ------------------------------------------------------------------ assigned parameters */

typedef struct {
        Visitor visitor;
        const Var *var;
        bool found;
} Finder;

static void finder_check(Finder *f, const Expr *e) {
        f->found |= e && e->kind == EXPR_NAME && ((const ExprName *) e)->var == f->var;
}

static bool find_expr(Visitor *v, Expr **e) {
        if ((*e)->kind == EXPR_ASSIGN)
                finder_check((Finder *) v, ((ExprAssign *) *e)->target);
        return true;
}

static bool find_stmt(Visitor *v, Stmt **s) {
        Finder *f = (Finder *) v;
        StmtForeach *loop = stmt_as(Foreach, *s);
        StmtTry *try = stmt_as(Try, *s);
        StmtDelete *del = stmt_as(Delete, *s);
        if (try && try->variable)
                finder_check(f, &try->variable->base);
        if (del)
                finder_check(f, del->target);
        if (!loop)
                return true;
        if (loop->value)
                finder_check(f, &loop->value->base);
        vec_foreach(key, &loop->keys)
                if (*key)
                        finder_check(f, &(*key)->base);
        return true;
}

static bool is_assigned(const Function *f, const Var *v) {
        Finder finder = {.visitor = {.expr_pre = find_expr, .stmt_pre = find_stmt}, .var = v};
        Stmt *body = f->body;
        walk_stmt(&finder.visitor, &body);
        return finder.found;
}

/* ------------------------------------------------------------------ heads */

static const char *argument_name(Gen *g, const Function *f, size_t i) {
        return text(g, "l_%s", f->params.items[i]->name);
}

static const char *function_head(Gen *g, const Function *f) {
        bool is_string = f->result == TYPE_STRING, may_next = function_may_next(f);
        const char *list = is_string ? ", char *ret" : may_next ? ", s64 *ret" : "";
        for (size_t i = 0; i < f->params.n; i++)
                list = text(g, "%s, %s%s", list,
                            f->params.items[i]->type == TYPE_STRING ? "const char *" : "s64 ",
                            argument_name(g, f, i));
        const char *type = may_next ? "bool" : is_string ? "void" : "s64";
        const char *inlined = f->embedded && f->from_library ? "inline " : "";
        return text(g, "static %s%s %s(struct stp_ctx *c%s)", inlined, type, function_name(g, f), list);
}

/* ------------------------------------------------------------------ bodies */

static void gen_function_body(Gen *g, const Function *f, const FunctionUse *use) {
        for (size_t i = 0; i < f->params.n; i++)
                routine_add_argument(g, f->params.items[i], argument_name(g, f, i),
                                     is_assigned(f, f->params.items[i]));
        unsigned cost = stmt_cost(f->body);
        /* Small functions of the tapsets are part of the statement that calls them. */
        if (!f->from_library || use->has_loop || use->recursive)
                gen_action(g, cost, gen_body_place(g, f->body));
        gen_stmt(g, f->body);
}

static void gen_script_function(Gen *g, const Function *f, const FunctionUse *use) {
        bool is_string = f->result == TYPE_STRING, may_next = function_may_next(f);
        Routine r;
        routine_begin(g, &r, function_name(g, f));
        r.function = f;
        r.probe = ptrmap_get(&g->saved_of, f);
        r.from_library = f->from_library;
        gen_function_body(g, f, use);
        const char *empty = is_string ? "ret[0] = 0;" : may_next ? "*ret = 0;" : NULL;
        const char *declare = may_next ? text(g, "bool taken = true;\n\n\t%s", empty)
                            : is_string ? text(g, "\n\t%s", empty) : "s64 ret = 0;";
        Shell shell = {
                .head = function_head(g, f),
                .declare = declare,
                .result = may_next ? "return taken;" : is_string ? "return;" : "return ret;",
                .recursive = use->recursive,
                .key = f,
        };
        routine_end(g, &shell);
}

static void check_depth(Gen *g, const Function *f, const FunctionUse *use) {
        if (use->depth <= DEPTH_MAX || f->from_library)
                return;
        diag_add(g->diags, DIAG_E0502, f->name_span,
                 "calls below `%s` are %u functions deep, at most %u may be", f->name, use->depth,
                 DEPTH_MAX);
}

static void own_functions(Gen *g, const FunctionUse *use, Probe *p) {
        vec_foreach(callee, &use->calls) {
                if (ptrmap_get(&g->saved_of, (*callee)->function))
                        continue;
                ptrmap_put(g->arena, &g->saved_of, (*callee)->function, p);
                own_functions(g, *callee, p);
        }
}

/* A function that uses what a return probe saved was made for that probe alone. */
static void find_owners(Gen *g) {
        for (size_t i = 0; i < g->program->probes.n; i++)
                if (g->program->probes.items[i]->saved.n)
                        own_functions(g, &g->usage->of_probe[i]->own, g->program->probes.items[i]);
}

void gen_functions(Gen *g) {
        find_owners(g);
        vec_foreach(f, &g->program->functions)
                buf_printf(g->out, "%s;\n", function_head(g, *f));
        buf_char(g->out, '\n');
        vec_foreach(f, &g->program->functions) {
                const FunctionUse *use = usage_function(g->usage, *f);
                check_depth(g, *f, use);
                buf_printf(g->out, "/* function %s */\n", (*f)->name);
                if ((*f)->embedded)
                        gen_embedded_function(g, *f, function_head(g, *f));
                else
                        gen_script_function(g, *f, use);
                if ((*f)->from_library && manifest_add_function(g->manifest, (*f)->name) < 0)
                        g->error = -ENOMEM;
        }
}
