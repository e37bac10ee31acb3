/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is wrong with a call, and what was probably meant by it. */
#include "elaborate/absent.h"
#include "elaborate/lower.h"

#define MAX_CANDIDATES 5 /* shown with their places */

/* ------------------------------------------------------------------ no such function */

/* What people of other languages write. */
static const struct {
        const char *name, *instead;
} habits[] = {
        { "strcmp", "compare strings with == != < >" },
        { "elseif", "write `else if`" },
        { "elif", "write `else if`" },
        { "elsif", "write `else if`" },
        { "sleep", "a handler does not wait; `probe timer.s(N) { ... }` runs every N seconds" },
        { "strcat", "put strings together with ." },
        { "sizeof", "@cast_sizeof(\"type\") is the size of a type" },
        { "puts", "println(text) prints a line" },
        { "len", "strlen(text) is the length of a string" },
        { "str", "sprint(value) makes a string of a value" },
        { "atoi", "strtol(text, 10) makes a number of a string" },
        { "nsecs", "gettimeofday_ns() is the time in nanoseconds" },
        { "comm", "execname() is the name of the process" },
        { "time", "gettimeofday_s() is the time in seconds" },
};

/* Statements and operators that look like calls. */
static const char *const builtins[] = {
        "print", "println", "printf", "printd", "printdln", "sprint", "sprintln", "sprintf", "sprintd",
        "sprintdln",
};
static const char *const extractors[] = {
        "count", "sum", "min", "max", "avg", "variance", "hist_log", "hist_linear", "defined", "cast", "var", "entry",
        "enum",
};

bool call_is_builtin(const char *name) {
        for (size_t i = 0; i < ELEMENTSOF(builtins); i++)
                if (strcmp(builtins[i], name) == 0)
                        return true;
        return false;
}

static const FunctionDecl *find_private(Lower *l, const char *name) {
        const Index *indices[] = { &l->e->index, library_index(l->e->library) };
        for (size_t i = 0; i < ELEMENTSOF(indices); i++) {
                const FunctionDeclVec *all = index_functions(indices[i], name);
                if (all)
                        return all->items[0];
        }
        return NULL;
}

static bool is_visible(const Lower *l, const FunctionDeclVec *all) {
        vec_foreach(it, all)
                if (!(*it)->function->is_private || (*it)->file == l->file)
                        return true;
        return false;
}

static void visible_names(Lower *l, NameVec *ret) {
        const Index *indices[] = { &l->e->index, library_index(l->e->library) };
        for (size_t i = l->file->is_library; i < ELEMENTSOF(indices); i++)
                strmap_foreach(it, &indices[i]->functions)
                        if (is_visible(l, it->value) && (it->key[0] != '_' || l->file->is_library))
                                vec_push(l->e->arena, ret, it->key);
        for (size_t i = 0; i < ELEMENTSOF(builtins); i++)
                vec_push(l->e->arena, ret, builtins[i]);
}

static bool hint_known(Lower *l, Diag *d, const char *name) {
        const char *why = absent_function(name);
        if (why) {
                diag_note(l->e->diags, d, SPAN_NONE, "SystemTap has it, and this version of stapd does not: %s", why);
                return true;
        }
        for (size_t i = 0; i < ELEMENTSOF(habits); i++)
                if (strcmp(habits[i].name, name) == 0) {
                        diag_hint(l->e->diags, d, "%s", habits[i].instead);
                        return true;
                }
        for (size_t i = 0; i < ELEMENTSOF(extractors); i++)
                if (strcmp(extractors[i], name) == 0) {
                        diag_hint(l->e->diags, d, "did you mean `@%s`?", name);
                        return true;
                }
        return false;
}

void call_unknown(Lower *l, const ExprCall *call) {
        Elab *e = l->e;
        NameVec names = {};
        Diag *d = diag_add(e->diags, DIAG_E0201, call->name_span, "no function `%s`", call->name);
        const FunctionDecl *private = find_private(l, call->name);
        if (private) {
                diag_note(e->diags, d, private->function->name_span, "this one is private to its file");
                return;
        }
        visible_names(l, &names);
        if (!hint_known(l, d, call->name) && !hint_similar(e, d, call->name, names.items, names.n, "()"))
                hint_keyword(e, d, call->name);
}

/* ------------------------------------------------------------------ wrong number of arguments */

static bool takes(const FunctionDeclVec *v, size_t n) {
        vec_foreach(it, v)
                if ((*it)->function->params.n == n)
                        return true;
        return false;
}

/* "1, 2 or 4" */
static const char *arities(Lower *l, const FunctionDeclVec *v, size_t *ret_last) {
        const char *text = "", *next = "";
        size_t most = 0, n_left = 0;
        vec_foreach(it, v)
                most = MAX2(most, (*it)->function->params.n);
        for (size_t n = 0; n <= most; n++)
                n_left += takes(v, n);
        for (size_t n = 0; n <= most; n++) {
                if (!takes(v, n))
                        continue;
                n_left--;
                text = arena_printf(l->e->arena, "%s%s%zu", text, next, n);
                next = n_left > 1 ? ", " : " or ";
                *ret_last = n;
        }
        return text;
}

void call_wrong_arity(Lower *l, const ExprCall *call, const FunctionDeclVec *candidates) {
        size_t last = 0, shown = 0;
        const char *text = arities(l, candidates, &last);
        Diag *d = diag_add(l->e->diags, DIAG_E0202, call->base.span,
                           "function `%s` takes %s argument%s, not %zu", call->name, text,
                           last == 1 ? "" : "s", call->args.n);
        vec_foreach(it, candidates) {
                if (shown++ == MAX_CANDIDATES)
                        break;
                diag_note(l->e->diags, d, (*it)->function->name_span, "`%s` is declared here%s", call->name,
                          candidates->n > 1 ? arena_printf(l->e->arena, ", with %zu",
                                                           (*it)->function->params.n) : "");
        }
}

/* ------------------------------------------------------------------ deprecated */

void call_warn_deprecated(Lower *l, const ExprCall *call, const FunctionDecl *d) {
        if (!d->deprecated || l->file->is_library || l->e->quiet)
                return;
        Diag *diag = diag_add(l->e->diags, DIAG_W0207, call->name_span, "`%s` is deprecated", call->name);
        diag_hint(l->e->diags, diag, "use %s", d->deprecated);
}
