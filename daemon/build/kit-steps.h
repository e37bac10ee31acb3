/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * The steps of making a kit, in the order of the table in kit-build.c. Private to build/. Each returns KIT_*
 * or a negative errno.
 */
#include "build/kit-build.h"
#include "build/kit-file.h"
#include "build/process.h"

typedef struct {
        Arena *arena;
        const KitTarget *target;
        const Compiler *compiler;
        const char *work, *out;
        KitProgress progress;
        void *userdata;
        Diags *diags;
        Kit kit;
        PathVec sources; /* of the runtime */
        Argv recorded;   /* the compiler's command for the template */
        NameList inputs;
} Builder;

void builder_tell(Builder *b, const char *text);
const char *builder_work(Builder *b, const char *name); /* paths of files there */
const char *builder_out(Builder *b, const char *name);
int builder_run(Builder *b, const Argv *argv, ProcessResult *ret); /* in the headers' directory */
/* Adds a diagnostic, with what a tool said. KIT_FAILED or KIT_LIMIT. */
int builder_fail(Builder *b, const ProcessResult *r, const char *what);
int builder_fail_plainly(Builder *b, const char *what);

/* kit-make.c */
int step_write_sources(Builder *b);
int step_run_kbuild(Builder *b);
int step_read_recorded(Builder *b);
/* kit-extract.c */
int step_take_modules(Builder *b);
int step_compile_template(Builder *b);
int step_make_index(Builder *b);
int step_precompile(Builder *b);
int step_find_tunables(Builder *b);
int step_note_inputs(Builder *b);
