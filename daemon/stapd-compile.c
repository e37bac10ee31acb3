/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * stapd-compile: passes 1 to 4. As stapd's zygote, or as a command of any user's.
 */
#include "base/log.h"
#include "compile/options.h"
#include "compile/standalone.h"
#include "compile/zygote.h"
#include "config.h"
#include "manifest/compile-protocol.h"

#define COMMAND_MEMORY ((size_t) 1 << 30)

static int run_zygote(Arena *a, const Options *o) {
        StringVec dirs = standalone_kit_dirs(a, o);
        WorldOptions options = { .release = o->kernel, .kit_dirs = dirs.items, .n_kit_dirs = dirs.n };
        return zygote_run(COMPILE_ZYGOTE_FD, o->user, &options);
}

static int run_help(Arena *a, const Options *o) {
        options_print_help(stdout);
        return 0;
}

static int run_version(Arena *a, const Options *o) {
        printf("stapd-compile %s\n", STAPD_VERSION);
        return 0;
}

int main(int argc, char **argv) {
        static int (*const modes[])(Arena *a, const Options *o) = {
                [MODE_COMPILE] = standalone_compile, [MODE_LIST] = standalone_list, [MODE_PREPARE] = standalone_prepare,
                [MODE_ZYGOTE] = run_zygote, [MODE_HELP] = run_help, [MODE_VERSION] = run_version,
        };
        Options o;
        const char *error;
        _cleanup_(arena_freep) Arena *a = arena_new(COMMAND_MEMORY);
        if (!a)
                return EXIT_USAGE;
        if (!options_parse(a, argc, argv, &o, &error)) {
                fprintf(stderr, "stapd-compile: %s\n", error);
                return EXIT_USAGE;
        }
        log_setup("stapd-compile", o.debug ? LOG_DEBUG : LOG_INFO);
        return modes[o.mode](a, &o);
}
