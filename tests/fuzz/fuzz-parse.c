/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Any bytes as a script: either there is a diagnostic, or a tree whose dump parses to a tree that dumps the
 * same, and whose copy does too. The first byte chooses what the script is compiled with.
 */
#include <stdlib.h>
#include "lang/dump.h"
#include "lang/walk.h"
#include "parse/parse.h"

#define MEMORY_LIMIT ((size_t) 1 << 30)

static const char library[] = "@define one %( 1 %)\n@define twice(x) %( @x @x %)\n";
static const char *const args[] = { "5", "name", "a b \"c", "x.y(1)" };

static const char *config(void *userdata, const char *name) {
        return strcmp(name, "CONFIG_SMP") == 0 ? "y" : NULL;
}

static const ParseTarget target = {
        .kernel_v = "6.1.0", .kernel_vr = "6.1.0-56-amd64", .arch = "x86_64", .systemtap_v = "5.6",
        .privilege = "stapdev", .config = config,
};

static File *parse(Arena *a, Diags *d, const char *name, const char *text, size_t len, bool guru) {
        MacroLibrary *macros = macro_library_new(a);
        ParseOptions o = { .target = &target, .args = args, .n_args = ELEMENTSOF(args), .guru = guru };
        parse_macros(a, d, source_new(a, "library", library, sizeof(library) - 1), &o, macros);
        o.macros = macros;
        diags_init(d, a);
        return parse_file(a, d, source_new(a, name, text, len), &o);
}

/* What a diagnostic says must be there to be shown. */
static void check_diags(const Diags *d) {
        Buf out = BUF_INIT;
        diags_render_text(d, /* color= */ false, &out);
        diags_render_json(d, &out);
        if (d->list.n > 2 * DIAG_MAX_ERRORS || out.len == 0)
                abort();
        vec_foreach(diag, &d->list) {
                Span span = (*diag)->span;
                if (!span.file || span.offset > span.file->len || span.len > span.file->len - span.offset)
                        abort();
        }
        buf_done(&out);
}

static char *dump(const File *f) {
        Buf out = BUF_INIT;
        dump_file(f, &out);
        buf_char(&out, '\0');
        return buf_take(&out);
}

static void copy_bodies(Arena *a, File *f) {
        static const Expansion why = { .what = "alias x" };
        vec_foreach(probe, &f->probes)
                (*probe)->body = stmt_copy_expanded(a, (*probe)->body, &why);
        vec_foreach(function, &f->functions)
                (*function)->body = stmt_copy((a), (*function)->body);
}

/* A dump has more parentheses than its script. */
static bool is_too_deep(const Diags *d) {
        vec_foreach(diag, &d->list)
                if ((*diag)->code == DIAG_E0110)
                        return true;
        return false;
}

static void check_tree(Arena *a, File *f) {
        _cleanup_(freep) char *first = dump(f);
        copy_bodies(a, f);
        _cleanup_(freep) char *copied = dump(f);
        if (strcmp(first, copied) != 0)
                abort();
        Diags d;
        diags_init(&d, a);
        if (strlen(first) > PARSE_MAX_FILE)
                return;
        File *again = parse(a, &d, "dump", first, strlen(first), /* guru= */ true);
        _cleanup_(freep) char *second = dump(again);
        if (diags_failed(&d) ? is_too_deep(&d) : strcmp(first, second) == 0)
                return;
        Buf out = BUF_INIT;
        diags_render_text(&d, /* color= */ false, &out);
        fprintf(stderr, "%s\n%s\n%s\n", out.data ?: "", first, second);
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        bool guru = size == 0 || data[0] % 2 == 0;
        Arena *a = arena_new(MEMORY_LIMIT);
        Diags d;
        diags_init(&d, a);
        File *f = parse(a, &d, "fuzz", (const char *) data, size, guru);
        if (diags_failed(&d))
                check_diags(&d);
        else
                check_tree(a, f);
        arena_free(a);
        return 0;
}
