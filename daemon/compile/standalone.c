/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "compile/standalone.h"
#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include "base/fds.h"
#include "base/paths.h"
#include "base/tree.h"
#include "compile/listing.h"
#include "compile/passes.h"

static bool is_terminal(void) {
        const char *term = getenv("TERM");
        return isatty(STDERR_FILENO) && term && strcmp(term, "dumb") != 0 && !getenv("NO_COLOR");
}

/* ------------------------------------------------------------------ kits */

static const char *user_cache(Arena *a) {
        const char *cache = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
        if (cache && cache[0] == '/')
                return arena_printf(a, "%s/stapd", cache);
        if (!home || home[0] != '/') {
                const struct passwd *pw = getpwuid(getuid());
                home = pw ? pw->pw_dir : NULL;
        }
        return home ? arena_printf(a, "%s/.cache/stapd", home) : NULL;
}

static const char *absolute(Arena *a, const char *path) {
        if (path[0] == '/')
                return path;
        _cleanup_(freep) char *here = getcwd(NULL, 0);
        return here ? arena_printf(a, "%s/%s", here, path) : path;
}

StringVec standalone_kit_dirs(Arena *a, const Options *o) {
        StringVec dirs = {};
        const char *own = user_cache(a);
        if (o->kit_dir) {
                vec_push(a, &dirs, absolute(a, o->kit_dir));
                return dirs;
        }
        vec_push(a, &dirs, STAPD_CACHE_DIR "/kit");
        if (own)
                vec_push(a, &dirs, arena_printf(a, "%s/kit", own));
        return dirs;
}

/* The first of them that can be written. */
static const char *writable_kit_dir(Arena *a, const StringVec *dirs) {
        vec_foreach(dir, dirs)
                if (tree_make(*dir, 0755) == 0 && access(*dir, W_OK | X_OK) == 0)
                        return *dir;
        return NULL;
}

static void print_progress(void *userdata, const char *text) {
        fprintf(stderr, "%s\n", text);
}

static int build_kit(World *w, Arena *a, const StringVec *dirs, const char **ret_id, const char **ret_dir) {
        _cleanup_(buf_done) Buf text = BUF_INIT;
        Diags d;
        diags_init(&d, a);
        const char *dir = writable_kit_dir(a, dirs);
        if (!dir) {
                fprintf(stderr,
                        "stapd-compile: none of the directories for kernel kits can be written (--kit-dir)\n");
                return EXIT_USAGE;
        }
        int r = kit_build(a, &w->kit_target, dir, print_progress, NULL, &d, ret_id);
        *ret_dir = dir;
        if (r == KIT_OK) {
                (void) tree_prune(dir, STAPD_KITS_MAX, *ret_id);
                return 0;
        }
        diags_render_text(&d, is_terminal(), &text);
        if (r == KIT_FAILED)
                fputs(text.data ? text.data : "", stderr);
        else if (r == KIT_LIMIT)
                fprintf(stderr, "stapd-compile: building the kernel kit ran into a limit\n");
        else
                fprintf(stderr, "stapd-compile: cannot make a kernel kit in %s: %s\n", dir, strerror(-r));
        return EXIT_COMPILATION;
}

static WorldOptions world_options(Arena *a, const Options *o, const StringVec *dirs) {
        const char *cache = user_cache(a);
        bool writable = cache && tree_make(cache, 0700) == 0;
        return (WorldOptions) { .release = o->kernel, .kit_dirs = dirs->items, .n_kit_dirs = dirs->n,
                                .tapset_dirs = o->tapset_dirs.items,
                                .n_tapset_dirs = o->mode == MODE_LIST ? o->tapset_dirs.n : 0,
                                .cache_dir = writable ? arena_printf(a, "%s/btf", cache) : NULL };
}

static int open_kernel(const WorldOptions *o, World **ret) {
        int r = world_open_kernel(o, ret);
        if (r == -EINVAL)
                fprintf(stderr, "stapd-compile: %s is not the release of a kernel\n", o->release);
        else if (r < 0)
                fprintf(stderr, "stapd-compile: %s\n", strerror(-r));
        return r;
}

static void open_kit(World *w, const WorldOptions *o) {
        world_open_kit(w, o);
        if (w->kit)
                (void) tree_touch(w->kit->dir); /* of the kits, the one that was used last is removed last */
}

int standalone_prepare(Arena *a, const Options *o) {
        StringVec dirs = standalone_kit_dirs(a, o);
        WorldOptions options = world_options(a, o, &dirs);
        _cleanup_(world_closep) World *w = NULL;
        const char *id, *dir;
        if (open_kernel(&options, &w) < 0)
                return EXIT_USAGE;
        open_kit(w, &options);
        if (w->kit) {
                printf("%s\n", w->kit->dir);
                return 0;
        }
        if (w->kit_result == KIT_DAMAGED)
                fprintf(stderr, "Building again: %s\n", w->kit_error);
        int r = build_kit(w, a, &dirs, &id, &dir);
        if (r == 0)
                printf("%s/%s\n", dir, id);
        return r;
}

