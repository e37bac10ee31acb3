/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Runs the scripts of a pass and compares what is found wrong with what they expect (expect.h):
 *
 *     diagnostics PASS FOLDER [NAME...]
 *
 * A new pass is a row of the table: what it does to a script up to its end.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include "expect.h"
#include "small.h"

static void run_parse(Script *s) {
        parse_file(s->arena, &s->diags, s->source, &s->options);
}

static void run_elaborate(Script *s) {
        small_elaborate(s);
}

static const struct {
        const char *name;
        void (*run)(Script *s);
} passes[] = {
        { "parse", run_parse },
        { "elaborate", run_elaborate },
};

static void (*find_pass(const char *name))(Script *s) {
        for (size_t i = 0; i < ELEMENTSOF(passes); i++)
                if (strcmp(passes[i].name, name) == 0)
                        return passes[i].run;
        fprintf(stderr, "no pass %s\n", name);
        exit(EXIT_FAILURE);
}

static int is_script(const struct dirent *e) {
        size_t len = strlen(e->d_name);
        return len > 4 && strcmp(e->d_name + len - 4, ".stp") == 0;
}

static void print_comment(const char *text) {
        for (size_t len; *text; text += len + (text[len] == '\n')) {
                len = strcspn(text, "\n");
                printf("# %.*s\n", (int) len, text);
        }
}

static bool run_one(void (*run)(Script *s), const char *folder, const char *name) {
        char path[4096];
        snprintf(path, sizeof(path), "%s/%s", folder, name);
        Script s;
        script_init(&s, path);
        run(&s);
        Buf out = BUF_INIT;
        bool good = expectations_check(&s, &out);
        if (!good && out.data)
                print_comment(out.data);
        buf_done(&out);
        script_done(&s);
        return good;
}

static bool is_wanted(const char *name, int argc, char **argv) {
        for (int i = 3; i < argc; i++)
                if (strcmp(argv[i], name) == 0)
                        return true;
        return argc <= 3;
}

int main(int argc, char **argv) {
        struct dirent **entries;
        if (argc < 3)
                return EXIT_FAILURE;
        void (*run)(Script *s) = find_pass(argv[1]);
        int n = scandir(argv[2], &entries, is_script, alphasort), n_run = 0, n_failed = 0;
        for (int i = 0; i < n; i++) {
                if (is_wanted(entries[i]->d_name, argc, argv)) {
                        bool good = run_one(run, argv[2], entries[i]->d_name);
                        printf("%s %d - %s\n", good ? "ok" : "not ok", ++n_run, entries[i]->d_name);
                        n_failed += !good;
                }
                free(entries[i]);
        }
        if (n >= 0)
                free(entries);
        printf("1..%d\n", n_run);
        return n_run == 0 || n_failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
