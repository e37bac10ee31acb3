/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Names are found by the form of a line, as the house style has it: what is of file scope starts in the
 * first column. A name that is missed makes the compiler complain, and then the files are compiled one by
 * one.
 */
#include "build/bundle.h"
#include <ctype.h>
#include <errno.h>
#include "base/strmap.h"
#include "base/tree.h"

#define WHOLE ".whole"

typedef struct {
        StrMap names;
        size_t size;
        PathVec files;
} Bundle;

static bool is_word(char c) {
        return isalnum((unsigned char) c) || c == '_';
}

static void add_name(Arena *a, StrMap *names, const char *start, const char *end) {
        if (end > start)
                strmap_put(a, names, arena_strndup(a, start, (size_t) (end - start)), names);
}

static void add_all_words(Arena *a, StrMap *names, const char *p, const char *end) {
        while (p < end) {
                const char *word = p;
                while (p < end && is_word(*p))
                        p++;
                add_name(a, names, word, p);
                p += p == word;
        }
}

/* "static int name(", "name[", "name =", "name;"; "static DEFINE_MUTEX(name);"; "struct name {". */
static void add_declared(Arena *a, StrMap *names, const char *line, const char *end) {
        const char *stop = line;
        while (stop < end && !strchr("(=[;{", *stop))
                stop++;
        const char *last = stop;
        while (last > line && !is_word(last[-1]))
                last--;
        const char *word = last;
        bool is_macro = true;
        while (word > line && is_word(word[-1])) {
                word--;
                is_macro = is_macro && !islower((unsigned char) *word);
        }
        add_name(a, names, word, last);
        if (is_macro)
                add_all_words(a, names, stop, end);
}

static void add_line(Arena *a, StrMap *names, const char *line, const char *end) {
        static const char define[] = "#define ";
        if ((size_t) (end - line) > strlen(define) && strncmp(line, define, strlen(define)) == 0) {
                const char *word = line + strlen(define), *p = word;
                while (p < end && is_word(*p))
                        p++;
                add_name(a, names, word, p);
        } else if (line < end && (isalpha((unsigned char) *line) || *line == '_')) {
                add_declared(a, names, line, end);
        }
}

static StrMap find_names(Arena *a, const char *text) {
        StrMap names = STRMAP_INIT;
        for (const char *p = text; *p;) {
                const char *end = p + strcspn(p, "\n");
                add_line(a, &names, p, end);
                p = end + (*end == '\n');
        }
        return names;
}

/* What would change the meaning of the files behind it stays alone. */
static bool is_alone(const char *text) {
        static const char *const words[] = { "#define pr_fmt", "#undef", "#pragma", "CREATE_TRACE_POINTS" };
        for (size_t i = 0; i < ELEMENTSOF(words); i++)
                if (strstr(text, words[i]))
                        return true;
        return false;
}

static bool is_compiled(Arena *a, const char *kbuild, const char *path) {
        const char *slash = strrchr(path, '/'), *base = slash ? slash + 1 : path;
        size_t n = strlen(base);
        if (n < 3 || strcmp(base + n - 2, ".c") != 0)
                return false;
        const char *object = arena_printf(a, "%.*s.o", (int) n - 2, base);
        for (const char *p = kbuild; (p = strstr(p, object)); p++)
                if ((p == kbuild || !(is_word(p[-1]) || p[-1] == '-')) && !is_word(p[strlen(object)]))
                        return true;
        return false;
}

static bool share_names(const StrMap *x, const StrMap *y) {
        strmap_foreach(e, y)
                if (strmap_get(x, e->key))
                        return true;
        return false;
}

typedef VEC(Bundle) BundleVec;

/* Into the smallest bundle that it fits; a new one while there are few. */
static void place(Arena *a, BundleVec *bundles, unsigned n_bundles, const char *path, StrMap *names,
                  size_t size) {
        Bundle *best = NULL;
        vec_foreach(b, bundles)
                if ((!best || b->size < best->size) && !share_names(&b->names, names))
                        best = b;
        if (!best || bundles->n < n_bundles) {
                vec_push(a, bundles, ((Bundle) {}));
                best = &vec_last(bundles);
        }
        vec_push(a, &best->files, path);
        best->size += size;
        strmap_foreach(e, names)
                strmap_put(a, &best->names, e->key, best);
}

static int write_bundle(Arena *a, const char *dir, const Bundle *b) {
        _cleanup_(buf_done) Buf text = BUF_INIT;
        static const char empty[] = "/* in another file */\n";
        int r = 0;
        if (b->files.n < 2)
                return 0;
        for (size_t i = 0; r == 0 && i < b->files.n; i++) {
                const char *path = arena_printf(a, "%s/%s", dir, b->files.items[i]);
                buf_printf(&text, "#include \"%s" WHOLE "\"\n", path);
                r = tree_copy_file(path, arena_printf(a, "%s" WHOLE, path));
                r = r < 0 ? r : tree_write_file(path, empty, strlen(empty));
        }
        if (r < 0 || text.failed)
                return r < 0 ? r : -ENOMEM;
        return tree_write_file(arena_printf(a, "%s/%s", dir, b->files.items[0]), text.data, text.len);
}

static const char *add_object(Arena *a, const char *objects, const char *path) {
        return arena_printf(a, "%s%s%.*s.o", objects, *objects ? " " : "", (int) strlen(path) - 2, path);
}

int bundle_sources(Arena *a, const char *dir, const PathVec *files, unsigned n_bundles,
                   const char **ret_objects) {
        BundleVec bundles = {};
        const char *objects = "";
        const char *kbuild = tree_read_file(a, arena_printf(a, "%s/Kbuild", dir), NULL);
        if (!kbuild)
                return -errno;
        vec_foreach(path, files) {
                size_t size;
                if (!is_compiled(a, kbuild, *path))
                        continue;
                char *text = tree_read_file(a, arena_printf(a, "%s/%s", dir, *path), &size);
                if (!text)
                        return -errno;
                StrMap names = find_names(a, text);
                if (is_alone(text))
                        objects = add_object(a, objects, *path);
                else
                        place(a, &bundles, n_bundles, *path, &names, size);
        }
        int r = 0;
        for (size_t i = 0; r == 0 && i < bundles.n; i++) {
                r = write_bundle(a, dir, &bundles.items[i]);
                objects = add_object(a, objects, bundles.items[i].files.items[0]);
        }
        *ret_objects = objects;
        return r;
}

int bundle_undo(Arena *a, const char *dir, const PathVec *files) {
        vec_foreach(path, files) {
                const char *whole = arena_printf(a, "%s/%s" WHOLE, dir, *path);
                if (access(whole, F_OK) < 0)
                        continue;
                int r = tree_copy_file(whole, arena_printf(a, "%s/%s", dir, *path));
                if (r < 0)
                        return r;
        }
        return 0;
}
