/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "build/kit-build.h"
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <sys/stat.h>
#include "build/bundle.h"
#include "build/kit-file.h"
#include "build/object.h"
#include "build/process.h"
#include "build/template.h"
#include "build/tree.h"

#define MAX_JOBS 4
#define SHOWN_LINES 12

typedef struct {
        Arena *arena;
        const KitTarget *target;
        const Compiler *compiler;
        const char *work, *out;
        KitProgress progress;
        void *userdata;
        Diags *diags;
        Kit kit;
        PathVec sources; /* of the runtime */
        Argv recorded; /* the compiler's command for the template */
        NameList inputs;
} Builder;

static void tell(Builder *b, const char *text) {
        if (b->progress)
                b->progress(b->userdata, text);
}

static const char *in_work(Builder *b, const char *name) {
        return arena_printf(b->arena, "%s/%s", b->work, name);
}

static const char *in_out(Builder *b, const char *name) {
        return arena_printf(b->arena, "%s/%s", b->out, name);
}

/* The end of what a tool said, as notes; errors matter more than the chatter before them. */
static void add_output(Diags *d, Diag *diag, const char *output, size_t len) {
        const char *lines[SHOWN_LINES];
        size_t n = 0;
        for (const char *p = output; p < output + len;) {
                size_t l = strcspn(p, "\n");
                if (l > 0 && (n < SHOWN_LINES || strstr(output, "rror")))
                        lines[n++ % SHOWN_LINES] = p;
                p += l + 1;
        }
        for (size_t i = n > SHOWN_LINES ? n - SHOWN_LINES : 0; i < n; i++) {
                const char *line = lines[i % SHOWN_LINES];
                diag_note(d, diag, SPAN_NONE, "%.*s", (int) MIN2(strcspn(line, "\n"), (size_t) 400), line);
        }
}

static int fail(Builder *b, const ProcessResult *r, const char *what) {
        if (process_hit_limit(r))
                return KIT_LIMIT;
        Diag *diag = diag_add(b->diags, DIAG_E0604, SPAN_NONE, "the kit of kernel %s could not be built: %s",
                              b->target->release, what);
        add_output(b->diags, diag, r->output ? r->output : "", r->len);
        return KIT_FAILED;
}

static int fail_plainly(Builder *b, const char *what) {
        return fail(b, &(ProcessResult) { .output = arena_strdup(b->arena, "") }, what);
}

static int run(Builder *b, const Argv *argv, ProcessResult *ret) {
        ProcessSpec spec = { .argv = argv->items, .directory = b->kit.headers_dir, .temporary = b->work,
                             .extra_environment = b->kit.ld.n ? kit_environment(b->arena, &b->kit.ld) : NULL };
        return process_run(b->arena, &spec, ret);
}

/* ------------------------------------------------------------------ sources */

static int copy_runtime(Builder *b) {
        Arena *a = b->arena;
        int r = facts_runtime_files(a, b->target->runtime_dir, &b->sources);
        for (size_t i = 0; r == 0 && i < b->sources.n; i++) {
                const char *name = b->sources.items[i];
                const char *from = arena_printf(a, "%s/%s", b->target->runtime_dir, name);
                r = tree_copy_file(from, in_work(b, arena_printf(a, "runtime/%s", name)));
                if (r == 0 && (strcmp(name, "abi.h") == 0 || strncmp(name, "script/", 7) == 0))
                        r = tree_copy_file(from, in_out(b, arena_printf(a, KIT_INCLUDE "/%s", name)));
        }
        return r;
}

