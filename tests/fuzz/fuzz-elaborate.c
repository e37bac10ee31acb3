/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Any bytes as a script through passes 1 to 3, with the real tapsets and the BTF of a real kernel
 * ($FUZZ_KERNEL, else the running one; without BTF, without a kernel): either there is an error, or there is
 * C. The first byte chooses -g and -u. One library and one kernel serve all inputs, as they do in the
 * zygote.
 */
#include <setjmp.h>
#include <stdlib.h>
#include "compile/passes.h"
#include "translate/translate.h"

#define MEMORY_LIMIT ((size_t) 512 << 20)

static World *world;
static jmp_buf out_of_memory;

static void on_memory(void *userdata, size_t limit) {
        longjmp(out_of_memory, 1);
}

static void open_world(void) {
        WorldOptions o = { .release = getenv("FUZZ_KERNEL") };
        if (world_open_kernel(&o, &world) < 0 || world_load_library(world, &o) < 0)
                abort();
}

static void check_diags(const Diags *d) {
        _cleanup_(buf_done) Buf out = BUF_INIT;
        diags_render_text(d, /* color= */ false, &out);
        diags_render_json(d, &out);
        if (d->list.n > 2 * DIAG_MAX_ERRORS || out.len == 0)
                abort();
}

static void run(Arena *a, const uint8_t *data, size_t size) {
        CompileRequest r;
        request_init(&r);
        r.script = (const char *) data;
        r.script_len = size;
        r.guru = size && data[0] & 1;
        r.optimize = !(size && data[0] & 2);
        r.stop_after = PASS_TRANSLATE;
        Compilation c;
        compilation_init(&c, world, &r, a);
        CompileResult result = compilation_run(&c);
        if (result == COMPILE_RESULT_INTERNAL || (result == COMPILE_RESULT_OK && c.source.len == 0))
                abort();
        if (result == COMPILE_RESULT_SCRIPT && !diags_failed(&c.diags) && !c.error)
                abort();
        if (c.diags.list.n)
                check_diags(&c.diags);
        compilation_done(&c);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        if (!world)
                open_world();
        Arena *a = arena_new(MEMORY_LIMIT);
        arena_set_oom(a, on_memory, NULL);
        if (!setjmp(out_of_memory))
                run(a, data, size);
        arena_free(a);
        return 0;
}
