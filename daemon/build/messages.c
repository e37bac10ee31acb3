/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "build/messages.h"

#define SHOWN_LINES 10
#define SHOWN_BYTES 300

/* "FILE:LINE:COLUMN: error: TEXT", or without a column. */
typedef struct {
        const char *file, *text;
        size_t file_len, text_len;
        unsigned line, column;
} Message;

static bool read_number(const char **p, const char *end, unsigned *ret) {
        char *after;
        if (*p >= end || **p < '0' || **p > '9')
                return false;
        *ret = (unsigned) strtoul(*p, &after, 10);
        *p = after;
        return true;
}

static bool read_message(const char *line, size_t len, Message *ret) {
        static const char *const kinds[] = { ": error: ", ": fatal error: " };
        const char *end = line + len, *mark = NULL;
        for (size_t i = 0; i < ELEMENTSOF(kinds) && !mark; i++) {
                mark = memmem(line, len, kinds[i], strlen(kinds[i]));
                if (mark)
                        ret->text = mark + strlen(kinds[i]);
        }
        if (!mark)
                return false;
        ret->text_len = (size_t) (end - ret->text);
        const char *colon = memchr(line, ':', (size_t) (mark - line));
        if (!colon)
                return false;
        ret->file = line;
        ret->file_len = (size_t) (colon - line);
        const char *p = colon + 1;
        if (!read_number(&p, mark, &ret->line))
                return false;
        ret->column = 1;
        if (p < mark && *p == ':') {
                p++;
                read_number(&p, mark, &ret->column);
        }
        return true;
}

static SourceFile *find_file(const BuildInput *in, const Message *m) {
        for (size_t i = 0; i < in->n_files; i++)
                if (strlen(in->files[i]->name) == m->file_len && memcmp(in->files[i]->name, m->file, m->file_len) == 0)
                        return in->files[i];
        return NULL;
}

static Span message_span(SourceFile *file, const Message *m) {
        size_t len = 0;
        const char *text = source_line(file, m->line, &len);
        if (!text)
                return (Span) { .file = file, .len = 1 };
        size_t column = MIN2((size_t) (m->column ? m->column - 1 : 0), len ? len - 1 : 0);
        return (Span) { .file = file, .offset = (uint32_t) ((size_t) (text - file->text) + column), .len = 1 };
}

static void add_lines(const char *output, size_t len, Diags *d, Diag *diag) {
        unsigned n = 0;
        for (const char *p = output; p < output + len && n < SHOWN_LINES;) {
                size_t l = strcspn(p, "\n");
                if (l > 0 && ++n)
                        diag_note(d, diag, SPAN_NONE, "%.*s", (int) MIN2(l, (size_t) SHOWN_BYTES), p);
                p += l + 1;
        }
}

void messages_add_tool(const char *tool, const char *output, size_t len, Diags *d) {
        Diag *diag = diag_add(d, DIAG_E0613, SPAN_NONE, "internal error: %s failed", tool);
        add_lines(output, len, d, diag);
}

void messages_add(const BuildInput *in, const char *output, size_t len, Diags *d) {
        bool users = false;
        for (const char *p = output; p < output + len;) {
                size_t l = strcspn(p, "\n");
                Message m;
                SourceFile *file = in->embedded && read_message(p, l, &m) ? find_file(in, &m) : NULL;
                if (file) {
                        users = true;
                        diag_add(d, DIAG_E0611, message_span(file, &m), "%.*s",
                                 (int) MIN2(m.text_len, (size_t) SHOWN_BYTES), m.text);
                }
                p += l + 1;
        }
        if (users)
                return;
        Diag *diag = diag_add(d, DIAG_E0610, SPAN_NONE, "internal error: the generated C does not compile");
        add_lines(output, len, d, diag);
        diag_hint(d, diag, "please report this with the script; -k keeps the generated C");
}
