/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Signing with the kernel's own sign-file, for kernels that load nothing else.
 */
#include "build/messages.h"
#include "build/steps.h"

/* CONFIG_MODULE_SIG_HASH would be the kernel's own choice; each kernel that checks signatures knows this
 * one. */
#define SIGN_HASH "sha256"

int build_sign(BuildJob *j) {
        ProcessResult result;
        Argv argv = {};
        argv_add(j->arena, &argv, "./scripts/sign-file");
        argv_add(j->arena, &argv, SIGN_HASH);
        argv_add(j->arena, &argv, j->in->sign_key);
        argv_add(j->arena, &argv, j->in->sign_certificate);
        argv_add(j->arena, &argv, j->module);
        argv_end(j->arena, &argv);
        int r = build_run(j, "sign-file", &argv, &result);
        if (r < 0 || result.status == 0)
                return r;
        Diag *diag = diag_add(j->diags, DIAG_E0615, SPAN_NONE, "the module could not be signed with %s",
                              j->in->sign_key);
        diag_note(j->diags, diag, SPAN_NONE, "%.300s", result.output);
        return BUILD_FAILED;
}
