/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "build/build.h"
#include <errno.h>
#include <fcntl.h>
#include <time.h>
#include "base/fds.h"
#include "build/kit-build.h"
#include "build/steps.h"
#include "base/tree.h"

#define MAX_MODULE ((size_t) 64 << 20)

const char *build_path(BuildJob *j, const char *suffix) {
        return arena_printf(j->arena, "%s/%s%s", j->in->directory, j->in->name, suffix);
}

static double now_ms(void) {
        struct timespec t;
        clock_gettime(CLOCK_MONOTONIC, &t);
        return (double) t.tv_sec * 1e3 + (double) t.tv_nsec / 1e6;
}

int build_run(BuildJob *j, const char *label, const Argv *argv, ProcessResult *ret) {
        ProcessSpec spec = { .argv = argv->items, .directory = j->kit->headers_dir, .temporary = j->in->directory,
                             .extra_environment = kit_environment(j->arena, &j->kit->ld) };
        double start = now_ms();
        int r = process_run(j->arena, &spec, ret);
        buf_printf(&j->times, "%s%s %.1f ms", j->times.len ? ", " : "", label, now_ms() - start);
        return r;
}

static int write_source(BuildJob *j) {
        if (!build_name_is_valid(j->in->name))
                return -EINVAL;
        return tree_write_file(build_path(j, ".c"), j->in->source, j->in->source_len);
}

static int take_module(BuildJob *j, BuildOutput *ret) {
        _cleanup_(freep) char *data = NULL;
        size_t len;
        int r = fds_read_file(j->module, MAX_MODULE, &data, &len);
        if (r < 0)
                return r;
        int fd = fds_new_sealed(j->in->name, data, len);
        if (fd < 0)
                return fd;
        const char *times = j->times.data ? j->times.data : "";
        *ret = (BuildOutput) { .fd = fd, .size = len,
                               .detail = j->fallback ? arena_printf(j->arena, "through kbuild, because %s; %s",
                                                                    j->fallback, times)
                                                     : arena_strdup(j->arena, times) };
        return BUILD_OK;
}

int build_module(Arena *a, const Kit *k, const BuildInput *in, Diags *d, BuildOutput *ret) {
        BuildJob j = { .arena = a, .kit = k, .in = in, .diags = d, .fallback = in->force_fallback };
        j.module = build_path(&j, ".ko");
        int r = write_source(&j);
        if (r == BUILD_OK && !j.fallback)
                r = build_fast(&j);
        if (r == BUILD_OK && j.fallback)
                r = build_kbuild(&j);
        if (r == BUILD_OK && in->sign_key)
                r = build_sign(&j);
        if (r == BUILD_OK)
                r = take_module(&j, ret);
        buf_done(&j.times);
        return r;
}
