/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <ctype.h>
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

static const char *const error_kinds[] = { ": error: ", ": fatal error: ", NULL };
static const char *const expansion_kinds[] = { ": note: in expansion of macro ", NULL };

static bool read_message(const char *line, size_t len, const char *const *kinds, Message *ret) {
        const char *end = line + len, *mark = NULL;
        for (size_t i = 0; kinds[i] && !mark; i++) {
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
                if (strlen(in->files[i]->name) == m->file_len &&
                    memcmp(in->files[i]->name, m->file, m->file_len) == 0)
                        return in->files[i];
        return NULL;
}

/* The word at the place, or one byte. gcc counts bytes, as it does by itself where it cannot open the file. */
static Span message_span(SourceFile *file, const Message *m) {
        size_t len = 0, n = 0;
        const char *text = source_line(file, m->line, &len);
        if (!text)
                return (Span) { .file = file, .len = 1 };
        size_t at = MIN2((size_t) MAX2(m->column, 1u) - 1, len ? len - 1 : 0);
        while (at + n < len && (isalnum((unsigned char) text[at + n]) || text[at + n] == '_'))
                n++;
        return (Span) { .file = file, .offset = (uint32_t) ((size_t) (text - file->text) + at),
                        .len = (uint32_t) MAX2(n, (size_t) 1) };
}

/* Names that exist only where the C asks for them. */
static void add_hint(Diags *d, Diag *diag) {
        static const struct {
                const char *name, *hint;
        } hints[] = {
                { "STAP_GLOBAL_GET_", "name the global in a comment of this C: /* pragma:read:NAME */" },
                { "STAP_GLOBAL_SET_", "name the global in a comment of this C: /* pragma:write:NAME */" },
                { "'last_error'", "STAP_ERROR(\"text\") makes an error of it" },
                { "'kread'", "copy_from_kernel_nofault(&value, pointer, sizeof(value)) reads what may not be there" },
                { "'THIS'", "write STAP_ARG_name and STAP_RETVALUE, or put the comment /* unmangled */ in this C" },
                { "STAP_ARG_", "STAP_ARG_name is there for each parameter of the function" },
        };
        for (size_t i = 0; i < ELEMENTSOF(hints); i++)
                if (strstr(diag->message, hints[i].name)) {
                        diag_hint(d, diag, "%s", hints[i].hint);
                        return;
                }
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
        bool users = false, in_macro = false; /* an error in one of our macros, which the user's C may have used */
        Message m = {}, used;
        for (const char *p = output; in->embedded && p < output + len;) {
                size_t l = strcspn(p, "\n");
                SourceFile *file = NULL;
                if (read_message(p, l, error_kinds, &m)) {
                        file = find_file(in, &m);
                        in_macro = !file;
                } else if (in_macro && read_message(p, l, expansion_kinds, &used)) {
                        file = find_file(in, &used);
                        in_macro = !file;
                        m.line = used.line;
                        m.column = used.column;
                }
                if (file) {
                        users = true;
                        add_hint(d, diag_add(d, DIAG_E0611, message_span(file, &m), "%.*s",
                                             (int) MIN2(m.text_len, (size_t) SHOWN_BYTES), m.text));
                }
                p += l + 1;
        }
        if (users)
                return;
        Diag *diag = diag_add(d, DIAG_E0610, SPAN_NONE, "internal error: the generated C does not compile");
        add_lines(output, len, d, diag);
        diag_hint(d, diag, "please report this with the script; -k keeps the generated C");
}