static int write_sources(Builder *b) {
        static const char *const dirs[] = { "runtime/core", "runtime/script", "runtime/compat", "template" };
        static const char all[] = "obj-m := runtime/ template/\n", one[] = "obj-m := " TEMPLATE_NAME ".o\n";
        int r = tree_make(in_out(b, KIT_INCLUDE "/script"), 0755);
        for (size_t i = 0; r == 0 && i < ELEMENTSOF(dirs); i++)
                r = tree_make(in_work(b, dirs[i]), 0755);
        r = r < 0 ? r : copy_runtime(b);
        r = r < 0 ? r : tree_write_file(in_work(b, "Kbuild"), all, strlen(all));
        r = r < 0 ? r : tree_write_file(in_work(b, "template/Kbuild"), one, strlen(one));
        return r < 0 ? r : tree_write_file(in_work(b, "template/" TEMPLATE_NAME ".c"), template_source,
                                           strlen(template_source));
}

/* ------------------------------------------------------------------ kbuild */

static unsigned count_jobs(void) {
        long cpus = sysconf(_SC_NPROCESSORS_ONLN);
        return (unsigned) MAX2(1L, MIN2(cpus, (long) MAX_JOBS));
}

/* objects: in the place of those that Kbuild lists; or NULL. */
static int run_make(Builder *b, const char *objects, ProcessResult *ret) {
        Arena *a = b->arena;
        Argv argv = {};
        argv_add(a, &argv, "make");
        argv_add(a, &argv, "-s");
        argv_add(a, &argv, arena_printf(a, "-j%u", count_jobs()));
        argv_add(a, &argv, "-C");
        argv_add(a, &argv, b->kit.headers_dir);
        argv_add(a, &argv, arena_printf(a, "M=%s", b->work));
        if (b->compiler->is_clang)
                argv_add(a, &argv, "LLVM=1");
        else if (b->compiler->command)
                argv_add(a, &argv, arena_printf(a, "CC=%s", b->compiler->command));
        argv_add(a, &argv, arena_printf(a, "STP_ABI_HASH=0x%016" PRIx64, b->kit.abi_hash));
        /* Debug information is stripped afterwards, and takes a third of the time to make. */
        argv_add(a, &argv, "KCFLAGS=-g0");
        argv_add(a, &argv, "CONFIG_DEBUG_INFO_BTF_MODULES=");
        if (objects)
                argv_add(a, &argv, arena_printf(a, "stapd_core-y=%s", objects));
        argv_add(a, &argv, "modules");
        argv_end(a, &argv);
        return run(b, &argv, ret);
}

/* Bundled first; what the compiler does not like that way is tried file by file. */
static int run_kbuild(Builder *b) {
        ProcessResult result;
        const char *dir = in_work(b, "runtime"), *objects;
        int r = bundle_sources(b->arena, dir, &b->sources, count_jobs(), &objects);
        r = r < 0 ? r : run_make(b, objects, &result);
        if (r == 0 && result.status != 0 && !process_hit_limit(&result)) {
                tell(b, arena_printf(b->arena, "Building the kernel kit for %s: core module, file by file", b->target->release));
                r = bundle_undo(b->arena, dir, &b->sources);
                r = r < 0 ? r : run_make(b, NULL, &result);
        }
        if (r < 0)
                return r;
        if (result.status != 0)
                return fail(b, &result, "make failed");
        /* It returns 0 for warnings, and a module with one lacks return thunks or is refused by newer kernels. */
        if (strstr(result.output, "objtool:"))
                return fail(b, &result, "objtool warned of the core module");
        return KIT_OK;
}

/* The commands recorded for template/NAME, split. */
static bool read_commands(Builder *b, const char *name, ArgvList *ret) {
        const char *path = in_work(b, arena_printf(b->arena, "template/.%s.cmd", name));
        char *text = tree_read_file(b->arena, path, NULL);
        const char *line = text ? command_recorded(b->arena, text) : NULL;
        return line && command_split(b->arena, line, ret) && ret->n > 0;
}

static const Argv *find_command(const ArgvList *list, const char *program) {
        vec_foreach(v, list)
                if (v->n > 0 && strstr(v->items[0], program))
                        return v;
        return NULL;
}

