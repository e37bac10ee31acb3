/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The one run of kbuild, and what it says of itself.
 */
#include <inttypes.h>
#include "build/bundle.h"
#include "build/kit-steps.h"
#include "build/template.h"
#include "base/tree.h"

#define MAX_JOBS 4

static int copy_runtime(Builder *b) {
        Arena *a = b->arena;
        int r = facts_runtime_files(a, b->target->runtime_dir, &b->sources);
        for (size_t i = 0; r == 0 && i < b->sources.n; i++) {
                const char *name = b->sources.items[i];
                const char *from = arena_printf(a, "%s/%s", b->target->runtime_dir, name);
                r = tree_copy_file(from, builder_work(b, arena_printf(a, "runtime/%s", name)));
                if (r == 0 && (strcmp(name, "abi.h") == 0 || strncmp(name, "script/", 7) == 0))
                        r = tree_copy_file(from, builder_out(b, arena_printf(a, KIT_INCLUDE "/%s", name)));
        }
        return r;
}

int step_write_sources(Builder *b) {
        static const char *const dirs[] = { "runtime/core", "runtime/script", "runtime/compat", "template" };
        static const char all[] = "obj-m := runtime/ template/\n", one[] = "obj-m := " TEMPLATE_NAME ".o\n";
        int r = tree_make(builder_out(b, KIT_INCLUDE "/script"), 0755);
        for (size_t i = 0; r == 0 && i < ELEMENTSOF(dirs); i++)
                r = tree_make(builder_work(b, dirs[i]), 0755);
        r = r < 0 ? r : copy_runtime(b);
        r = r < 0 ? r : tree_write_file(builder_work(b, "Kbuild"), all, strlen(all));
        r = r < 0 ? r : tree_write_file(builder_work(b, "template/Kbuild"), one, strlen(one));
        return r < 0 ? r : tree_write_file(builder_work(b, "template/" TEMPLATE_NAME ".c"), template_source,
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
        return builder_run(b, &argv, ret);
}

/* Bundled first; what the compiler does not like that way is tried file by file. */
int step_run_kbuild(Builder *b) {
        ProcessResult result;
        const char *dir = builder_work(b, "runtime"), *objects;
        int r = bundle_sources(b->arena, dir, &b->sources, count_jobs(), &objects);
        r = r < 0 ? r : run_make(b, objects, &result);
        if (r == 0 && result.status != 0 && !process_hit_limit(&result)) {
                builder_tell(b, arena_printf(b->arena,
                                             "Building the kernel kit for %s: core module, file by file",
                                             b->target->release));
                r = bundle_undo(b->arena, dir, &b->sources);
                r = r < 0 ? r : run_make(b, NULL, &result);
        }
        if (r < 0)
                return r;
        if (result.status != 0)
                return builder_fail(b, &result, "make failed");
        /* It returns 0 for warnings, and a module with one lacks return thunks or is refused by newer
         * kernels. */
        if (strstr(result.output, "objtool:"))
                return builder_fail(b, &result, "objtool warned of the core module");
        return KIT_OK;
}

/* The commands recorded for template/NAME, split. */
static bool read_commands(Builder *b, const char *name, ArgvList *ret) {
        const char *path = builder_work(b, arena_printf(b->arena, "template/.%s.cmd", name));
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

int step_read_recorded(Builder *b) {
        ArgvList cc, ld;
        if (!read_commands(b, TEMPLATE_NAME ".o", &cc) || !read_commands(b, TEMPLATE_NAME ".ko", &ld))
                return builder_fail_plainly(b, "kbuild's record of its commands (.cmd) is not as expected");
        b->recorded = cc.items[0];
        for (CommandUse use = 0; use < _COMMAND_USE_MAX; use++)
                b->kit.cc[use] = command_flags(b->arena, &b->recorded, use);
        const Argv *objtool = find_command(&cc, "objtool");
        if (objtool)
                b->kit.objtool = command_objtool(b->arena, objtool);
        b->kit.ld = command_ld(b->arena, &ld.items[0]);
        return KIT_OK;
}
