/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * golden-parse FOLDER: each x.stp of the folder is parsed and dumped; the dump must be x.out, and must parse
 * to a tree that dumps the same. With UPDATE=1 in the environment x.out is written instead.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include "lang/dump.h"
#include "script.h"

/* The dump of the script, or its diagnostics when it is wrong. */
static char *dump(Script *s) {
        File *f = parse_file(s->arena, &s->diags, s->source, &s->options);
        Buf out = BUF_INIT;
        if (s->diags.n_errors > 0)
                diags_render_text(&s->diags, /* color= */ false, &out);
        else
                dump_file(f, &out);
        buf_char(&out, '\0');
        return buf_take(&out);
}

/* Whether the dump parses to a tree that dumps the same. The tree's dump needs no arguments or macros. */
static bool survives(const char *text) {
        Script s;
        script_init_text(&s, ".", "dump.stp", text, strlen(text));
        s.options.guru = true;
        _cleanup_(freep) char *again = dump(&s);
        bool same = strcmp(text, again) == 0;
        if (!same)
                printf("# the dump does not survive; the second one:\n%s", again);
        script_done(&s);
        return same;
}

static bool compare(const char *path, const char *text) {
        size_t len;
        _cleanup_(freep) char *expected = file_read(path, &len);
        if (expected && strcmp(expected, text) == 0)
                return true;
        printf("# %s; the dump is:\n%s", expected ? "differs from the .out file" : "there is no .out file",
               text);
        return false;
}

static bool write_out(const char *path, const char *text) {
        _cleanup_(fclosep) FILE *f = fopen(path, "we");
        return f && fputs(text, f) >= 0;
}

static bool run_one(const char *folder, const char *name) {
        char path[4096];
        snprintf(path, sizeof(path), "%s/%s", folder, name);
        Script s;
        script_init(&s, path);
        _cleanup_(freep) char *text = dump(&s);
        bool failed = s.diags.n_errors > 0;
        script_done(&s);
        if (failed) {
                printf("# %s", text);
                return false;
        }
        strcpy(path + strlen(path) - strlen("stp"), "out");
        const char *update = getenv("UPDATE");
        return (update && *update == '1' ? write_out(path, text) : compare(path, text)) && survives(text);
}

static int is_script(const struct dirent *e) {
        size_t len = strlen(e->d_name);
        return len > 4 && strcmp(e->d_name + len - 4, ".stp") == 0;
}

int main(int argc, char **argv) {
        struct dirent **entries;
        if (argc != 2)
                return EXIT_FAILURE;
        int n = scandir(argv[1], &entries, is_script, alphasort), n_failed = 0;
        for (int i = 0; i < n; i++) {
                bool good = run_one(argv[1], entries[i]->d_name);
                printf("%s %d - %s\n", good ? "ok" : "not ok", i + 1, entries[i]->d_name);
                n_failed += !good;
                free(entries[i]);
        }
        if (n >= 0)
                free(entries);
        printf("1..%d\n", n);
        return n <= 0 || n_failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