static int read_recorded(Builder *b) {
        ArgvList cc, ld;
        if (!read_commands(b, TEMPLATE_NAME ".o", &cc) || !read_commands(b, TEMPLATE_NAME ".ko", &ld))
                return fail_plainly(b, "kbuild's record of its commands (.cmd) is not as expected");
        b->recorded = cc.items[0];
        for (CommandUse use = 0; use < _COMMAND_USE_MAX; use++)
                b->kit.cc[use] = command_flags(b->arena, &b->recorded, use);
        const Argv *objtool = find_command(&cc, "objtool");
        if (objtool)
                b->kit.objtool = command_objtool(b->arena, objtool);
        b->kit.ld = command_ld(b->arena, &ld.items[0]);
        return KIT_OK;
}

const char *const *kit_environment(Arena *a, const Argv *ld) {
        VEC(const char *) env = {};
        vec_foreach(word, ld) {
                const char *arch = strncmp(*word, "arch/", 5) == 0 ? *word + 5 : NULL;
                if (!arch || !strchr(arch, '/'))
                        continue;
                vec_push(a, &env, arena_printf(a, "ARCH=%.*s", (int) strcspn(arch, "/"), arch));
                vec_push(a, &env, arena_printf(a, "SRCARCH=%.*s", (int) strcspn(arch, "/"), arch));
        }
        vec_push(a, &env, NULL);
        return env.items;
}

/* ------------------------------------------------------------------ the template */

/* Since 6.12 what is the same in all modules is an object of its own; in M= or in one of its directories. */
static int take_common_object(Builder *b) {
        static const char *const places[] = { ".module-common.o", "template/.module-common.o" };
        for (size_t i = 0; i < ELEMENTSOF(places); i++)
                if (access(in_work(b, places[i]), F_OK) == 0)
                        return tree_copy_file(in_work(b, places[i]), in_out(b, KIT_COMMON));
        return 0;
}

static int compile_template(Builder *b) {
        Arena *a = b->arena;
        ProcessResult result;
        char *text = tree_read_file(a, in_work(b, "template/" TEMPLATE_NAME ".mod.c"), NULL);
        const char *edited = text ? template_edit(a, text) : NULL;
        const char *source = in_work(b, "template.mod.c"), *object = in_out(b, KIT_TEMPLATE);
        if (!edited)
                return fail_plainly(b, "what modpost made of the template is not as expected");
        int r = tree_write_file(source, edited, strlen(edited));
        if (r < 0)
                return r;
        Argv argv = {};
        const char *const more[] = { "-DKBUILD_BASENAME=\"template.mod\"", "-DKBUILD_MODNAME=\"template\"",
                                     "-D__KBUILD_MODNAME=kmod_template", "-c", "-o", object, source };
        argv_add_all(a, &argv, &b->kit.cc[COMMAND_TEMPLATE]);
        for (size_t i = 0; i < ELEMENTSOF(more); i++)
                argv_add(a, &argv, more[i]);
        argv_end(a, &argv);
        if ((r = run(b, &argv, &result)) < 0)
                return r;
        if (result.status != 0 || result.len > 0)
                return fail(b, &result, "the template does not compile");
        size_t size;
        char *bytes = tree_read_file(a, object, &size);
        if (!bytes || !template_find_name(bytes, size, &b->kit.name_offset))
                return fail_plainly(b, "the template's name is not where it should be");
        return KIT_OK;
}

/* ------------------------------------------------------------------ the precompiled header */

/*
 * As text: what the kernel includes in every file (-include of the recorded command), then the kernel's headers
 * that stp-kernel.h names, and not stp.h, whose content depends on -D. NULL: there is no stp-kernel.h.
 */
