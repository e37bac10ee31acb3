/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a script's author may not have meant: variables that are never assigned or never read, functions that
 * nobody calls. Tapsets are left alone: they offer more than one script uses. */
#include "elaborate/usage.h"
#include "elaborate/elab.h"
#include "elaborate/lower.h"

enum { WRITTEN = 1, READ = 2 };

static bool is_ours(const Var *v) {
        const VarInfo *info = var_info((Var *) v);
        bool in_script = info->file && !info->file->is_library && !info->file->is_tapset && v->span.file && !v->span.expansion;
        return in_script && v->type != TYPE_POISON;
}

static void add_names(Elab *e, NameVec *names, const VarVec *vars, const Var *except) {
        vec_foreach(it, vars)
                if (*it != except && (*it)->is_written)
                        vec_push(e->arena, names, (*it)->name);
}

static bool is_function(Elab *e, const char *name) {
        return index_functions(&e->index, name) || index_functions(library_index(e->library), name);
}

/* `int x = 5` of other languages: two expressions here. */
static bool is_foreign_type(const char *name) {
        static const char *const types[] = {
                "int", "char", "unsigned", "short", "bool", "float", "double", "void",
                "auto", "static", "const", "var", "let", "local", "my", "str",
        };
        for (size_t i = 0; i < ELEMENTSOF(types); i++)
                if (strcmp(name, types[i]) == 0)
                        return true;
        return false;
}

/* Words of other languages that are variables here. */
static const struct { const char *name, *instead; } foreign_words[] = {
        { "true", "write 1: `true` is a variable like any other" },
        { "false", "write 0: `false` is a variable like any other" },
        { "NULL", "write 0: `NULL` is a variable like any other" },
        { "null", "write 0: `null` is a variable like any other" },
        { "then", "an `if` has no `then`: leave it out" },
        { "throw", "error(text) raises an error" },
        { "not", "write `!`" },
        { "def", "write `function`, outside of probes" },
};

static const char *foreign_word(const char *name) {
        for (size_t i = 0; i < ELEMENTSOF(foreign_words); i++)
                if (strcmp(name, foreign_words[i].name) == 0)
                        return foreign_words[i].instead;
        return NULL;
}

/* `count`, where the probe has `$count`. */
static bool is_target(Elab *e, const Unit *u, const char *name) {
        TargetInfoVec infos = {};
        if (u && u->place && u->place->family->targets)
                u->place->family->targets(e->world, u->place, &infos);
        vec_foreach(it, &infos)
                if (strcmp(it->name + 1, name) == 0)
                        return true;
        return false;
}

static void never_assigned(Elab *e, const Unit *u, const Var *v) {
        NameVec names = {};
        if (u)
                add_names(e, &names, &u->locals, v);
        if (u && u->function)
                vec_foreach(it, &u->function->params)
                        vec_push(e->arena, &names, (*it)->name);
        add_names(e, &names, &e->globals, v);
        Diag *d = diag_add(e->diags, DIAG_W0202, v->span, "`%s` is never assigned", v->name);
        if (is_function(e, v->name) || call_is_builtin(v->name))
                diag_hint(e->diags, d, "call the function: `%s()`", v->name);
        else if (is_target(e, u, v->name))
                diag_hint(e->diags, d, "the probe point's own is `$%s`", v->name);
        else if (foreign_word(v->name))
                diag_hint(e->diags, d, "%s", foreign_word(v->name));
        else if (is_foreign_type(v->name))
                diag_hint(e->diags, d, "local variables are not declared: leave `%s` out", v->name);
        else
                hint_similar(e, d, v->name, names.items, names.n, "");
}

/*
 * One probe with many aliases is many units: a name that only some of them assign, or read, is no mistake.
 * So all units of a probe or function count together.
 */
static const char *use_key(Elab *e, const Unit *u, const Var *v) {
        const void *owner = u->decl ? (const void *) u->decl : u->probe;
        return arena_printf(e->arena, "%p:%s", owner, v->name);
}

static void note_use(Elab *e, StrMap *uses, const Unit *u, const Var *v) {
        const char *key = use_key(e, u, v);
        uintptr_t known = (uintptr_t) strmap_get(uses, key);
        known |= (v->is_written ? WRITTEN : 0) | (v->is_read || var_info((Var *) v)->is_bound ? READ : 0);
        strmap_put(e->arena, uses, key, (void *) known);
}

static void warn_local(Elab *e, const Unit *u, const StrMap *uses, const Var *v) {
        uintptr_t known = (uintptr_t) strmap_get(uses, use_key(e, u, v));
        if (known == READ && v->is_read)
                never_assigned(e, u, v);
        else if (known == WRITTEN)
                diag_add(e->diags, DIAG_W0203, v->span, "`%s` is assigned and never read", v->name);
}

static void warn_locals(Elab *e) {
        StrMap uses = STRMAP_INIT;
        vec_foreach(u, &e->units)
                vec_foreach(it, &(*u)->locals)
                        if (!(*u)->from_library)
                                note_use(e, &uses, *u, *it);
        vec_foreach(u, &e->units)
                vec_foreach(it, &(*u)->locals)
                        if (is_ours(*it))
                                warn_local(e, *u, &uses, *it);
}

static void warn_global(Elab *e, Var *v) {
        if (!is_ours(v))
                return;
        bool has_value = v->init || var_info(v)->setting;
        if (v->is_read && !v->is_written && !has_value)
                never_assigned(e, NULL, v);
        else if (!v->is_read && !v->is_written)
                diag_add(e->diags, DIAG_W0203, v->span, "global `%s` is never used", v->name);
}

static void warn_functions(Elab *e) {
        strmap_foreach(it, &e->index.functions)
                vec_foreach(d, (FunctionDeclVec *) it->value)
                        if (!e->is_called[(*d)->id] && !(*d)->is_shadowed && !(*d)->file->is_tapset)
                                diag_add(e->diags, DIAG_W0204, (*d)->function->name_span,
                                         "function `%s` is never called",
                                         (*d)->function->name);
}

void pass_warn(Elab *e) {
        usage_mark(e, /* only_reached= */ false);
        warn_locals(e);
        vec_foreach(it, &e->globals)
                warn_global(e, *it);
        warn_functions(e);
        warn_unreachable(e);
}
