/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "elaborate/elab.h"
#include "lang/dump.h"
#include "lang/walk.h"

#define CALLERS_MAX 5
#define TEXT_MAX 48 /* bytes of an expression in a message */

/* From a tapset's function up to the call that the script's author wrote. */
static void note_callers(Elab *e, Diag *d) {
        const Unit *u = e->lowering;
        for (unsigned depth = 0; u && u->from_library && u->called_at.file && depth < CALLERS_MAX; depth++) {
                diag_note(e->diags, d, u->called_at, "`%s` is called here", u->function->name);
                u = u->caller;
        }
}

Diag *target_error(Elab *e, DiagCode code, Span span, const char *fmt, ...) {
        if (e->quiet)
                e->quiet_failed = true;
        else if (e->forgiving && !e->skipping)
                e->place_failed = true;
        if (e->quiet || e->forgiving || e->skipping)
                return arena_new0(e->arena, Diag);

        va_list ap;
        va_start(ap, fmt);
        const char *message = arena_vprintf(e->arena, fmt, ap);
        va_end(ap);
        Diag *d = diag_add(e->diags, code, span, "%s", message);
        note_callers(e, d);
        return d;
}

const char *names_list(Elab *e, const char *const *names, size_t n, size_t max) {
        const char *text = "";
        for (size_t i = 0; i < MIN2(n, max); i++)
                text = arena_printf(e->arena, "%s%s%s", text, i ? " " : "", names[i]);
        return n > max ? arena_printf(e->arena, "%s ... (%zu in all)", text, n) : text;
}

bool hint_similar(Elab *e, Diag *diag, const char *name, const char *const *names, size_t n,
                  const char *mark) {
        /* Of a name of one or two letters everything short is near. */
        const char *near = strlen(name) > 2 ? diag_suggest(name, names, n) : NULL;
        if (near)
                diag_hint(e->diags, diag, "did you mean `%s%s`?", near, mark);
        return near;
}

void hint_keyword(Elab *e, Diag *diag, const char *name) {
        static const char *const words[] = {
                "else", "while", "for", "foreach", "return", "next", "break", "continue", "delete", "try", "catch",
        };
        hint_similar(e, diag, name, words, ELEMENTSOF(words), "");
}

typedef struct {
        Visitor visitor;
        bool found;
} Search;

static bool find_lowered(Visitor *v, Expr **x) {
        Search *s = (Search *) v;
        ExprKind kind = (*x)->kind;
        s->found = s->found || kind == EXPR_CONTEXT || kind == EXPR_LOAD || kind == EXPR_STORE;
        return !s->found;
}

/* What was a target variable is shown as it was written: false when it has no such place. */
static bool write_source(const Expr *x, Buf *b) {
        Search s = { .visitor = { .expr_pre = find_lowered } };
        Expr *root = (Expr *) x;
        const SourceFile *file = x->span.file;
        walk_expr(&s.visitor, &root);
        if (!s.found || !file || x->span.len == 0 || memchr(file->text + x->span.offset, '\n', x->span.len))
                return false;
        buf_printf(b, "%.*s", (int) x->span.len, file->text + x->span.offset);
        return true;
}

const char *expr_text(Elab *e, const Expr *x) {
        _cleanup_(buf_done) Buf b = BUF_INIT;
        if (!write_source(x, &b))
                dump_expr(x, &b);
        if (b.failed || !b.data)
                return "this";
        if (b.len <= TEXT_MAX)
                return arena_strdup(e->arena, b.data);
        return arena_printf(e->arena, "%.*s...", TEXT_MAX, b.data);
}

bool hint_text(Elab *e, Diag *diag, const Expr *x) {
        bool pointer = x->ctype && type_kind(x->ctype) == KIND_POINTER;
        const TypeRef *target = pointer ? type_target(x->ctype) : NULL;
        if (!target || !type_is_char(target))
                return false;
        diag_hint(e->diags, diag,
                  "it is an address: kernel_string() reads the text there, user_string() that of a program");
        return true;
}