static const char *make_header(Builder *b) {
        _cleanup_(buf_done) Buf text = BUF_INIT;
        const char *source = tree_read_file(b->arena, in_out(b, KIT_INCLUDE "/script/stp-kernel.h"), NULL);
        for (size_t i = 0; i + 1 < b->recorded.n; i++)
                if (strcmp(b->recorded.items[i], "-include") == 0)
                        buf_printf(&text, "#include \"%s\"\n", b->recorded.items[i + 1]);
        for (const char *p = source; p && *p; p += strcspn(p, "\n") + (p[strcspn(p, "\n")] != 0))
                if (strncmp(p, "#include <", 10) == 0)
                        buf_printf(&text, "%.*s\n", (int) strcspn(p, "\n"), p);
        return source && !text.failed && text.data ? arena_strdup(b->arena, text.data) : NULL;
}

/* A kit without it is only slower for embedded C, so that nothing here is an error but a full disk. */
static int precompile(Builder *b) {
        Argv argv = {};
        ProcessResult result;
        const char *text = make_header(b), *header = in_out(b, KIT_HEADER), *output = in_out(b, KIT_PRECOMPILED);
        if (!text || b->compiler->is_clang)
                return KIT_OK;
        int r = tree_write_file(header, text, strlen(text));
        if (r < 0)
                return r;
        argv_add_all(b->arena, &argv, &b->kit.cc[COMMAND_PRECOMPILED]);
        for (const char *const *name = kit_names; *name; name++)
                argv_add(b->arena, &argv, *name);
        const char *const more[] = { "-x", "c-header", header, "-o", output };
        for (size_t i = 0; i < ELEMENTSOF(more); i++)
                argv_add(b->arena, &argv, more[i]);
        argv_end(b->arena, &argv);
        if ((r = run(b, &argv, &result)) < 0)
                return r;
        if (result.status != 0 || result.len > 0)
                (void) unlink(output);
        return KIT_OK;
}

/* ------------------------------------------------------------------ the rest */

/* Without the debug information, which is nine tenths of a module; the compiler's neighbours strip it. */
static int strip_debug(Builder *b, const char *name) {
        ProcessResult result;
        Argv argv = {};
        argv_add(b->arena, &argv, b->compiler->is_clang ? "llvm-strip" : "strip");
        argv_add(b->arena, &argv, "--strip-debug");
        argv_add(b->arena, &argv, in_out(b, name));
        argv_end(b->arena, &argv);
        int r = run(b, &argv, &result);
        return r < 0 ? r : result.status != 0 ? fail(b, &result, "strip failed") : KIT_OK;
}

static int take_modules(Builder *b) {
        int r = tree_copy_file(in_work(b, "runtime/" KIT_CORE), in_out(b, KIT_CORE));
        r = r < 0 ? r : tree_copy_file(in_work(b, "Module.symvers"), in_out(b, KIT_SYMVERS));
        r = r < 0 ? r : take_common_object(b);
        if (r < 0)
                return r;
        r = strip_debug(b, KIT_CORE);
        return r == KIT_OK && access(in_out(b, KIT_COMMON), F_OK) == 0 ? strip_debug(b, KIT_COMMON) : r;
}

static int make_index(Builder *b) {
        _cleanup_(buf_done) Buf index = BUF_INIT;
        const char *kernel = arena_printf(b->arena, "%s/Module.symvers", b->kit.headers_dir);
        const char *texts[] = { tree_read_file(b->arena, kernel, NULL),
                                tree_read_file(b->arena, in_out(b, KIT_SYMVERS), NULL) };
        if (!texts[0] || !texts[1])
                return -errno;
        int r = symbols_make(texts, ELEMENTSOF(texts), &index);
        if (r == -EBADMSG)
                return fail_plainly(b, "Module.symvers is not as expected");
        return r < 0 ? r : tree_write_file(in_out(b, KIT_SYMBOLS), index.data, index.len);
}

