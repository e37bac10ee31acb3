/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "small.h"
#include <stdio.h>
#include <stdlib.h>

#define MAX_SETTINGS 8

Library *small_library(Arena *a, Diags *d, const ParseTarget *target) {
        const char *dirs[] = { SMALL_TAPSET_DIR };
        return library_load(a, d, dirs, ELEMENTSOF(dirs), target);
}

Program *small_elaborate_files(Arena *a, Diags *d, Library *l, Kernel *k, File *const *files, size_t n,
                               const ElaborateOptions *o) {
        ProbeWorld w = { .arena = a, .diags = d, .kernel = k, .kernel_error = "no kernel in this test" };
        return elaborate(&w, l, files, n, o);
}

static void add_setting(Script *s, GlobalSetting *settings, unsigned *n, const char *text) {
        size_t name = strcspn(text, "=\n"), value;
        if (text[name] != '=' || *n == MAX_SETTINGS)
                return;
        value = strcspn(text + name + 1, "\n");
        settings[(*n)++] = (GlobalSetting) { arena_strndup(s->arena, text, name),
                                             arena_strndup(s->arena, text + name + 1, value) };
}

Program *small_elaborate(Script *s) {
        GlobalSetting settings[MAX_SETTINGS];
        ElaborateOptions o = { .guru = s->options.guru, .unprivileged = s->unprivileged, .optimize = true, .settings = settings };
        const char *line = s->source->text;
        for (; line; line = strchr(line, '\n') ? strchr(line, '\n') + 1 : NULL) {
                const char *directive = script_directive(line) ?: "";
                if (strncmp(directive, "set ", 4) == 0)
                        add_setting(s, settings, &o.n_settings, directive + 4);
                else if (strncmp(directive, "unoptimized", 11) == 0)
                        o.optimize = false;
                else if (strncmp(directive, "skip-badvars", 12) == 0)
                        o.skip_bad_variables = true;
        }
        Library *l = small_library(s->arena, &s->diags, &s->target);
        s->options.macros = library_macros(l);
        File *f = parse_file(s->arena, &s->diags, s->source, &s->options);
        if (diags_failed(&s->diags))
                return NULL;
        return small_elaborate_files(s->arena, &s->diags, l, small_kernel(), &f, 1, &o);
}
