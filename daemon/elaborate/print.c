/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The print family: what a format wants of its arguments, with the caret under the one that does not fit;
 * and the one normalised format (runtime/format.h) that covers print(), println(), printd() and printdln()
 * too.
 */
#include "elaborate/types.h"
#include "lang/walk.h"
#include "manifest/manifest.h"
#include "runtime/format.h"

/* What one argument is for. */
typedef struct {
        Type type;
        struct stp_spec spec;
        bool star;        /* the width or precision of the one that follows */
        size_t at, len;   /* the directive in the format */
} Slot;
typedef VEC(Slot) SlotVec;

/* ------------------------------------------------------------------ where a directive stands */

/* The nth `%` of the value is the nth of the literal as written, whatever escapes stand before it. */
static Span directive_span(const ExprPrint *p, size_t at, size_t len) {
        Span s = p->format_span;
        unsigned nth = 0;
        for (size_t i = 0; i <= at; i++)
                nth += p->format[i] == '%';
        for (uint32_t i = 0; s.file && i < s.len && s.offset + i < s.file->len; i++) {
                if (s.file->text[s.offset + i] != '%' || --nth)
                        continue;
                s.offset += i;
                s.len = (uint32_t) MIN2((size_t) s.len - i, len);
                return s;
        }
        return p->format_span;
}

static void bad_directive(Infer *t, const ExprPrint *p, size_t at, size_t len) {
        Diag *d = diag_add(t->e->diags, DIAG_E0306, directive_span(p, at, len), "`%.*s` is no conversion",
                           (int) len,
                           p->format + at);
        diag_note(t->e->diags, d, SPAN_NONE,
                  "there are: %%d %%i %%u %%x %%X %%o %%b %%c %%p %%s %%m %%M %%%%");
        if (len && strchr("eEfFgG", p->format[at + len - 1]))
                diag_hint(t->e->diags, d, "there are whole numbers only; fp_to_string(bits, digits) writes a double");
}

/* A number has 8 bytes, of which some can be written: by the precision, or else the width. */
static bool binary_is_good(const struct stp_spec *spec) {
        int size = spec->precision > 0 ? spec->precision : spec->width;
        bool given = spec->conv == STP_CONV_BINARY && !spec->width_arg && !spec->precision_arg && size >= 0;
        return !given || size == 1 || size == 2 || size == 4 || size == 8;
}

static void bad_binary(Infer *t, const ExprPrint *p, size_t at, size_t len) {
        Diag *d = diag_add(t->e->diags, DIAG_E0306, directive_span(p, at, len),
                           "`%.*s`: %%b writes 1, 2, 4 or 8 bytes", (int) len, p->format + at);
        diag_hint(t->e->diags, d, "use %%1b, %%2b, %%4b or %%8b; %%b alone writes 8");
}

static void add_slots(Infer *t, SlotVec *slots, const struct stp_spec *spec, size_t at, size_t len) {
        Slot s = { .type = TYPE_LONG, .spec = *spec, .at = at, .len = len, .star = true };
        for (int n = spec->width_arg + spec->precision_arg; n > 0; n--)
                vec_push(t->e->arena, slots, s);
        s.star = false;
        s.type = spec->conv == STP_CONV_STRING ? TYPE_STRING : TYPE_LONG;
        vec_push(t->e->arena, slots, s);
}

/* False: the format is wrong, and nothing can be said of its arguments. */
static bool read_slots(Infer *t, const ExprPrint *p, SlotVec *slots) {
        struct stp_spec spec;
        bool ok = true;
        for (const char *f = p->format, *next;; f = next) {
                next = stp_spec_next(f, &spec);
                if (spec.conv == STP_CONV_END)
                        return ok;
                size_t at = (size_t) (f - p->format), len = (size_t) (next - f);
                if (spec.conv == STP_CONV_BAD) {
                        bad_directive(t, p, at, MAX2(len, (size_t) 1));
                        ok = false;
                } else if (!binary_is_good(&spec)) {
                        bad_binary(t, p, at, len);
                        ok = false;
                } else if (stp_spec_has_value(&spec))
                        add_slots(t, slots, &spec, at, len);
        }
}

/* ------------------------------------------------------------------ types */

static void check_argument(Infer *t, ExprPrint *p, const Slot *slot, Expr *arg) {
        Type got = infer_expr(t, arg, TYPE_UNKNOWN);
        if (got == TYPE_UNKNOWN)
                got = infer_expr(t, arg, slot->type);
        if (got == TYPE_POISON || got == TYPE_UNKNOWN || got == slot->type)
                return;
        if (got == TYPE_STATS || got == TYPE_VOID) {
                infer_mismatch(t, arg, got, slot->type);
                return;
        }
        Diag *d = diag_add(t->e->diags, DIAG_E0303, arg->span, "`%.*s` takes %s%s, and `%s` is %s",
                           (int) slot->len,
                           p->format + slot->at, type_words(slot->type), slot->star ? " for `*`" : "",
                           expr_text(t->e, arg), type_words(got));
        diag_note(t->e->diags, d, directive_span(p, slot->at, slot->len), "the conversion");
        if (!slot->star && slot->type == TYPE_STRING && !hint_text(t->e, d, arg))
                diag_hint(t->e->diags, d, "use %%d");
        else if (!slot->star && stp_spec_is_long(&slot->spec))
                diag_hint(t->e->diags, d, "use %%s");
        arg->type = TYPE_POISON;
}

