/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "script.h"
#include <stdio.h>
#include <stdlib.h>

#define MEMORY_LIMIT ((size_t) 1 << 30)
#define MAX_ARGS 16

static const char *config(void *userdata, const char *name) {
        static const struct {
                const char *name, *value;
        } options[] = {
                { "CONFIG_SMP", "y" }, { "CONFIG_BTRFS_FS", "m" }, { "CONFIG_HZ", "250" },
                { "CONFIG_DEFAULT_HOSTNAME", "\"(none)\"" },
        };
        for (size_t i = 0; i < ELEMENTSOF(options); i++)
                if (strcmp(options[i].name, name) == 0)
                        return options[i].value;
        return NULL;
}

char *file_read(const char *path, size_t *ret_len) {
        _cleanup_(fclosep) FILE *f = fopen(path, "re");
        if (!f)
                return NULL;
        Buf b = BUF_INIT;
        for (char *p; (p = buf_reserve(&b, 65536));) {
                size_t n = fread(p, 1, 65536, f);
                b.len += n;
                if (n == 0)
                        break;
        }
        buf_char(&b, '\0');
        *ret_len = b.len - 1;
        return buf_take(&b);
}

const char *script_directive(const char *line) {
        line += strspn(line, " \t");
        if (strncmp(line, "#~", 2) != 0)
                return NULL;
        line += 2;
        return line + strspn(line, " \t");
}

static void add_args(Script *s, const char *text) {
        const char **args = arena_array(s->arena, const char *, MAX_ARGS);
        unsigned n = 0;
        for (;;) {
                text += strspn(text, " \t");
                if (!*text || *text == '\n' || n == MAX_ARGS)
                        break;
                bool quoted = *text == '"';
                text += quoted;
                size_t len = strcspn(text, quoted ? "\"\n" : " \t\n");
                args[n++] = arena_strndup(s->arena, text, len);
                text += len + (quoted && text[len] == '"');
        }
        s->options.args = args;
        s->options.n_args = n;
}

static void add_macros(Script *s, const char *dir, const char *name) {
        char path[4096];
        snprintf(path, sizeof(path), "%s/%.*s", dir, (int) strcspn(name, " \t\n"), name);
        size_t len;
        _cleanup_(freep) char *text = file_read(path, &len);
        if (!text) {
                fprintf(stderr, "%s: cannot be read\n", path);
                exit(EXIT_FAILURE);
        }
        MacroLibrary *library = macro_library_new(s->arena);
        const char *base = strrchr(path, '/');
        SourceFile *source = source_new(s->arena, base ? base + 1 : path, text, len);
        parse_macros(s->arena, &s->diags, source, &s->options, library);
        s->options.macros = library;
}

static bool is_word(const char *directive, const char *word) {
        size_t len = strlen(word);
        return strncmp(directive, word, len) == 0 && strchr(" \t\n", directive[len]);
}

static void add_directive(Script *s, const char *dir, const char *directive) {
        if (is_word(directive, "guru"))
                s->options.guru = s->target.guru = true;
        else if (is_word(directive, "unprivileged"))
                s->unprivileged = true;
        else if (is_word(directive, "library"))
                s->options.is_library = s->options.guru = true;
        else if (is_word(directive, "args"))
                add_args(s, directive + strlen("args"));
        else if (is_word(directive, "macros"))
                add_macros(s, dir, directive + strlen("macros "));
}

void script_init_text(Script *s, const char *dir, const char *name, const char *text, size_t len) {
        *s = (Script) {
                .arena = arena_new(MEMORY_LIMIT),
                .target = { .kernel_v = "6.1.0", .kernel_vr = "6.1.0-56-amd64", .arch = "x86_64",
                            .systemtap_v = "5.6", .privilege = "stapdev", .config = config },
        };
        s->options.target = &s->target;
        diags_init(&s->diags, s->arena);
        s->source = source_new(s->arena, name, text, len);
        const char *line = s->source->text;
        for (; line; line = strchr(line, '\n') ? strchr(line, '\n') + 1 : NULL)
                if (script_directive(line))
                        add_directive(s, dir, script_directive(line));
}

void script_init(Script *s, const char *path) {
        size_t len;
        _cleanup_(freep) char *text = file_read(path, &len);
        if (!text) {
                fprintf(stderr, "%s: cannot be read\n", path);
                exit(EXIT_FAILURE);
        }
        const char *slash = strrchr(path, '/');
        _cleanup_(freep) char *dir = slash ? strndup(path, (size_t) (slash - path)) : strdup(".");
        script_init_text(s, dir, slash ? slash + 1 : path, text, len);
}

void script_done(Script *s) {
        s->arena = arena_free(s->arena);
}
