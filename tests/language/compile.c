/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * language-compile TAPSETS DIRECTORY [-u] {[-g] [-GNAME=VALUE] [--no-global-var-display] [-t] NAME}: passes
 * 1 to 3 for DIRECTORY/NAME.stp each, without a kernel. Leaves NAME.c and NAME.json, or NAME.err with the
 * diagnostics.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include "elaborate/elaborate.h"
#include "translate/translate.h"

#define MEMORY (256u << 20)

static char *file_read(const char *path, size_t *ret_len) {
        FILE *f = fopen(path, "re");
        Buf b = BUF_INIT;
        if (!f)
                return NULL;
        for (size_t n; (n = fread(buf_reserve(&b, 65536), 1, 65536, f)) > 0;)
                b.len += n;
        fclose(f);
        buf_char(&b, 0);
        *ret_len = b.len - 1;
        return buf_take(&b);
}

static void file_write(const char *dir, const char *name, const char *suffix, const Buf *b) {
        char path[4096];
        snprintf(path, sizeof(path), "%s/%s%s", dir, name, suffix);
        FILE *f = fopen(path, "we");
        if (!f || b->failed || (b->len && fwrite(b->data, 1, b->len, f) != b->len) || fclose(f) != 0) {
                fprintf(stderr, "%s: %m\n", path);
                exit(1);
        }
}

typedef struct Compiler {
        Library *library;
        ParseTarget target;
        const char *dir;
        bool optimize;
} Compiler;

static void translate_case(const Compiler *k, Arena *a, Diags *d, const char *name, Program *p,
                           bool timing) {
        _cleanup_(manifest_freep) Manifest *m = manifest_new();
        _cleanup_(buf_done) Buf code = BUF_INIT, json = BUF_INIT;
        char **texts[] = {&m->module, &m->script, &m->digest, &m->kernel, &m->kernel_build_id, &m->version};
        for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
                *texts[i] = strdup("0");
        int r = translate(p, &(TranslateOptions) {.module = "stap_case", .timing = timing}, d, m, &code);
        if (diags_failed(d))
                return;
        r = r < 0 ? r : manifest_to_json(m, &json);
        if (r < 0) {
                fprintf(stderr, "%s: %s\n", name, strerror(-r));
                exit(1);
        }
        file_write(k->dir, name, ".c", &code);
        file_write(k->dir, name, ".json", &json);
}

#define MAX_SETTINGS 8

/* What stands on the command line before a name. */
typedef struct CaseOptions {
        bool guru, hide_globals, timing;
        GlobalSetting settings[MAX_SETTINGS];
        unsigned n_settings;
} CaseOptions;

static void take_setting(CaseOptions *o, Arena *a, const char *text) {
        const char *equals = strchr(text, '=');
        if (equals && o->n_settings < MAX_SETTINGS)
                o->settings[o->n_settings++] =
                        (GlobalSetting) {arena_strndup(a, text, (size_t) (equals - text)), equals + 1};
}

static bool take_option(CaseOptions *o, Arena *a, const char *text) {
        if (strcmp(text, "-g") == 0)
                o->guru = true;
        else if (strcmp(text, "--no-global-var-display") == 0)
                o->hide_globals = true;
        else if (strcmp(text, "-t") == 0)
                o->timing = true;
        else if (strncmp(text, "-G", 2) == 0)
                take_setting(o, a, text + 2);
        else
                return false;
        return true;
}

static void compile_case(const Compiler *k, const char *name, const CaseOptions *o) {
        _cleanup_(arena_freep) Arena *a = arena_new(MEMORY);
        _cleanup_(buf_done) Buf errors = BUF_INIT;
        Diags d;
        diags_init(&d, a);
        size_t len = 0;
        char *text = file_read(arena_printf(a, "%s/%s.stp", k->dir, name), &len);
        if (!text) {
                fprintf(stderr, "%s: %m\n", name);
                exit(1);
        }
        ParseTarget target = k->target;
        target.guru = o->guru;
        File *f = parse_file(a, &d, source_new(a, "test.stp", arena_strndup(a, text, len), len),
                             &(ParseOptions) {.target = &target, .macros = library_macros(k->library), .guru = o->guru});
        free(text);
        ProbeWorld world = {.arena = a, .diags = &d, .kernel_error = "there is none in tests"};
        Program *p = NULL;
        if (!diags_failed(&d))
                p = elaborate(&world, k->library, &f, 1, &(ElaborateOptions) {
                        .guru = o->guru, .optimize = k->optimize, .hide_globals = o->hide_globals, .settings = o->settings,
                        .n_settings = o->n_settings});
        if (p && !diags_failed(&d))
                translate_case(k, a, &d, name, p, o->timing);
        diags_render_text(&d, /* color= */ false, &errors);
        file_write(k->dir, name, ".err", &errors);
}

static const char *no_config(void *userdata, const char *name) {
        return NULL;
}

int main(int argc, char **argv) {
        if (argc < 4)
                return 2;
        _cleanup_(arena_freep) Arena *a = arena_new(MEMORY);
        Diags d;
        diags_init(&d, a);
        Compiler k = {.dir = argv[2], .optimize = true};
        k.target = (ParseTarget) {.kernel_v = "6.1.0", .kernel_vr = "6.1.0-test", .arch = "x86_64",
                                  .systemtap_v = "5.6", .privilege = "stapdev", .config = no_config};
        k.library = library_load(a, &d, (const char *[]) {argv[1]}, 1, &k.target);
        if (d.n_errors) {
                _cleanup_(buf_done) Buf errors = BUF_INIT;
                diags_render_text(&d, /* color= */ false, &errors);
                fputs(errors.data, stderr);
                return 1;
        }
        CaseOptions options = {};
        for (int i = 3; i < argc; i++) {
                if (strcmp(argv[i], "-u") == 0)
                        k.optimize = false;
                else if (!take_option(&options, a, argv[i])) {
                        compile_case(&k, argv[i], &options);
                        options = (CaseOptions) {};
                }
        }
        return 0;
}
