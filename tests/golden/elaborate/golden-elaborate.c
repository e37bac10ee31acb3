/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * golden-elaborate FOLDER: each x.stp of the folder goes through pass 2 in the small world; its diagnostics
 * and the finished program must be x.out. With UPDATE=1 in the environment x.out is written instead.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include "lang/dump.h"
#include "small.h"

static bool compare(const char *path, const char *text) {
        size_t len;
        _cleanup_(freep) char *expected = file_read(path, &len);
        if (expected && strcmp(expected, text) == 0)
                return true;
        printf("# %s; it is now:\n%s", expected ? "differs from the .out file" : "there is no .out file",
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
        _cleanup_(buf_done) Buf out = BUF_INIT;
        script_init(&s, path);
        Program *p = small_elaborate(&s);
        diags_render_text(&s.diags, /* color= */ false, &out);
        if (p)
                dump_program(p, &out);
        buf_str(&out, "");
        script_done(&s);
        if (out.failed || !out.data)
                return false;
        strcpy(path + strlen(path) - strlen("stp"), "out");
        const char *update = getenv("UPDATE");
        return update && *update == '1' ? write_out(path, out.data) : compare(path, out.data);
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
        kernel_close(small_kernel());
        printf("1..%d\n", n);
        return n <= 0 || n_failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
