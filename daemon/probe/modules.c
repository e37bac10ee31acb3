/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probe/modules.h"
#include "probe/point.h"

static const char *nearest_module(ProbeWorld *w, const char *name) {
        size_t n = kernel_n_modules(w->kernel);
        const char **names = arena_array(w->arena, const char *, n + 1);
        for (size_t i = 0; i < n; i++)
                names[i] = kernel_module_at(w->kernel, i);
        return diags_full(w->diags) ? NULL : diag_suggest(name, names, n);
}

static int no_such_module(ProbeWorld *w, const ProbePoint *p, const char *name) {
        if (w->optional)
                return PROBE_FAILED;
        Diag *d = diag_add(w->diags, DIAG_E0408, point_span(p, 0), "kernel %s has no module `%s` with BTF",
                           kernel_release(w->kernel), name);
        const char *near = nearest_module(w, name);
        if (kernel_n_modules(w->kernel) == 0)
                diag_note(w->diags, d, SPAN_NONE, "there is no list of modules in /lib/modules/%s",
                          kernel_release(w->kernel));
        else if (near && strcmp(near, name) != 0)
                diag_hint(w->diags, d, "did you mean `%s`?", near);
        else if (!near)
                diag_note(w->diags, d, SPAN_NONE,
                          "what is built into the kernel is kernel.function() and kernel.trace()");
        return PROBE_FAILED;
}

int modules_each(ProbeWorld *w, const ProbePoint *p, ModuleMatch matches, const void *pattern,
                 void (*found)(void *userdata, Kernel *module), void *userdata) {
        if (!world_has_kernel(w, p))
                return PROBE_FAILED;
        const char *name = point_string(p, 0);
        if (!probe_is_glob(name)) {
                Kernel *m = kernel_module(w->kernel, name);
                if (!m)
                        return no_such_module(w, p, name);
                found(userdata, m);
                return PROBE_DONE;
        }
        for (size_t i = 0, n = kernel_n_modules(w->kernel); i < n; i++) {
                const char *one = kernel_module_at(w->kernel, i);
                Kernel *m = probe_glob(name, one) ? kernel_module_with(w->kernel, one, matches, pattern)
                                                  : NULL;
                if (m)
                        found(userdata, m);
        }
        return PROBE_DONE;
}
