/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/* Scripts of tests, through passes 1 and 2 without a kernel and without tapsets, and 3. */
#include "elaborate/elaborate.h"
#include "translate/translate.h"
#include "unit/test.h"

typedef struct Translated {
        Arena *arena;
        Diags diags;
        Program *program;
        Manifest *manifest;
        Buf code;
} Translated;

static inline void translated_init(Translated *t) {
        *t = (Translated) {.arena = arena_new(64u << 20), .manifest = manifest_new()};
        ASSERT_NOT_NULL(t->arena);
        ASSERT_NOT_NULL(t->manifest);
        diags_init(&t->diags, t->arena);
}

static inline void translated_done(Translated *t) {
        manifest_free(t->manifest);
        buf_done(&t->code);
        arena_free(t->arena);
}

static inline void script_elaborate(Translated *t, const char *text) {
        ParseTarget target = {.kernel_v = "6.1.0", .kernel_vr = "6.1.0-0", .arch = "x86_64", .systemtap_v = "5.6",
                              .privilege = "stapdev"};
        ProbeWorld world = {.arena = t->arena, .diags = &t->diags, .kernel_error = "none"};
        Library *library = library_load(t->arena, &t->diags, NULL, 0, &target);
        File *f = parse_file(t->arena, &t->diags, source_new(t->arena, "t.stp", text, strlen(text)),
                             &(ParseOptions) {.target = &target, .macros = library_macros(library)});
        t->program = elaborate(&world, library, &f, 1, &(ElaborateOptions) {.optimize = true});
        ASSERT_NOT_NULL(t->program);
        ASSERT_EQ(t->diags.n_errors, 0);
}

static inline void program_translate(Translated *t) {
        ASSERT_OK(translate(t->program, &(TranslateOptions) {.module = "stap_t", .abi_hash = 0x1234}, &t->diags,
                            t->manifest, &t->code));
}

static inline bool code_has(const Translated *t, const char *piece) {
        return strstr(t->code.data, piece) != NULL;
}
