/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Comments of embedded C. Those that name globals say what it may look at with STAP_GLOBAL_GET_x and change
 * with STAP_GLOBAL_SET_x: they are the function's, like those that a body in the language names.
 */
#include "elaborate/lower.h"
#include "elaborate/scope.h"

static Span pragma_span(const Function *f, const char *at, size_t len) {
        Span s = f->embedded_span;
        s.offset += (uint32_t) (at - f->embedded) + 2; /* the %{ */
        s.len = (uint32_t) len;
        return s;
}

static void no_global(Elab *e, const File *from, const char *name, Span span) {
        NameVec names = {};
        scope_global_names(e, from, &names);
        Diag *d = diag_add(e->diags, DIAG_E0261, span, "no global `%s`", name);
        hint_similar(e, d, name, names.items, names.n, "");
}

static EmbeddedGlobal *find_use(Elab *e, Function *f, Var *v) {
        vec_foreach(it, &f->globals)
                if (it->var == v)
                        return it;
        vec_push(e->arena, &f->globals, ((EmbeddedGlobal) { .var = v }));
        return &vec_last(&f->globals);
}

static void add_uses(Elab *e, const File *from, Function *f, const char *pragma, bool writes) {
        for (const char *at = f->embedded; (at = strstr(at, pragma));) {
                at += strlen(pragma);
                size_t len = strspn(at, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_");
                const char *name = arena_strndup(e->arena, at, len);
                Var *v = scope_find_global(e, from, name);
                if (!v) {
                        no_global(e, from, name, pragma_span(f, at, len));
                        continue;
                }
                EmbeddedGlobal *use = find_use(e, f, v);
                *(writes ? &use->writes : &use->reads) = true;
        }
}

/* pragma:pointer:task_struct, of tapsets: the result leads on, like that of @cast. */
static const TypeRef *result_type(Elab *e, const Function *f) {
        static const char pragma[] = "pragma:pointer:";
        const char *at = strstr(f->embedded, pragma);
        if (!at || !f->from_library || !e->world->kernel)
                return NULL;
        at += strlen(pragma);
        const char *name = arena_strndup(e->arena, at, strcspn(at, " *"));
        const TypeRef *type = kernel_find_type(e->world->kernel, name);
        return type ? kernel_pointer_to(e->world->kernel, type) : NULL;
}

void pragmas_link(Elab *e, const File *from, Unit *u) {
        Function *f = u->function;
        u->result_ctype = result_type(e, f);
        add_uses(e, from, f, "pragma:read:", /* writes= */ false);
        add_uses(e, from, f, "pragma:write:", /* writes= */ true);
}

static void check_use(Elab *e, const Function *f, const EmbeddedGlobal *use) {
        const char *name = use->var->name;
        if (use->var->type == TYPE_STATS)
                diag_add(e->diags, DIAG_E0261, f->name_span,
                         "embedded C cannot use `%s`, which is a statistic", name);
        else if (use->var->is_array && use->var->keys.n == 0)
                diag_add(e->diags, DIAG_E0261, f->name_span, "nothing says how many keys `%s` has", name);
}

void pass_pragmas(Elab *e) {
        vec_foreach(it, &e->units)
                if ((*it)->function)
                        vec_foreach(use, &(*it)->function->globals)
                                check_use(e, (*it)->function, use);
}
