/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "diag/source.h"

SourceFile *source_new(Arena *a, const char *name, const char *text, size_t len) {
        SourceFile *f = arena_new0(a, SourceFile);
        f->name = arena_strdup(a, name);
        f->text = arena_strndup(a, text, len);
        f->len = (uint32_t) len;
        vec_push(a, &f->lines, 0);
        for (uint32_t i = 0; i < f->len; i++)
                if (text[i] == '\n')
                        vec_push(a, &f->lines, i + 1);
        return f;
}

void source_position(const SourceFile *f, uint32_t offset, unsigned *ret_line, unsigned *ret_column) {
        size_t lo = 0, hi = f->lines.n;
        while (hi - lo > 1) {
                size_t mid = lo + (hi - lo) / 2;
                if (f->lines.items[mid] <= offset)
                        lo = mid;
                else
                        hi = mid;
        }
        *ret_line = (unsigned) lo + 1;
        *ret_column = offset - f->lines.items[lo] + 1;
}

const char *source_line(const SourceFile *f, unsigned line, size_t *ret_len) {
        if (line < 1 || line > f->lines.n)
                return NULL;
        uint32_t start = f->lines.items[line - 1];
        uint32_t end = line < f->lines.n ? f->lines.items[line] - 1 : f->len;
        *ret_len = end - start;
        return f->text + start;
}

Span span_join(Span a, Span b) {
        if (!a.file)
                return b;
        if (a.file != b.file || a.expansion != b.expansion || b.offset + b.len < a.offset)
                return a;
        a.len = b.offset + b.len - a.offset;
        return a;
}

const char *span_place(Arena *a, Span s) {
        if (!s.file)
                return "";
        unsigned line, column;
        source_position(s.file, s.offset, &line, &column);
        return arena_printf(a, "%s:%u:%u", s.file->name, line, column);
}
