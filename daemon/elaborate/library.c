/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The tapsets. Macros of all directories are read before any tapset, since every tapset may use every public
 * macro; a directory's own folders are read in order of their names, so that the digest, and with it the
 * key of every cached module, does not depend on the file system.
 */
#include <dirent.h>
#include <errno.h>
#include <openssl/evp.h>
#include <sys/stat.h>
#include "base/fds.h"
#include "elaborate/index.h"
#include "elaborate/elaborate.h"

#define LIBRARY_MAX_DEPTH 8 /* folders below a tapset directory */

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

/* `base` is how much of the path is the tapset directory: what comes after it counts for the digest. */
static void read_dir(Library *l, const char *path, size_t base, unsigned depth, const char *suffix,
                     FileFunction read) {
        struct dirent **entries;
        int n = depth < LIBRARY_MAX_DEPTH ? scandir(path, &entries, NULL, alphasort) : 0;
        for (int i = 0; i < n; i++) {
                const char *name = entries[i]->d_name;
                char *full = arena_printf(l->arena, "%s/%s", path, name);
                struct stat st;
                if (name[0] == '.' || stat(full, &st) < 0)
                        (void) 0; /* hidden, or gone: as if it were not there */
                else if (S_ISDIR(st.st_mode))
                        read_dir(l, full, base, depth + 1, suffix, read);
                else if (S_ISREG(st.st_mode) && has_suffix(name, suffix))
                        read_one(l, full, full + base, read);
                free(entries[i]);
        }
        if (n > 0)
                free(entries);
        else if (n < 0 && depth == 0)
                diag_add(l->diags, DIAG_E0200, SPAN_NONE, "cannot read the tapset directory `%s`: %s", path,
                         strerror(errno));
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
                read_dir(l, dirs[i], strlen(dirs[i]), 0, ".stpm", read_macros);
        for (size_t i = 0; i < n_dirs; i++)
                read_dir(l, dirs[i], strlen(dirs[i]), 0, ".stp", read_tapset);
        finish_digest(l);
        return l;
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
