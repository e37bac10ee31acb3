/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The whole of kbuild for one script: seconds instead of milliseconds, and right whatever the kernel.
 */
#include <errno.h>
#include <inttypes.h>
#include "build/kit-file.h"
#include "build/messages.h"
#include "build/steps.h"
#include "base/tree.h"
#include "manifest/manifest.h"

static int write_kbuild(BuildJob *j) {
        _cleanup_(buf_done) Buf b = BUF_INIT;
        buf_printf(&b, "obj-m := %s.o\n", j->in->name);
        /* The same flags as on the fast path where they matter: handlers that ftrace cannot trace. */
        buf_printf(&b, "CFLAGS_REMOVE_%s.o := -pg -mfentry -mrecord-mcount $(CC_FLAGS_FTRACE)\n",
                   j->in->name);
        buf_printf(&b, "ccflags-y := -I%s/" KIT_INCLUDE " -I%s/" KIT_INCLUDE "/script\n", j->kit->dir,
                   j->kit->dir);
        buf_printf(&b, "ccflags-y += -DSTP_ABI_HASH=0x%016" PRIx64 "ULL\n", j->kit->abi_hash);
        /* Without the kernel's headers the source is not the kernel's: it spells its types out itself. */
        if (!j->in->kernel_headers)
                buf_str(&b, "ccflags-y += -U__KERNEL__ -w\n");
        for (size_t i = 0; i < j->in->n_defines; i++)
                buf_printf(&b, "ccflags-y += '-D%s'\n", j->in->defines[i]);
        if (b.failed)
                return -ENOMEM;
        return tree_write_file(arena_printf(j->arena, "%s/Kbuild", j->in->directory), b.data, b.len);
}

static int add_manifest(BuildJob *j) {
        ProcessResult result;
        Arena *a = j->arena;
        const char *json = build_path(j, ".json");
        int r = tree_write_file(json, j->in->manifest, j->in->manifest_len);
        if (r < 0)
                return r;
        Argv argv = {};
        argv_add(a, &argv, "objcopy");
        argv_add(a, &argv, "--strip-debug");
        argv_add(a, &argv, "--add-section");
        argv_add(a, &argv, arena_printf(a, STAPD_MANIFEST_SECTION "=%s", json));
        argv_add(a, &argv, j->module);
        argv_end(a, &argv);
        r = build_run(j, "objcopy", &argv, &result);
        if (r < 0 || result.status == 0)
                return r;
        messages_add_tool("objcopy", result.output, result.len, j->diags);
        return BUILD_FAILED;
}

static int failed(BuildJob *j, const ProcessResult *result) {
        if (process_hit_limit(result))
                return BUILD_LIMIT;
        if (strstr(result->output, "error:"))
                messages_add(j->in, result->output, result->len, j->diags);
        else
                messages_add_tool("make", result->output, result->len, j->diags);
        return BUILD_FAILED;
}

int build_kbuild(BuildJob *j) {
        ProcessResult result;
        Arena *a = j->arena;
        Argv argv = {};
        int r = write_kbuild(j);
        if (r < 0)
                return r;
        argv_add(a, &argv, "make");
        argv_add(a, &argv, "-s");
        argv_add(a, &argv, "-C");
        argv_add(a, &argv, j->kit->headers_dir);
        argv_add(a, &argv, arena_printf(a, "M=%s", j->in->directory));
        argv_add(a, &argv, arena_printf(a, "KBUILD_EXTRA_SYMBOLS=%s/" KIT_SYMVERS, j->kit->dir));
        argv_add(a, &argv, "KCFLAGS=-g0");
        argv_add(a, &argv, "CONFIG_DEBUG_INFO_BTF_MODULES=");
        argv_add(a, &argv, "modules");
        argv_end(a, &argv);
        r = build_run(j, "kbuild", &argv, &result);
        if (r < 0)
                return r;
        if (result.status != 0 || access(j->module, R_OK) < 0)
                return failed(j, &result);
        return j->in->manifest ? add_manifest(j) : BUILD_OK;
}
