/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Every function of our own tapsets goes through pass 2, with variables of no known type as arguments. */
#include <stdlib.h>
#include "elaborate/index.h"
#include "small.h"
#include "unit/test.h"

static const ParseTarget target = { .kernel_v = "6.1.0", .kernel_vr = "6.1.0", .arch = "x86_64",
                                    .systemtap_v = "5.6", .privilege = "stapdev", .guru = true };

static void add_calls(Buf *script, const Index *x) {
        unsigned n = 0;
        strmap_foreach(it, &x->functions)
                vec_foreach(d, (FunctionDeclVec *) it->value) {
                        if ((*d)->function->is_private || (*d)->uses_targets)
                                continue;
                        buf_printf(script, "%s(", it->key);
                        for (size_t i = 0; i < (*d)->function->params.n; i++)
                                buf_printf(script, "%sv%u", i ? ", " : "", n++);
                        buf_str(script, ")\n");
                }
}

TEST(every_function_is_good) {
        const char *root = getenv("SOURCE_ROOT");
        _cleanup_(kernel_closep) Kernel *k = NULL;
        const char *error = NULL;
        if (!root)
                SKIP("SOURCE_ROOT is not set");
        if (kernel_open(&(KernelOptions) {}, &k, &error) < 0)
                SKIP("%s", error ?: "no kernel to look types up in");
        Arena *a = arena_new((size_t) 256 << 20);
        Diags d;
        diags_init(&d, a);
        const char *dirs[] = { arena_printf(a, "%s/tapsets", root) };
        Library *l = library_load(a, &d, dirs, 1, &target);
        Buf script = BUF_INIT;
        buf_str(&script, "probe begin {\n");
        add_calls(&script, library_index(l));
        buf_str(&script, "}\n");
        ParseOptions o = { .target = &target, .macros = library_macros(l), .guru = true };
        File *f = parse_file(a, &d, source_new(a, "all.stp", script.data, script.len), &o);
        d.no_warnings = true; /* the arguments are never assigned */
        Program *p = small_elaborate_files(a, &d, l, k, &f, 1, &(ElaborateOptions) { .guru = true });
        if (!p) {
                _cleanup_(buf_done) Buf text = BUF_INIT;
                diags_render_text(&d, /* color= */ false, &text);
                test_fail(__FILE__, __LINE__, "%s", text.data ?: "");
        }
        ASSERT(p->functions.n > 50);
        arena_free(a);
        buf_done(&script);
}