static void wrong_count(Infer *t, const ExprPrint *p, size_t wanted, const Slot *missing) {
        Span span = missing ? directive_span(p, missing->at, missing->len) : p->args.items[wanted]->span;
        diag_add(t->e->diags, DIAG_E0307, span, "the format takes %zu argument%s, and there %s %zu", wanted,
                 wanted == 1 ? "" : "s", p->args.n == 1 ? "is" : "are", p->args.n);
}

static void infer_formatted(Infer *t, ExprPrint *p) {
        SlotVec slots = {};
        if (!read_slots(t, p, &slots)) {
                vec_foreach(it, &p->args)
                        infer_expr(t, *it, TYPE_UNKNOWN);
                return;
        }
        for (size_t i = 0; i < p->args.n; i++)
                if (i < slots.n)
                        check_argument(t, p, &slots.items[i], p->args.items[i]);
                else
                        infer_expr(t, p->args.items[i], TYPE_UNKNOWN);
        if (p->args.n != slots.n)
                wrong_count(t, p, slots.n, p->args.n < slots.n ? &slots.items[p->args.n] : NULL);
}

static void infer_plain(Infer *t, ExprPrint *p) {
        vec_foreach(it, &p->args) {
                bool hist = (*it)->kind == EXPR_HIST;
                Type got = infer_expr(t, *it, TYPE_UNKNOWN);
                if (!hist && (got == TYPE_STATS || got == TYPE_VOID))
                        infer_mismatch(t, *it, got, TYPE_LONG);
        }
}

Type infer_print(Infer *t, ExprPrint *p, Type want) {
        if (p->formatted)
                infer_formatted(t, p);
        else
                infer_plain(t, p);
        if (p->to_string)
                return TYPE_STRING;
        if (t->last && want != TYPE_VOID) {
                infer_mismatch(t, &p->base, TYPE_VOID, want);
                return TYPE_POISON;
        }
        return TYPE_VOID;
}

/* ------------------------------------------------------------------ the final format */

static void add_escaped(Buf *b, const char *text) {
        for (; *text; text++)
                buf_str(b, *text == '%' ? "%%" : (char[]) { *text, '\0' });
}

/* print("text"): the text needs no argument. With -u everything stays as written. */
static void add_plain_argument(Elab *e, ExprPrint *p, Expr *arg, Buf *b, ExprVec *args) {
        ExprString *text = expr_as(String, arg);
        if (text && e->options->optimize) {
                add_escaped(b, text->value);
                return;
        }
        buf_str(b, arg->kind == EXPR_HIST ? "%*m" : arg->type == TYPE_STRING ? "%s" : "%d");
        vec_push(e->arena, args, arg);
}

static void plain_format(Elab *e, ExprPrint *p) {
        _cleanup_(buf_done) Buf b = BUF_INIT;
        ExprVec args = {};
        for (size_t i = 0; i < p->args.n; i++) {
                if (i > 0 && p->delimited)
                        add_escaped(&b, p->delimiter ?: "");
                add_plain_argument(e, p, p->args.items[i], &b, &args);
        }
        buf_str(&b, p->newline ? "\n" : "");
        p->final_format = arena_strdup(e->arena, b.data ?: "");
        if (args.n == p->args.n)
                return;
        /* What is left is a printf, and is shown as one. */
        p->args = args;
        p->name = p->to_string ? "sprintf" : "printf";
        p->format = p->final_format;
        p->formatted = true;
        p->delimited = p->newline = false;
}

typedef struct {
        Visitor visitor;
        Elab *e;
} Formats;

/* What goes out as a record stands in the manifest, which has its limits. */
static void check_size(Elab *e, const ExprPrint *p) {
        size_t len = strlen(p->final_format);
        Diag *d = NULL;
        if (p->to_string)
                return;
        if (p->args.n > MANIFEST_MAX_FIELDS)
                d = diag_add(e->diags, DIAG_E0311, p->base.span,
                             "one print has at most %d arguments, not %zu", MANIFEST_MAX_FIELDS, p->args.n);
        else if (len >= MANIFEST_MAX_FORMAT)
                d = diag_add(e->diags, DIAG_E0311, p->base.span,
                             "the text of one print has at most %d bytes, not %zu", MANIFEST_MAX_FORMAT - 1,
                             len);
        if (d)
                diag_hint(e->diags, d, "print it in two statements");
}

static bool finish_print(Visitor *v, Expr **x) {
        ExprPrint *p = expr_as(Print, *x);
        Elab *e = ((Formats *) v)->e;
        bool is_new = p && !p->final_format;
        if (p && !p->final_format && p->formatted)
                p->final_format = p->format;
        else if (p && !p->final_format)
                plain_format(e, p);
        if (is_new)
                check_size(e, p);
        return true;
}

void pass_formats(Elab *e) {
        Formats f = { .visitor = { .expr_pre = finish_print }, .e = e };
        vec_foreach(it, &e->units) {
                walk_stmt(&f.visitor, &(*it)->body);
                walk_expr(&f.visitor, &(*it)->condition);
                vec_foreach(saved, &(*it)->saved)
                        walk_expr(&f.visitor, saved);
        }
}
