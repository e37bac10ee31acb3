/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The class of a script: whom does it let look at what? Nothing but time and its own values: anybody. The
 * process that was hit, its memory included: whose it is, if the handler runs in his processes alone, which
 * holds for system calls of an unprivileged script (translate/handler.c). Anything else looks at the
 * machine.
 *
 * Functions of the tapsets whose C is of the first two kinds say so: `unprivileged`, `myproc-unprivileged`.
 * What says nothing is of the third.
 */
#include "elaborate/elab.h"
#include "lang/walk.h"

typedef enum Need { NEED_NOTHING, NEED_PROCESS, NEED_MACHINE } Need;

typedef struct Finding {
        Need need;
        Span span;        /* of the expression that needs the most, nearest to the script */
        const char *what; /* says so, for the message */
} Finding;

typedef struct Search {
        Visitor visitor;
        Elab *e;
        const Finding *functions; /* by place in the program */
        Finding found;
} Search;

static void raise(Finding *f, Need need, Span span, const char *what) {
        if (need > f->need)
                *f = (Finding) { need, span, what };
}

/* ------------------------------------------------------------------ expressions */

static Need need_of_context(const ExprContext *c) {
        return c->source == CONTEXT_REGS || c->source == CONTEXT_SYMBOL ? NEED_MACHINE : NEED_PROCESS;
}

/* A histogram's own conversion looks the same. */
bool print_shows_memory(const ExprPrint *p) {
        vec_foreach(it, &p->args)
                if ((*it)->kind == EXPR_HIST)
                        return false;
        for (const char *at = p->final_format ?: ""; (at = strchr(at, '%'));) {
                at += 1 + strspn(at + 1, "-+ #0123456789.*l");
                if (*at == 'm' || *at == 'M')
                        return true;
                at += *at != 0;
        }
        return false;
}

static const Finding *function_finding(const Search *s, const Function *f) {
        for (size_t i = 0; i < s->e->program->functions.n; i++)
                if (s->e->program->functions.items[i] == f)
                        return &s->functions[i];
        return NULL;
}

static void look_at_call(Search *s, const ExprCall *c) {
        vec_foreach(it, &c->targets) {
                const Finding *f = function_finding(s, *it);
                const char *what = arena_printf(s->e->arena, "`%s`", (*it)->name);
                raise(&s->found, f ? f->need : NEED_MACHINE, c->base.span, what);
        }
}

static bool on_expr(Visitor *v, Expr **at) {
        Search *s = (Search *) v;
        const Expr *e = *at;
        switch (e->kind) {
        case EXPR_CALL:
                look_at_call(s, (const ExprCall *) e);
                break;
        case EXPR_CONTEXT:
                raise(&s->found, need_of_context((const ExprContext *) e), e->span, "this target variable");
                break;
        case EXPR_LOAD:
                raise(&s->found, ((const ExprLoad *) e)->space == SPACE_USER ? NEED_PROCESS : NEED_MACHINE,
                      e->span,
                      ((const ExprLoad *) e)->space == SPACE_USER ? "memory of the process"
                                                                  : "memory of the kernel");
                break;
        case EXPR_PRINT:
                if (print_shows_memory((const ExprPrint *) e))
                        raise(&s->found, NEED_MACHINE, e->span, "memory of the kernel");
                break;
        case EXPR_STORE:
        case EXPR_EMBEDDED:
                raise(&s->found, NEED_MACHINE, e->span, "embedded C");
                break;
        default:
                break;
        }
        return true;
}

static bool on_stmt(Visitor *v, Stmt **at) {
        if ((*at)->kind == STMT_EMBEDDED)
                raise(&((Search *) v)->found, NEED_MACHINE, (*at)->span, "embedded C");
        return true;
}

static Search search_new(Elab *e, const Finding *functions) {
        return (Search) { .visitor = { .expr_pre = on_expr, .stmt_pre = on_stmt }, .e = e, .functions = functions };
}

/* ------------------------------------------------------------------ functions */

static Need need_of_c(const Function *f) {
        if (!f->from_library)
                return NEED_MACHINE;
        return strstr(f->embedded, "/* unprivileged */")          ? NEED_NOTHING
                : strstr(f->embedded, "/* myproc-unprivileged */") ? NEED_PROCESS
                                                                    : NEED_MACHINE;
}

/* True when it needs more than was known. */
static bool look_at_function(Elab *e, Finding *all, size_t i) {
        Function *f = e->program->functions.items[i];
        Need before = all[i].need;
        if (!f->body) {
                raise(&all[i], need_of_c(f), f->name_span, "embedded C");
        } else {
                Search s = search_new(e, all);
                walk_stmt(&s.visitor, &f->body);
                raise(&all[i], s.found.need, s.found.span, s.found.what);
        }
        return all[i].need > before;
}

/* Until nothing changes: they call each other in any order. */
static Finding *look_at_functions(Elab *e) {
        Finding *all = arena_array(e->arena, Finding, e->program->functions.n + 1);
        for (bool changed = true; changed;) {
                changed = false;
                for (size_t i = 0; i < e->program->functions.n; i++)
                        changed |= look_at_function(e, all, i);
        }
        return all;
}

/* ------------------------------------------------------------------ probes */

static Finding look_at_probe(Elab *e, const Finding *functions, Probe *p) {
        Search s = search_new(e, functions);
        walk_expr(&s.visitor, &p->condition);
        walk_stmt(&s.visitor, &p->body);
        walk_stmt(&s.visitor, &p->entry);
        for (size_t i = 0; i < p->saved.n; i++)
                walk_expr(&s.visitor, &p->saved.items[i]);
        return s.found;
}

/* What may be asked for at such a probe of a script that runs for its user alone. */
static Need limit_of(const Probe *p) {
        switch (p->attach.kind) {
        case STP_BEGIN: case STP_END: case STP_ERROR: case STP_NEVER: case STP_TIMER: return NEED_NOTHING;
        default: return NEED_PROCESS;
        }
}

static bool is_possible(const Probe *p) {
        return limit_of(p) == NEED_NOTHING || p->attach.kind == STP_SYSCALL ||
               p->attach.kind == STP_SYSCALL_RETURN;
}

static Diag *add_complaint(Elab *e, const Probe *p, const Finding *f) {
        if (!is_possible(p))
                return diag_add(e->diags, DIAG_E0312, p->span, "`%s` sees the processes of others",
                                p->point);
        if (f->need == NEED_PROCESS)
                return diag_add(e->diags, DIAG_E0312, f->span,
                                "%s is about the process that is hit, and `%s` hits any", f->what, p->point);
        return diag_add(e->diags, DIAG_E0312, f->span, "%s is more than an unprivileged script may look at",
                        f->what);
}

static void complain(Elab *e, const Probe *p, const Finding *f) {
        Diag *d = add_complaint(e, p, f);
        if (d)
                diag_hint(e->diags, d,
                          "leave out --unprivileged, if the policy lets you: stapctl check --policy");
}

void pass_privilege(Elab *e) {
        const ElaborateOptions *o = e->options;
        const Finding *functions = look_at_functions(e);
        bool own = true;
        vec_foreach(it, &e->program->probes) {
                Finding f = look_at_probe(e, functions, *it);
                bool timed = limit_of(*it) == NEED_NOTHING;
                own &= timed && f.need == NEED_NOTHING;
                if (o->unprivileged && (!is_possible(*it) || f.need > limit_of(*it)))
                        complain(e, *it, &f);
        }
        e->program->is_own = own || o->unprivileged;
}
