/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "build/kit-build.h"
#include <errno.h>
#include "build/kit-steps.h"

#define SHOWN_LINES 12

void builder_tell(Builder *b, const char *text) {
        if (b->progress)
                b->progress(b->userdata, text);
}

const char *builder_work(Builder *b, const char *name) {
        return arena_printf(b->arena, "%s/%s", b->work, name);
}

const char *builder_out(Builder *b, const char *name) {
        return arena_printf(b->arena, "%s/%s", b->out, name);
}

/* The end of what a tool said, as notes; errors matter more than the chatter before them. */
static void add_output(Diags *d, Diag *diag, const char *output, size_t len) {
        const char *lines[SHOWN_LINES];
        size_t n = 0;
        for (const char *p = output; p < output + len;) {
                size_t l = strcspn(p, "\n");
                if (l > 0 && (n < SHOWN_LINES || strstr(output, "rror")))
                        lines[n++ % SHOWN_LINES] = p;
                p += l + 1;
        }
        for (size_t i = n > SHOWN_LINES ? n - SHOWN_LINES : 0; i < n; i++) {
                const char *line = lines[i % SHOWN_LINES];
                diag_note(d, diag, SPAN_NONE, "%.*s", (int) MIN2(strcspn(line, "\n"), (size_t) 400), line);
        }
}

int builder_fail(Builder *b, const ProcessResult *r, const char *what) {
        if (process_hit_limit(r))
                return KIT_LIMIT;
        Diag *diag = diag_add(b->diags, DIAG_E0604, SPAN_NONE, "the kit of kernel %s could not be built: %s",
                              b->target->release, what);
        add_output(b->diags, diag, r->output ? r->output : "", r->len);
        return KIT_FAILED;
}

int builder_fail_plainly(Builder *b, const char *what) {
        return builder_fail(b, &(ProcessResult) { .output = arena_strdup(b->arena, "") }, what);
}

int builder_run(Builder *b, const Argv *argv, ProcessResult *ret) {
        ProcessSpec spec = { .argv = argv->items, .directory = b->kit.headers_dir, .temporary = b->work,
                             .extra_environment = b->kit.ld.n ? kit_environment(b->arena, &b->kit.ld) : NULL };
        return process_run(b->arena, &spec, ret);
}

const char *const *kit_environment(Arena *a, const Argv *ld) {
        VEC(const char *) env = {};
        vec_foreach(word, ld) {
                const char *arch = strncmp(*word, "arch/", 5) == 0 ? *word + 5 : NULL;
                if (!arch || !strchr(arch, '/'))
                        continue;
                vec_push(a, &env, arena_printf(a, "ARCH=%.*s", (int) strcspn(arch, "/"), arch));
                vec_push(a, &env, arena_printf(a, "SRCARCH=%.*s", (int) strcspn(arch, "/"), arch));
        }
        vec_push(a, &env, NULL);
        return env.items;
}

static int write_json(Builder *b) {
        return kit_file_write(b->arena, &b->kit, b->out, &b->inputs);
}

int kit_fill(Arena *a, const KitTarget *t, const Compiler *c, const char *id, const char *work,
             const char *out, KitProgress progress, void *userdata, Diags *d) {
        Builder b = { .arena = a, .target = t, .compiler = c, .work = work, .out = out, .progress = progress,
                      .userdata = userdata, .diags = d };
        const char *modversions = t->config ? t->config(t->userdata, "MODVERSIONS") : NULL;
        b.kit = (Kit) { .id = id, .release = t->release, .headers_dir = t->headers_dir,
                        .modversions = !modversions || strcmp(modversions, "y") == 0 };
        int r = kit_abi_hash(t->runtime_dir, &b.kit.abi_hash);
        if (r < 0)
                return r;
        static const struct {
                const char *says;
                int (*step)(Builder *b);
        } steps[] = {
                { NULL, step_write_sources },
                { "core module", step_run_kbuild },
                { NULL, step_read_recorded },
                { NULL, step_take_modules },
                { "module template", step_compile_template },
                { "index of kernel symbols", step_make_index },
                { "precompiled kernel headers", step_precompile },
                { NULL, step_find_tunables },
                { NULL, step_note_inputs },
                { NULL, write_json },
        };
        for (size_t i = 0; i < ELEMENTSOF(steps); i++) {
                if (steps[i].says)
                        builder_tell(&b, arena_printf(a, "Building the kernel kit for %s: %s", t->release,
                                                      steps[i].says));
                r = steps[i].step(&b);
                if (r != KIT_OK)
                        return r;
        }
        return KIT_OK;
}
