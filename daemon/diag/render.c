/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The two forms of a diagnostic:
 *
 *     error[E0231]: no target variable `$fliename` at this probe point
 *       --> opens.stp:3:44
 *        |
 *      3 | probe kernel.function("do_sys_open") { log($fliename) }
 *        |                                            ^^^^^^^^^
 *        = note: here are: $dfd $filename $flags $mode
 *        = hint: did you mean `$filename`?
 *
 * and the same as data. Bytes of the script that a terminal could take for a command are shown as '?'.
 */
#include <json-c/json.h>
#include "diag/diag.h"

#define MAX_SHOWN_LINE 200 /* columns of a source line around the caret */

typedef struct {
        const char *bold, *red, *yellow, *blue, *reset;
} Palette;

static const Palette plain = { "", "", "", "", "" };
static const Palette ansi = { "\033[1m", "\033[1;31m", "\033[1;33m", "\033[1;34m", "\033[0m" };

static void add_clean(Buf *out, const char *s, size_t len) {
        for (size_t i = 0; i < len; i++) {
                unsigned char c = (unsigned char) s[i];
                buf_char(out, c == '\t' ? ' ' : c < 0x20 || c == 0x7f ? '?' : (char) c);
        }
}

/* Bytes of UTF-8 that begin no character take no column. */
static bool is_inside(char c) {
        return ((unsigned char) c & 0xc0) == 0x80;
}

static void repeat(Buf *out, char c, const char *text, size_t len) {
        for (size_t i = 0; i < len; i++)
                if (i == 0 || !is_inside(text[i]))
                        buf_char(out, c);
}

/* The source line with a caret under the span. A long line is cut to a window around the caret. */
static void render_snippet(const Palette *p, Span span, Buf *out) {
        unsigned line, column;
        size_t len;
        source_position(span.file, span.offset, &line, &column);
        const char *text = source_line(span.file, line, &len);
        if (!text)
                return;
        len -= len > 0 && text[len - 1] == '\r';
        size_t start = column > MAX_SHOWN_LINE / 2 && len > MAX_SHOWN_LINE ? column - MAX_SHOWN_LINE / 2 : 0;
        while (start > 0 && start < len && is_inside(text[start]))
                start--;
        size_t shown = MIN2(len - MIN2(start, len), (size_t) MAX_SHOWN_LINE);
        while (start + shown < len && is_inside(text[start + shown]))
                shown++;

        buf_printf(out, "     %s|%s\n%s%4u |%s ", p->blue, p->reset, p->blue, line, p->reset);
        add_clean(out, text + start, shown);
        buf_printf(out, "\n     %s|%s ", p->blue, p->reset);
        size_t at = column - 1 - start;
        size_t known = at < shown ? shown - at : 0;
        repeat(out, ' ', text + start, MIN2(at, shown));
        buf_str(out, p->red);
        if (known && span.len)
                repeat(out, '^', text + start + at, MIN2((size_t) span.len, known));
        else
                buf_char(out, '^');
        buf_printf(out, "%s\n", p->reset);
}

static void render_place(const Palette *p, Span span, Buf *out) {
        unsigned line, column;
        source_position(span.file, span.offset, &line, &column);
        buf_printf(out, "  %s-->%s %s:%u:%u\n", p->blue, p->reset, span.file->name, line, column);
}

static void render_expansions(const Palette *p, Span span, Buf *out) {
        unsigned depth = 0;
        for (const Expansion *e = span.expansion; e && depth < 10; e = e->from.expansion, depth++) {
                if (!e->from.file)
                        continue;
                unsigned line, column;
                source_position(e->from.file, e->from.offset, &line, &column);
                buf_printf(out, "     %s=%s in %s, used at %s:%u:%u\n", p->blue, p->reset, e->what,
                           e->from.file->name, line, column);
        }
}

static void render_one(const Palette *p, const Diag *diag, Buf *out) {
        bool error = diag->severity == DIAG_ERROR;
        buf_printf(out, "%s%s[%s]%s%s: ", error ? p->red : p->yellow, error ? "error" : "warning",
                   diag_code_name(diag->code), p->reset, p->bold);
        add_clean(out, diag->message, strlen(diag->message));
        buf_printf(out, "%s\n", p->reset);
        if (diag->span.file) {
                render_place(p, diag->span, out);
                render_snippet(p, diag->span, out);
                render_expansions(p, diag->span, out);
        }
        vec_foreach(note, &diag->notes) {
                buf_printf(out, "     %s=%s note: ", p->blue, p->reset);
                add_clean(out, note->text, strlen(note->text));
                buf_char(out, '\n');
                if (note->span.file) {
                        render_place(p, note->span, out);
                        render_snippet(p, note->span, out);
                }
        }
        if (diag->hint) {
                buf_printf(out, "     %s=%s hint: ", p->blue, p->reset);
                add_clean(out, diag->hint, strlen(diag->hint));
                buf_char(out, '\n');
        }
}

void diags_render_text(const Diags *d, bool color, Buf *out) {
        const Palette *p = color ? &ansi : &plain;
        vec_foreach(it, &d->list)
                render_one(p, *it, out);
        if (d->n_errors > DIAG_MAX_ERRORS)
                buf_printf(out, "(%u more errors are not shown)\n", d->n_errors - DIAG_MAX_ERRORS);
        if (d->n_warnings > DIAG_MAX_ERRORS)
                buf_printf(out, "(%u more warnings are not shown)\n", d->n_warnings - DIAG_MAX_ERRORS);
}

static void add_json_place(json_object *o, Span span) {
        if (!span.file)
                return;
        unsigned line, column;
        source_position(span.file, span.offset, &line, &column);
        json_object_object_add(o, "file", json_object_new_string(span.file->name));
        json_object_object_add(o, "line", json_object_new_int64(line));
        json_object_object_add(o, "column", json_object_new_int64(column));
        json_object_object_add(o, "length", json_object_new_int64(span.len));
}

static json_object *json_expansions(Span span) {
        json_object *list = json_object_new_array();
        unsigned depth = 0;
        for (const Expansion *e = span.expansion; e && depth < 10; e = e->from.expansion, depth++) {
                json_object *o = json_object_new_object();
                json_object_object_add(o, "what", json_object_new_string(e->what));
                add_json_place(o, e->from);
                json_object_array_add(list, o);
        }
        return list;
}

static json_object *json_notes(const Diag *diag) {
        json_object *list = json_object_new_array();
        vec_foreach(note, &diag->notes) {
                json_object *o = json_object_new_object();
                json_object_object_add(o, "message", json_object_new_string(note->text));
                add_json_place(o, note->span);
                json_object_array_add(list, o);
        }
        return list;
}

void diags_render_json(const Diags *d, Buf *out) {
        json_object *list = json_object_new_array();
        vec_foreach(it, &d->list) {
                const Diag *diag = *it;
                json_object *o = json_object_new_object();
                json_object_object_add(o, "severity",
                        json_object_new_string(diag->severity == DIAG_ERROR ? "error" : "warning"));
                json_object_object_add(o, "code", json_object_new_string(diag_code_name(diag->code)));
                json_object_object_add(o, "message", json_object_new_string(diag->message));
                add_json_place(o, diag->span);
                json_object_object_add(o, "expansion", json_expansions(diag->span));
                json_object_object_add(o, "notes", json_notes(diag));
                if (diag->hint)
                        json_object_object_add(o, "hint", json_object_new_string(diag->hint));
                json_object_array_add(list, o);
        }
        buf_str(out, json_object_to_json_string_ext(list, JSON_C_TO_STRING_PLAIN));
        json_object_put(list);
}
