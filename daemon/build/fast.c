/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The fast path: gcc, objtool, and in the place of modpost and its .mod.c an object of our own; then ld with
 * the kernel's script for modules. Tools that have nothing to say are the rule: one that speaks has met
 * something that this path does not know, and the whole of kbuild is asked instead.
 */
#include <errno.h>
#include <fcntl.h>
#include "build/messages.h"
#include "build/object.h"
#include "build/steps.h"
#include "base/tree.h"

static int give_up(BuildJob *j, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static int give_up(BuildJob *j, const char *fmt, ...) {
        va_list ap;
        va_start(ap, fmt);
        j->fallback = arena_vprintf(j->arena, fmt, ap);
        va_end(ap);
        return BUILD_OK;
}

static CommandUse command_use(const BuildJob *j) {
        if (!j->in->kernel_headers)
                return COMMAND_HEADER_FREE;
        return j->kit->precompiled ? COMMAND_PRECOMPILED : COMMAND_KERNEL;
}

static void add_includes(BuildJob *j, Argv *argv) {
        argv_add(j->arena, argv, arena_printf(j->arena, "-I%s/include", j->kit->dir));
        argv_add(j->arena, argv, arena_printf(j->arena, "-I%s/include/script", j->kit->dir));
        if (command_use(j) == COMMAND_PRECOMPILED) {
                /* Without the warning gcc would silently read all the headers again. */
                argv_add(j->arena, argv, "-Winvalid-pch");
                argv_add(j->arena, argv, "-include");
                argv_add(j->arena, argv, j->kit->precompiled);
        }
}

static void add_macros(BuildJob *j, Argv *argv) {
        Arena *a = j->arena;
        argv_add(a, argv,
                 arena_printf(a, "-DSTP_ABI_HASH=0x%016llxULL", (unsigned long long) j->kit->abi_hash));
        for (const char *const *name = kit_names; j->in->kernel_headers && *name; name++)
                argv_add(a, argv, *name);
        for (size_t i = 0; i < j->in->n_defines; i++)
                argv_add(a, argv, arena_printf(a, "-D%s", j->in->defines[i]));
}

/* Handlers by the hundred: what -O1 would take seconds for, -Og does in half the time. The last -O
 * counts. */
#define LARGE_SOURCE (256u << 10)

static void add_level(BuildJob *j, Argv *argv) {
        if (command_use(j) == COMMAND_HEADER_FREE && j->in->source_len > LARGE_SOURCE)
                argv_add(j->arena, argv, "-Og");
}

static int compile(BuildJob *j) {
        ProcessResult result;
        Argv argv = {};
        argv_add_all(j->arena, &argv, &j->kit->cc[command_use(j)]);
        add_level(j, &argv);
        add_includes(j, &argv);
        add_macros(j, &argv);
        static const char *const more[] = {
                "-fdiagnostics-color=never", "-fno-diagnostics-show-caret", "-fdiagnostics-column-unit=byte", "-c", "-o",
        };
        for (size_t i = 0; i < ELEMENTSOF(more); i++)
                argv_add(j->arena, &argv, more[i]);
        argv_add(j->arena, &argv, build_path(j, ".o"));
        argv_add(j->arena, &argv, build_path(j, ".c"));
        argv_end(j->arena, &argv);
        int r = build_run(j, "compiler", &argv, &result);
        if (r < 0)
                return r;
        if (result.status != 0 && process_hit_limit(&result))
                return BUILD_LIMIT;
        if (result.status != 0 && result.status != 127) {
                messages_add(j->in, result.output, result.len, j->diags);
                return BUILD_FAILED;
        }
        /* The user's C may deserve a warning. In ours, or of a precompiled header, it is unexpected. */
        bool expected = result.len == 0 || (j->in->embedded && !strstr(result.output, "-Winvalid-pch"));
        if (result.status == 127 || !expected)
                return give_up(j, "the compiler said: %.300s", result.output);
        return BUILD_OK;
}

static int run_objtool(BuildJob *j) {
        ProcessResult result;
        Argv argv = {};
        if (j->kit->objtool.n == 0)
                return BUILD_OK;
        argv_add_all(j->arena, &argv, &j->kit->objtool);
        argv_add(j->arena, &argv, build_path(j, ".o"));
        argv_end(j->arena, &argv);
        int r = build_run(j, "objtool", &argv, &result);
        if (r < 0)
                return r;
        if (result.status != 0 && process_hit_limit(&result))
                return BUILD_LIMIT;
        /* It returns 0 for warnings, but leaves out .return_sites then, which 6.12 warns of at run time. */
        if (result.status != 0 || result.len > 0)
                return give_up(j, "objtool said: %.300s", result.output);
        return BUILD_OK;
}

/* The template under the module's name. */
static int write_template(BuildJob *j) {
        const Kit *k = j->kit;
        char *copy = arena_strndup(j->arena, k->template_object, k->template_size);
        memset(copy + k->name_offset, 0, OBJECT_NAME_ROOM);
        memcpy(copy + k->name_offset, j->in->name, strlen(j->in->name));
        return tree_write_file(build_path(j, ".mod.o"), copy, k->template_size);
}

static int undefined_symbol(BuildJob *j, const char *symbol) {
        if (j->in->embedded) {
                diag_add(j->diags, DIAG_E0612, SPAN_NONE,
                         "embedded C uses `%s`, which kernel %s does not export to modules", symbol, j->kit->release);
        } else {
                Diag *diag = diag_add(j->diags, DIAG_E0610, SPAN_NONE,
                                      "internal error: the generated C uses `%s`, which nobody exports", symbol);
                diag_hint(j->diags, diag, "please report this with the script; -k keeps the generated C");
        }
        return BUILD_FAILED;
}

static int write_trailer(BuildJob *j) {
        NameVec undefined;
        _cleanup_(closep) int fd = open(build_path(j, ".o"), O_RDONLY | O_CLOEXEC);
        if (fd < 0)
                return -errno;
        int r = object_undefined(j->arena, fd, &undefined);
        if (r == -EBADMSG)
                return give_up(j, "the object file is not as expected");
        if (r < 0)
                return r;
        Trailer t = { .like = j->kit->template_object, .name = j->in->name, .undefined = &undefined,
                      .symbols = &j->kit->symbols, .modversions = j->kit->modversions,
                      .manifest = j->in->manifest, .manifest_len = j->in->manifest_len };
        _cleanup_(buf_done) Buf out = BUF_INIT;
        const char *symbol = NULL;
        r = trailer_make(j->arena, &t, &out, &symbol);
        if (r == TRAILER_UNDEFINED)
                return undefined_symbol(j, symbol);
        if (r == TRAILER_LONG)
                return give_up(j, "the name of %s is too long for __versions", symbol);
        return r < 0 ? r : tree_write_file(build_path(j, ".meta.o"), out.data, out.len);
}

static int link_module(BuildJob *j) {
        ProcessResult result;
        Argv argv = {};
        argv_add_all(j->arena, &argv, &j->kit->ld);
        argv_add(j->arena, &argv, "-o");
        argv_add(j->arena, &argv, j->module);
        argv_add(j->arena, &argv, build_path(j, ".o"));
        argv_add(j->arena, &argv, build_path(j, ".mod.o"));
        argv_add(j->arena, &argv, build_path(j, ".meta.o"));
        if (j->kit->common_object)
                argv_add(j->arena, &argv, j->kit->common_object);
        argv_end(j->arena, &argv);
        int r = build_run(j, "ld", &argv, &result);
        if (r < 0)
                return r;
        if (result.status != 0 && process_hit_limit(&result))
                return BUILD_LIMIT;
        return result.status != 0 || result.len > 0 ? give_up(j, "ld said: %.300s", result.output)
                                                    : BUILD_OK;
}

int build_fast(BuildJob *j) {
        static int (*const steps[])(BuildJob *) = {
                compile, run_objtool, write_template, write_trailer, link_module,
        };
        for (size_t i = 0; i < ELEMENTSOF(steps); i++) {
                int r = steps[i](j);
                if (r != BUILD_OK || j->fallback)
                        return r;
        }
        return BUILD_OK;
}
