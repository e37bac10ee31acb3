/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is read off a finished kbuild, or made beside it.
 */
#include <errno.h>
#include <limits.h>
#include "build/kit-steps.h"
#include "build/template.h"
#include "base/tree.h"

/* Since 6.12 what is the same in all modules is an object of its own; in M= or in one of its directories. */
static int take_common_object(Builder *b) {
        static const char *const places[] = { ".module-common.o", "template/.module-common.o" };
        for (size_t i = 0; i < ELEMENTSOF(places); i++)
                if (access(builder_work(b, places[i]), F_OK) == 0)
                        return tree_copy_file(builder_work(b, places[i]), builder_out(b, KIT_COMMON));
        return 0;
}

int step_compile_template(Builder *b) {
        Arena *a = b->arena;
        ProcessResult result;
        char *text = tree_read_file(a, builder_work(b, "template/" TEMPLATE_NAME ".mod.c"), NULL);
        const char *edited = text ? template_edit(a, text) : NULL;
        const char *source = builder_work(b, "template.mod.c"), *object = builder_out(b, KIT_TEMPLATE);
        if (!edited)
                return builder_fail_plainly(b, "what modpost made of the template is not as expected");
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
        if ((r = builder_run(b, &argv, &result)) < 0)
                return r;
        if (result.status != 0 || result.len > 0)
                return builder_fail(b, &result, "the template does not compile");
        size_t size;
        char *bytes = tree_read_file(a, object, &size);
        if (!bytes || !template_find_name(bytes, size, &b->kit.name_offset))
                return builder_fail_plainly(b, "the template's name is not where it should be");
        return KIT_OK;
}

/* ------------------------------------------------------------------ the precompiled header */

/*
 * As text: what the kernel includes in every file (-include of the recorded command), then the kernel's
 * headers that stp-kernel.h names, and not stp.h, whose content depends on -D. NULL: there is no
 * stp-kernel.h.
 */
static const char *make_header(Builder *b) {
        _cleanup_(buf_done) Buf text = BUF_INIT;
        const char *source = tree_read_file(b->arena, builder_out(b, KIT_INCLUDE "/script/stp-kernel.h"),
                                            NULL);
        for (size_t i = 0; i + 1 < b->recorded.n; i++)
                if (strcmp(b->recorded.items[i], "-include") == 0)
                        buf_printf(&text, "#include \"%s\"\n", b->recorded.items[i + 1]);
        for (const char *p = source; p && *p; p += strcspn(p, "\n") + (p[strcspn(p, "\n")] != 0))
                if (strncmp(p, "#include <", 10) == 0)
                        buf_printf(&text, "%.*s\n", (int) strcspn(p, "\n"), p);
        return source && !text.failed && text.data ? arena_strdup(b->arena, text.data) : NULL;
}

/* A kit without it is only slower for embedded C, so that nothing here is an error but a full disk. */
int step_precompile(Builder *b) {
        Argv argv = {};
        ProcessResult result;
        const char *text = make_header(b), *header = builder_out(b, KIT_HEADER),
                   *output = builder_out(b, KIT_PRECOMPILED);
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
        if ((r = builder_run(b, &argv, &result)) < 0)
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
        argv_add(b->arena, &argv, builder_out(b, name));
        argv_end(b->arena, &argv);
        int r = builder_run(b, &argv, &result);
        return r < 0 ? r : result.status != 0 ? builder_fail(b, &result, "strip failed") : KIT_OK;
}

int step_take_modules(Builder *b) {
        int r = tree_copy_file(builder_work(b, "runtime/" KIT_CORE), builder_out(b, KIT_CORE));
        r = r < 0 ? r : tree_copy_file(builder_work(b, "Module.symvers"), builder_out(b, KIT_SYMVERS));
        r = r < 0 ? r : take_common_object(b);
        if (r < 0)
                return r;
        r = strip_debug(b, KIT_CORE);
        return r == KIT_OK && access(builder_out(b, KIT_COMMON), F_OK) == 0 ? strip_debug(b, KIT_COMMON) : r;
}

int step_make_index(Builder *b) {
        _cleanup_(buf_done) Buf index = BUF_INIT;
        const char *kernel = arena_printf(b->arena, "%s/Module.symvers", b->kit.headers_dir);
        const char *texts[] = { tree_read_file(b->arena, kernel, NULL),
                                tree_read_file(b->arena, builder_out(b, KIT_SYMVERS), NULL) };
        if (!texts[0] || !texts[1])
                return -errno;
        int r = symbols_make(texts, ELEMENTSOF(texts), &index);
        if (r == -EBADMSG)
                return builder_fail_plainly(b, "Module.symvers is not as expected");
        return r < 0 ? r : tree_write_file(builder_out(b, KIT_SYMBOLS), index.data, index.len);
}

/* The macros of the script headers that a #define before them changes: "#ifndef NAME", "#define NAME
 * ...". */
int step_find_tunables(Builder *b) {
        VEC(const char *) names = {};
        const char *text = tree_read_file(b->arena, builder_out(b, KIT_INCLUDE "/script/stp.h"), NULL);
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
        if (builder_run(b, &argv, &result) < 0 || result.status != 0)
                return "";
        return arena_strndup(b->arena, result.output, strcspn(result.output, "\n"));
}

static void add_input(Builder *b, const char *path) {
        char resolved[PATH_MAX];
        if (path && *path == '/' && realpath(path, resolved))
                vec_push(b->arena, &b->inputs, arena_strdup(b->arena, resolved));
}

int step_note_inputs(Builder *b) {
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