/* ------------------------------------------------------------------ a script */

typedef struct {
        const Options *options;
        Arena *arena;
        CompileRequest request;
        size_t tapset_bytes;
        Compilation compilation;
} Command;

static bool read_script(Command *c) {
        const Options *o = c->options;
        CompileRequest *r = &c->request;
        _cleanup_(freep) char *text = NULL;
        if (o->script) {
                r->script = o->script;
                r->script_len = strlen(o->script);
                return true;
        }
        bool input = strcmp(o->file, "-") == 0;
        if (!input)
                r->name = o->file;
        _cleanup_(closep) int fd = input ? dup(STDIN_FILENO)
                                         : open(o->file, O_RDONLY | O_CLOEXEC | O_NOCTTY);
        int e = fd < 0 ? -errno : fds_read_all(fd, COMPILE_MAX_SCRIPT, &text, &r->script_len);
        if (e < 0) {
                fprintf(stderr, "stapd-compile: %s: %s\n", o->file,
                        e == -EFBIG ? "larger than 4 MiB" : strerror(-e));
                return false;
        }
        r->script = arena_strndup(c->arena, text, r->script_len);
        return true;
}

enum { TAPSETS_FULL = 1, TAPSETS_UNREADABLE /* which was printed */ };

/* Called for each file of a folder. */
static int add_tapset(void *userdata, const char *path) {
        Command *c = userdata;
        const char *end = strrchr(path, '.');
        Tapset t = { .name = arena_strdup(c->arena, path) };
        if (!end || (strcmp(end, ".stp") != 0 && strcmp(end, ".stpm") != 0))
                return 0;
        if (c->request.tapsets.n == COMPILE_MAX_TAPSETS)
                return TAPSETS_FULL;
        t.text = tree_read_file(c->arena, path, &t.len);
        if (!t.text) {
                fprintf(stderr, "stapd-compile: %s: %s\n", path, strerror(errno));
                return TAPSETS_UNREADABLE;
        }
        c->tapset_bytes += t.len;
        vec_push(c->arena, &c->request.tapsets, t);
        return c->tapset_bytes > COMPILE_MAX_TAPSET_BYTES ? TAPSETS_FULL : 0;
}

static bool read_tapsets(Command *c) {
        vec_foreach(dir, &c->options->tapset_dirs) {
                int r = tree_foreach_file(*dir, add_tapset, c);
                if (r == TAPSETS_FULL)
                        fprintf(stderr, "stapd-compile: -I %s: more than %u files, or %u KiB, of tapsets\n",
                                *dir, COMPILE_MAX_TAPSETS, COMPILE_MAX_TAPSET_BYTES >> 10);
                else if (r < 0)
                        fprintf(stderr, "stapd-compile: -I %s: %s\n", *dir, strerror(-r));
                if (r != 0)
                        return false;
        }
        return true;
}

static void print_pass(void *userdata, PassId pass, uint64_t usec, const char *detail) {
        static const char *const done[_PASS_MAX] = { "parsed", "elaborated", "translated", "built" };
        fprintf(stderr, "Pass %d: %s in %llu.%03llu ms%s%s\n", (int) pass + 1, done[pass],
                (unsigned long long) usec / 1000, (unsigned long long) usec % 1000, detail ? ": " : "",
                detail ? detail : "");
}

/* Damaged and missing kits are made on the way. */
static int want_kit(World *w, const WorldOptions *o, const StringVec *dirs, Arena *a) {
        const char *id, *dir;
        open_kit(w, o);
        if (w->kit || w->kit_result == KIT_FAILED)
                return 0;
        if (w->kit_result == KIT_DAMAGED)
                fprintf(stderr, "Building again: %s\n", w->kit_error);
        int r = build_kit(w, a, dirs, &id, &dir);
        if (r == 0)
                world_open_kit(w, &(WorldOptions) { .kit_dirs = &dir, .n_kit_dirs = 1 });
        return r;
}

static void print_diagnostics(const Options *o, const World *w, const Compilation *c, CompileResult result) {
        _cleanup_(buf_done) Buf text = BUF_INIT;
        if (o->json) {
                diags_render_json(&c->diags, &text);
                printf("{\"result\":\"%s\",\"diagnostics\":%s}\n", compile_result_to_string(result),
                       text.data ? text.data : "[]");
                return;
        }
        if (o->debug || diags_failed(&w->library_diags))
                diags_render_text(&w->library_diags, is_terminal(), &text);
        if (diags_failed(&w->library_diags))
                buf_str(&text, "stapd-compile: what is wrong in a tapset is left out\n");
        diags_render_text(&c->diags, is_terminal(), &text);
        fputs(text.data ? text.data : "", stderr);
        if (c->error && c->diags.list.n == 0)
                fprintf(stderr, "stapd-compile: %s: %s\n", compile_result_to_string(result), c->error);
}

