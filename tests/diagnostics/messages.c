/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the user sees, to the letter: messages FILE.cases... Each file holds cases of the form
 *
 *     == NAME [guru] [no-warnings] [fatal] [json] [unoptimized]
 *     the script
 *     --
 *     the diagnostics as text (or as JSON)
 *
 * UPDATE=1 writes what came out in place of what is expected; the review is the diff.
 */
#include <stdio.h>
#include <stdlib.h>
#include "small.h"

typedef struct {
        const char *header, *script, *want; /* NUL-terminated, with their newlines */
} Case;
typedef VEC(Case) CaseVec;

/* ------------------------------------------------------------------ reading */

static bool is_separator(const char *line) {
        return strncmp(line, "--\n", 3) == 0;
}

static bool is_header(const char *line) {
        return strncmp(line, "== ", 3) == 0;
}

static const char *next_line(const char *line) {
        size_t n = strcspn(line, "\n");
        return line + n + (line[n] == '\n');
}

/* Moves *at to the next line that ends a part; the part. */
static const char *take_part(Arena *a, const char **at, bool (*ends)(const char *)) {
        const char *start = *at;
        while (**at && !ends(*at))
                *at = next_line(*at);
        return arena_strndup(a, start, (size_t) (*at - start));
}

static void read_cases(Arena *a, const char *text, CaseVec *ret) {
        while (*text && !is_header(text))
                text = next_line(text);
        while (*text) {
                Case c = { .header = arena_strndup(a, text + 3, strcspn(text + 3, "\n")) };
                text = next_line(text);
                c.script = take_part(a, &text, is_separator);
                text = next_line(text);
                c.want = take_part(a, &text, is_header);
                vec_push(a, ret, c);
        }
}

/* ------------------------------------------------------------------ running */

static bool has_word(const Case *c, const char *word) {
        size_t n = strlen(word);
        for (const char *at = c->header; (at = strstr(at + 1, word));)
                if (at[-1] == ' ' && (!at[n] || at[n] == ' '))
                        return true;
        return false;
}

/* Where the tests stand is of no interest. */
static char *without_folder(Buf *text) {
        Buf out = BUF_INIT;
        buf_char(text, '\0');
        for (const char *at = text->data, *next; at && *at; at = next) {
                next = strstr(at, SMALL_TAPSET_DIR);
                buf_add(&out, at, next ? (size_t) (next - at) : strlen(at));
                if (!next)
                        break;
                buf_str(&out, "tapset");
                next += strlen(SMALL_TAPSET_DIR);
        }
        buf_done(text);
        buf_char(&out, '\0');
        return buf_take(&out);
}

static char *run(const Case *c) {
        Script s;
        Buf out = BUF_INIT;
        script_init_text(&s, ".", "t.stp", c->script, strlen(c->script));
        s.options.guru = s.target.guru = has_word(c, "guru");
        s.diags.no_warnings = has_word(c, "no-warnings");
        s.diags.warnings_fatal = has_word(c, "fatal");
        small_elaborate(&s);
        if (has_word(c, "json"))
                diags_render_json(&s.diags, &out);
        else
                diags_render_text(&s.diags, /* color= */ false, &out);
        if (has_word(c, "json"))
                buf_char(&out, '\n');
        script_done(&s);
        return without_folder(&out);
}

static void print_comment(const char *title, const char *text) {
        printf("# %s:\n", title);
        for (; *text; text = next_line(text))
                printf("#   %.*s\n", (int) strcspn(text, "\n"), text);
}

/* Whether it came out as wanted; adds what came out to `all`. */
static bool check(const Case *c, unsigned number, Buf *all) {
        _cleanup_(freep) char *have = run(c);
        bool good = strcmp(have, c->want) == 0;
        printf("%s %u - %.*s\n", good ? "ok" : "not ok", number, (int) strcspn(c->header, " "), c->header);
        if (!good) {
                print_comment("script", c->script);
                print_comment("want", c->want);
                print_comment("have", have);
        }
        buf_printf(all, "== %s\n%s--\n%s", c->header, c->script, have);
        return good;
}

static void update(const char *path, const Buf *text) {
        _cleanup_(fclosep) FILE *f = fopen(path, "we");
        if (!f || fwrite(text->data, 1, text->len, f) != text->len)
                fprintf(stderr, "%s: cannot be written\n", path);
}

int main(int argc, char **argv) {
        unsigned n = 0, failed = 0;
        for (int i = 1; i < argc; i++) {
                size_t len;
                _cleanup_(freep) char *text = file_read(argv[i], &len);
                _cleanup_(arena_freep) Arena *a = arena_new((size_t) 64 << 20);
                _cleanup_(buf_done) Buf all = BUF_INIT;
                CaseVec cases = {};
                if (!text || !a) {
                        fprintf(stderr, "%s: cannot be read\n", argv[i]);
                        return EXIT_FAILURE;
                }
                buf_add(&all, text,
                        strncmp(text, "== ", 3) == 0 ? 0 : (size_t) (strstr(text, "\n== ") + 1 - text));
                read_cases(a, text, &cases);
                vec_foreach(c, &cases)
                        failed += !check(c, ++n, &all);
                if (getenv("UPDATE"))
                        update(argv[i], &all);
        }
        printf("1..%u\n", n);
        return n == 0 || failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