/* The macros of the script headers that a #define before them changes: "#ifndef NAME", "#define NAME ...". */
static int find_tunables(Builder *b) {
        VEC(const char *) names = {};
        const char *text = tree_read_file(b->arena, in_out(b, KIT_INCLUDE "/script/stp.h"), NULL);
        if (!text)
                return -errno;
        for (const char *p = text; (p = strstr(p, "#ifndef "));) {
                p += strlen("#ifndef ");
                size_t len = strcspn(p, " \t\n");
                const char *define = arena_printf(b->arena, "\n#define %.*s ", (int) len, p);
                if (strncmp(p + len, define, strlen(define)) == 0)
                        vec_push(b->arena, &names, arena_strndup(b->arena, p, len));
        }
        vec_push(b->arena, &names, NULL);
        b->kit.tunables = names.items;
        return KIT_OK;
}

/* What the compiler says of a program of its own ("cc1", "as"), or of itself. */
static const char *ask_compiler(Builder *b, const char *option) {
        Argv argv = {};
        ProcessResult result;
        argv_add(b->arena, &argv, b->recorded.items[0]);
        argv_add(b->arena, &argv, option);
        argv_end(b->arena, &argv);
        if (run(b, &argv, &result) < 0 || result.status != 0)
                return "";
        return arena_strndup(b->arena, result.output, strcspn(result.output, "\n"));
}

static void add_input(Builder *b, const char *path) {
        char resolved[PATH_MAX];
        if (path && *path == '/' && realpath(path, resolved))
                vec_push(b->arena, &b->inputs, arena_strdup(b->arena, resolved));
}

static int note_inputs(Builder *b) {
        static const char *const headers[] = { "Module.symvers", ".config", "include/generated/autoconf.h" };
        b->kit.compiler = ask_compiler(b, "--version");
        add_input(b, process_find(b->arena, b->recorded.items[0]));
        add_input(b, ask_compiler(b, "-print-prog-name=cc1"));
        add_input(b, process_find(b->arena, b->kit.ld.items[0]));
        if (b->kit.objtool.n)
                add_input(b, arena_printf(b->arena, "%s/%s", b->kit.headers_dir, b->kit.objtool.items[0]));
        for (size_t i = 0; i < ELEMENTSOF(headers); i++)
                add_input(b, arena_printf(b->arena, "%s/%s", b->kit.headers_dir, headers[i]));
        return KIT_OK;
}

static int write_json(Builder *b) {
        return kit_file_write(b->arena, &b->kit, b->out, &b->inputs);
}

int kit_fill(Arena *a, const KitTarget *t, const Compiler *c, const char *id, const char *work, const char *out,
             KitProgress progress, void *userdata, Diags *d) {
        Builder b = { .arena = a, .target = t, .compiler = c, .work = work, .out = out, .progress = progress,
                      .userdata = userdata, .diags = d };
        const char *modversions = t->config ? t->config(t->userdata, "MODVERSIONS") : NULL;
        b.kit = (Kit) { .id = id, .release = t->release, .headers_dir = t->headers_dir,
                        .modversions = !modversions || strcmp(modversions, "y") == 0 };
        int r = kit_abi_hash(t->runtime_dir, &b.kit.abi_hash);
        if (r < 0)
                return r;
        static const struct {
                const char *says;
                int (*step)(Builder *b);
        } steps[] = {
                { NULL, write_sources },
                { "core module", run_kbuild },
                { NULL, read_recorded },
                { NULL, take_modules },
                { "module template", compile_template },
                { "index of kernel symbols", make_index },
                { "precompiled kernel headers", precompile },
                { NULL, find_tunables },
                { NULL, note_inputs },
                { NULL, write_json },
        };
        for (size_t i = 0; i < ELEMENTSOF(steps); i++) {
                if (steps[i].says)
                        tell(&b, arena_printf(a, "Building the kernel kit for %s: %s", t->release, steps[i].says));
                r = steps[i].step(&b);
                if (r != KIT_OK)
                        return r;
        }
        return KIT_OK;
}
