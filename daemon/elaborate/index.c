/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "elaborate/index.h"
#include "lang/walk.h"

/* ------------------------------------------------------------------ embedded C's comments */

static const struct {
        const char *text;
        unsigned tag;
} tags[] = {
        { "/* pure */", TAG_PURE },
        { "/* stable */", TAG_PURE | TAG_STABLE },
        { "/* guru */", TAG_GURU },
        { "/* string */", TAG_STRING },
        { "/* pragma:headers */", TAG_HEADERS },
        { "/* pragma:regs */", TAG_REGS },
        { "stp_register(", TAG_REGS },
        { "c->regs", TAG_REGS },
        { "CONTEXT->regs", TAG_REGS },
        { "/* pragma:stack */", TAG_STACK },
        { "stp_stack_", TAG_STACK },
        { "STAP_NEXT", TAG_NEXT },
};

unsigned embedded_tags(const char *code) {
        unsigned found = 0;
        for (size_t i = 0; i < ELEMENTSOF(tags); i++)
                if (strstr(code, tags[i].text))
                        found |= tags[i].tag;
        return found;
}

/* `cpu()` of: deprecated: cpu() in a comment of its own. */
static const char *deprecated_instead(Arena *a, const char *code) {
        static const char mark[] = "/* deprecated: ";
        const char *at = strstr(code, mark), *end = at ? strstr(at, " */") : NULL;
        if (!end)
                return NULL;
        at += strlen(mark);
        return arena_strndup(a, at, (size_t) (end - at));
}

/* ------------------------------------------------------------------ what a function's body holds */

typedef struct {
        Visitor visitor;
        Arena *arena;
        FunctionDecl *decl;
} Scan;

static bool scan_expr(Visitor *v, Expr **x) {
        Scan *s = (Scan *) v;
        ExprTarget *target = expr_as(Target, *x);
        ExprCall *call = expr_as(Call, *x);
        if (call)
                vec_push(s->arena, &s->decl->calls, call);
        if ((target && target->target == TARGET_VAR) || (*x)->kind == EXPR_ENTRY)
                s->decl->uses_targets = true;
        return true;
}

static bool scan_stmt(Visitor *v, Stmt **x) {
        if ((*x)->kind == STMT_NEXT)
                ((Scan *) v)->decl->may_next = true;
        return true;
}

static void scan_function(Arena *a, FunctionDecl *d) {
        if (d->function->embedded) {
                d->tags = embedded_tags(d->function->embedded);
                d->may_next = d->tags & TAG_NEXT;
                d->deprecated = deprecated_instead(a, d->function->embedded);
        }
        Scan s = { .visitor = { .expr_pre = scan_expr, .stmt_pre = scan_stmt }, .arena = a, .decl = d };
        Stmt *body = d->function->body; /* the scan replaces nothing */
        walk_stmt(&s.visitor, &body);
}

/* ------------------------------------------------------------------ by name */

/* The vector that stands under `name`, made when there is none. */
#define vec_of(x, map, name, type)                                              \
        ({                                                                      \
                type *_v = strmap_get(&(x)->map, (name));                       \
                if (!_v) {                                                      \
                        _v = arena_new0((x)->arena, type);                      \
                        strmap_put((x)->arena, &(x)->map, (name), _v);          \
                }                                                               \
                _v;                                                             \
        })

void index_init(Index *x, Arena *a, const Index *before) {
        *x = (Index) { .arena = a };
        if (before) {
                x->n_functions = before->n_functions;
                x->n_globals = before->n_globals;
        }
}

static void add_function(Index *x, const File *f, const Function *function) {
        FunctionDecl *d = arena_new0(x->arena, FunctionDecl);
        d->function = function;
        d->file = f;
        d->id = x->n_functions++;
        scan_function(x->arena, d);
        vec_push(x->arena, vec_of(x, functions, function->name, FunctionDeclVec), d);
}

static void add_global(Index *x, const File *f, const Var *var) {
        GlobalDecl *d = arena_new0(x->arena, GlobalDecl);
        *d = (GlobalDecl) { .var = var, .file = f, .id = x->n_globals++ };
        vec_push(x->arena, vec_of(x, globals, var->name, GlobalDeclVec), d);
}

static void add_alias(Index *x, const File *f, const AliasDecl *alias) {
        vec_foreach(it, &alias->names) {
                AliasName *n = arena_new0(x->arena, AliasName);
                *n = (AliasName) { .alias = alias, .file = f, .name = *it,
                                   .text = probe_point_text(x->arena, *it) };
                vec_push(x->arena, vec_of(x, aliases, n->text, AliasNameVec), n);
                vec_push(x->arena, &x->alias_names, n);
        }
}

void index_add(Index *x, const File *f) {
        vec_foreach(it, &f->functions)
                add_function(x, f, *it);
        vec_foreach(it, &f->globals)
                add_global(x, f, *it);
        vec_foreach(it, &f->aliases)
                add_alias(x, f, *it);
}

const FunctionDeclVec *index_functions(const Index *x, const char *name) {
        return strmap_get(&x->functions, name);
}

const GlobalDeclVec *index_globals(const Index *x, const char *name) {
        return strmap_get(&x->globals, name);
}

const AliasNameVec *index_aliases(const Index *x, const char *text) {
        return strmap_get(&x->aliases, text);
}