static int write_module(Command *c) {
        const char *path = c->options->output;
        if (!path)
                path = arena_printf(c->arena, "%s.ko", c->compilation.module);
        _cleanup_(freep) char *data = NULL;
        size_t len;
        int r = fds_read_all(c->compilation.module_fd, (size_t) 64 << 20, &data, &len);
        r = r < 0 ? r : fds_write_file_atomic(path, data, len, 0644);
        if (r < 0) {
                fprintf(stderr, "stapd-compile: %s: %s\n", path, strerror(-r));
                return EXIT_USAGE;
        }
        if (!c->options->json)
                printf("%s\n", path);
        return 0;
}

static void print_dump(const Options *o, const Compilation *c) {
        _cleanup_(buf_done) Buf text = BUF_INIT;
        if (o->dump < 0)
                return;
        compilation_dump(c, o->dump, &text);
        fwrite(text.data ? text.data : "", 1, text.len, stdout);
}

static int compile(Command *c, World *w) {
        CompileObserver observer = { .pass = print_pass };
        Compilation *k = &c->compilation;
        compilation_init(k, w, &c->request, c->arena);
        k->observer = c->options->verbose ? &observer : NULL;
        k->sign_key = c->options->sign_key ? absolute(c->arena, c->options->sign_key) : NULL;
        k->sign_certificate = c->options->sign_certificate ? absolute(c->arena, c->options->sign_certificate)
                                                           : NULL;
        k->directory = tree_new_temporary(c->arena, "stapd-compile");
        if (!k->directory) {
                fprintf(stderr, "stapd-compile: cannot make a temporary directory: %s\n", strerror(errno));
                return EXIT_USAGE;
        }
        CompileResult result = compilation_run(k);
        tree_remove(k->directory);
        print_diagnostics(c->options, w, k, result);
        print_dump(c->options, k);
        if (result != COMPILE_RESULT_OK)
                return EXIT_COMPILATION;
        return k->module_fd >= 0 ? write_module(c) : 0;
}

static void on_memory(void *userdata, size_t limit) {
        fprintf(stderr, "error[E0701]: compilation limit: the script needs more than %zu MiB of memory\n",
                limit >> 20);
        exit(EXIT_COMPILATION);
}

static int load_library(World *w, const WorldOptions *o) {
        int r = world_load_library(w, o);
        if (r < 0)
                fprintf(stderr, "stapd-compile: cannot read the tapsets: %s\n", strerror(-r));
        return r;
}

int standalone_compile(Arena *a, const Options *o) {
        Command c = { .options = o, .arena = a, .request = o->request };
        StringVec dirs = standalone_kit_dirs(a, o);
        WorldOptions options = world_options(a, o, &dirs);
        _cleanup_(world_closep) World *w = NULL;
        arena_set_oom(a, on_memory, NULL);
        if (!read_script(&c) || !read_tapsets(&c) || open_kernel(&options, &w) < 0)
                return EXIT_USAGE;
        int r = load_library(w, &options);
        if (r < 0)
                return EXIT_USAGE;
        if (c.request.stop_after == PASS_BUILD && (r = want_kit(w, &options, &dirs, a)) != 0)
                return r;
        r = compile(&c, w);
        compilation_done(&c.compilation);
        return r;
}

/* ------------------------------------------------------------------ what there is */

static void print_listing_json(const Listing *l, CompileResult result) {
        _cleanup_(buf_done) Buf diagnostics = BUF_INIT;
        json_object *lines = listing_to_json(l);
        diags_render_json(&l->diags, &diagnostics);
        printf("{\"result\":\"%s\",\"lines\":%s,\"total\":%zu,\"diagnostics\":%s}\n",
               compile_result_to_string(result),
               json_object_to_json_string_ext(lines, JSON_C_TO_STRING_PLAIN), l->lines.n,
               diagnostics.data ?: "[]");
        json_object_put(lines);
}

static void print_listing(const Listing *l) {
        _cleanup_(buf_done) Buf text = BUF_INIT;
        diags_render_text(&l->diags, is_terminal(), &text);
        fputs(text.data ?: "", stderr);
        vec_foreach(it, &l->lines) {
                fputs(*it, stdout);
                fputc('\n', stdout);
        }
}

int standalone_list(Arena *a, const Options *o) {
        StringVec dirs = standalone_kit_dirs(a, o);
        WorldOptions options = world_options(a, o, &dirs);
        _cleanup_(world_closep) World *w = NULL;
        Listing l = { .kind = o->list, .pattern = o->pattern, .limit = SIZE_MAX };
        arena_set_oom(a, on_memory, NULL);
        if (open_kernel(&options, &w) < 0 || load_library(w, &options) < 0)
                return EXIT_USAGE;
        CompileResult result = listing_run(w, a, &l);
        if (o->json)
                print_listing_json(&l, result);
        else
                print_listing(&l);
        return result == COMPILE_RESULT_OK ? 0 : EXIT_COMPILATION;
}
