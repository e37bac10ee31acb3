/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The tapsets. Macros of all directories are read before any tapset, since every tapset may use every public
 * macro; a directory's own folders are read in order of their names, so that the digest, and with it the
 * key of every cached module, does not depend on the file system.
 */
#include <openssl/evp.h>
#include "base/fds.h"
#include "base/tree.h"
#include "elaborate/index.h"
#include "elaborate/elaborate.h"

struct Library {
        Arena *arena;
        Diags *diags;
        ParseOptions options;
        MacroLibrary *macros;
        Index index;
        FileVec files;
        EVP_MD_CTX *hash;
        char digest[2 * EVP_MAX_MD_SIZE + 1];
};

typedef void (*FileFunction)(Library *l, SourceFile *source);

static void read_macros(Library *l, SourceFile *source) {
        parse_macros(l->arena, l->diags, source, &l->options, l->macros);
}

static void read_tapset(Library *l, SourceFile *source) {
        File *f = parse_file(l->arena, l->diags, source, &l->options);
        vec_push(l->arena, &l->files, f);
        index_add(&l->index, f);
}

static bool has_suffix(const char *name, const char *suffix) {
        size_t n = strlen(name), m = strlen(suffix);
        return n > m && strcmp(name + n - m, suffix) == 0;
}

static void read_one(Library *l, const char *path, const char *relative, FileFunction read) {
        _cleanup_(freep) char *text = NULL;
        size_t len;
        int r = fds_read_file(path, PARSE_MAX_FILE, &text, &len);
        if (r < 0) {
                diag_add(l->diags, DIAG_E0200, SPAN_NONE, "cannot read `%s`: %s", path, strerror(-r));
                return;
        }
        EVP_DigestUpdate(l->hash, relative, strlen(relative) + 1);
        EVP_DigestUpdate(l->hash, &len, sizeof(len));
        EVP_DigestUpdate(l->hash, text, len);
        read(l, source_new(l->arena, arena_strdup(l->arena, path), arena_strndup(l->arena, text, len), len));
}

typedef struct {
        Library *library;
        const char *suffix;
        size_t base; /* so much of the path is the tapset directory: what comes after it counts for the
                      * digest */
        FileFunction read;
} Walk;

static int on_file(void *userdata, const char *path) {
        const Walk *w = userdata;
        if (has_suffix(path, w->suffix))
                read_one(w->library, path, path + w->base, w->read);
        return 0;
}

static void read_dir(Library *l, const char *dir, const char *suffix, FileFunction read) {
        Walk w = { .library = l, .suffix = suffix, .base = strlen(dir), .read = read };
        int r = tree_foreach_file(dir, on_file, &w);
        if (r < 0)
                diag_add(l->diags, DIAG_E0200, SPAN_NONE, "cannot read the tapset directory `%s`: %s", dir,
                         strerror(-r));
}

static void finish_digest(Library *l) {
        unsigned char sum[EVP_MAX_MD_SIZE];
        unsigned n = 0;
        EVP_DigestFinal_ex(l->hash, sum, &n);
        EVP_MD_CTX_free(l->hash);
        l->hash = NULL;
        for (unsigned i = 0; i < n; i++)
                snprintf(l->digest + 2 * i, 3, "%02x", sum[i]);
}

Library *library_load(Arena *a, Diags *d, const char *const *dirs, size_t n_dirs,
                      const ParseTarget *target) {
        Library *l = arena_new0(a, Library);
        l->arena = a;
        l->diags = d;
        l->macros = macro_library_new(a);
        l->options = (ParseOptions) { .target = target, .macros = l->macros, .is_library = true,
                                      .guru = true };
        l->hash = EVP_MD_CTX_new();
        EVP_DigestInit_ex(l->hash, EVP_sha256(), NULL);
        index_init(&l->index, a, /* before= */ NULL);
        for (size_t i = 0; i < n_dirs; i++)
                read_dir(l, dirs[i], ".stpm", read_macros);
        for (size_t i = 0; i < n_dirs; i++)
                read_dir(l, dirs[i], ".stp", read_tapset);
        finish_digest(l);
        return l;
}

void library_read_macros(Library *l, Diags *d, SourceFile *source, const ParseOptions *o) {
        parse_macros(l->arena, d, source, o, l->macros);
}

const MacroLibrary *library_macros(const Library *l) {
        return l->macros;
}

const char *library_digest(const Library *l) {
        return l->digest;
}

const Index *library_index(const Library *l) {
        return &l->index;
}

const FileVec *library_files(const Library *l) {
        return &l->files;
}
