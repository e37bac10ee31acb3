/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "parse/parser.h"

/* What no token could say: false, and reported, when the bytes are no script at all. */
static bool check_source(Diags *d, SourceFile *source) {
        if (source->len > PARSE_MAX_FILE) {
                Span start = { source, 0, 0, NULL };
                diag_add(d, DIAG_E0108, start, "the script has %u bytes; the limit is %u", source->len,
                         PARSE_MAX_FILE);
                return false;
        }
        const char *nul = memchr(source->text, '\0', source->len);
        if (nul) {
                Span span = { source, (uint32_t) (nul - source->text), 1, NULL };
                diag_hint(d, diag_add(d, DIAG_E0107, span, "there is a NUL byte in the script"),
                          "is `%s` a script, and not a binary?", source->name);
        }
        return !nul;
}

static void warn_of_arguments(const Parser *p) {
        const ParseOptions *o = p->options;
        for (unsigned i = 0; i < o->n_args && !diags_failed(p->diags); i++)
                if (!p->stream.lexer.args_used[i])
                        diag_add(p->diags, DIAG_W0132, SPAN_NONE,
                                 "the script does not ask for argument %u, `%s`", i + 1, o->args[i]);
}

File *parse_file(Arena *a, Diags *d, SourceFile *source, const ParseOptions *o) {
        File *file = arena_new0(a, File);
        file->source = source;
        file->is_library = o->is_library;
        file->is_tapset = o->is_tapset;
        if (!check_source(d, source))
                return file;
        Parser *p = arena_new0(a, Parser);
        *p = (Parser) { .arena = a, .diags = d, .options = o, .file = file };
        stream_init(&p->stream, a, d, source, o);
        while (!parser_at(p, TOKEN_END) || p->panic) {
                unsigned taken = p->n_taken;
                p->nesting = 0;
                p->depth = 0;
                parse_declaration(p);
                if (p->panic)
                        parser_recover_declaration(p, taken);
        }
        warn_of_arguments(p);
        return file;
}

static void publish(Arena *a, Diags *d, Stream *s, MacroLibrary *library) {
        strmap_foreach(it, &s->macros) {
                const Macro *m = it->value, *known = strmap_get(&library->macros, it->key);
                if (known) {
                        Diag *diag = diag_add(d, DIAG_E0117, m->span, "macro `%s` is defined a second time",
                                              m->name);
                        diag_note(d, diag, known->span, "it is defined here");
                } else {
                        strmap_put(a, &library->macros, it->key, it->value);
                }
        }
}

void parse_macros(Arena *a, Diags *d, SourceFile *source, const ParseOptions *o, MacroLibrary *library) {
        if (!check_source(d, source))
                return;
        File *file = arena_new0(a, File);
        file->source = source;
        Parser *p = arena_new0(a, Parser);
        *p = (Parser) { .arena = a, .diags = d, .options = o, .file = file };
        stream_init(&p->stream, a, d, source, o);
        if (!parser_at(p, TOKEN_END))
                parser_fail_expected(p, "`@define`: a .stpm file holds nothing else");
        publish(a, d, &p->stream, library);
}
