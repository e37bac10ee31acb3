/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/* A script without probes of its own, whose globals a test uses directly. */
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include "run.h"
#include "unit/test.h"

#define KEY(...) ((const union stp_key[STP_MAX_KEYS]) { __VA_ARGS__ })
#define N(x) { .n = (x) }
#define S(x) { .s = (x) }

static inline struct stp_script *script_with(const struct stp_global *globals, u32 n) {
        static struct stp_script script;

        script = (struct stp_script) {
                .name = "test", .owner = &__this_module, .globals = globals, .n_globals = n, .string_size = 64,
                .frame_size = 4096, .max_action = 1000, .max_nesting = 3, .max_skipped = 100, .max_trylock = 3,
        };
        ASSERT_OK(stp_script_register(&script));
        return &script;
}

#define ctx stp_shim_context
/* The error that the context has now, or "": cleared. */
static inline const char *error_of(u32 cpu) {
        static char text[512];
        struct stp_ctx *c = ctx(cpu);

        snprintf(text, sizeof(text), "%s", c->error ? c->error : "");
        c->error = NULL;
        c->caught = 0;
        return text;
}
