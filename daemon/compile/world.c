/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "compile/world.h"
#include <errno.h>
#include <sys/utsname.h>
#include "base/paths.h"
#include "base/strmap.h"

#define MAX_RELEASE 128
#define WORLD_MEMORY ((size_t) 1 << 30)

/* Whose language we speak, for %( systemtap_v ... %). */
#define LANGUAGE_VERSION "5.6"

static const char *get_config(void *userdata, const char *name) {
        const World *w = userdata;
        return w->kernel ? kernel_config(w->kernel, name) : NULL;
}

/* "6.1.0-56-amd64" -> "6.1.0" */
static const char *plain_version(Arena *a, const char *release) {
        return arena_strndup(a, release, strspn(release, "0123456789."));
}

static void set_targets(World *w, const char *machine) {
        const char *headers = w->kernel ? kernel_headers_dir(w->kernel) : NULL;
        w->target = (ParseTarget) { .kernel_v = plain_version(w->arena, w->release), .kernel_vr = w->release,
                                    .arch = machine, .systemtap_v = LANGUAGE_VERSION, .privilege = "stapdev",
                                    .config = get_config, .userdata = w };
        if (!headers) {
                const char *path = arena_printf(w->arena, "/lib/modules/%s/build", w->release);
                headers = access(path, X_OK) == 0 ? path : NULL;
        }
        w->kit_target = (KitTarget) { .release = w->release, .build_id = world_build_id(w), .headers_dir = headers,
                                      .btf_error = w->kernel_error, .config = get_config, .userdata = w,
                                      .runtime_dir = paths_runtime() };
}

/* It becomes part of paths and of command lines. */
static bool release_is_valid(const char *s) {
        size_t n = strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.+-_~");
        return n > 0 && n <= MAX_RELEASE && s[n] == 0 && s[0] != '.' && s[0] != '-';
}

int world_open_kernel(const WorldOptions *o, World **ret) {
        if (o->release && !release_is_valid(o->release))
                return -EINVAL;
        Arena *a = arena_new(WORLD_MEMORY);
        if (!a)
                return -ENOMEM;
        World *w = arena_new0(a, World);
        struct utsname u;
        w->arena = a;
        if (uname(&u) < 0) {
                world_close(w);
                return -errno;
        }
        w->release = arena_strdup(a, o->release ? o->release : u.release);
        w->kit_result = KIT_MISSING;
        KernelOptions options = { .release = o->release, .cache_dir = o->cache_dir };
        const char *error = NULL;
        int r = kernel_open(&options, &w->kernel, &error);
        if (r < 0 && r != -ENOENT) {
                world_close(w);
                return r;
        }
        if (r < 0)
                w->kernel_error = arena_strdup(a, error ? error : "no BTF");
        diags_init(&w->library_diags, a);
        set_targets(w, arena_strdup(a, u.machine));
        r = kit_abi_hash(w->kit_target.runtime_dir, &w->abi_hash);
        if (r < 0) {
                world_close(w);
                return r;
        }
        *ret = w;
        return 0;
}

World *world_close(World *w) {
        if (!w)
                return NULL;
        kernel_close(w->kernel);
        arena_free(w->arena);
        return NULL;
}

int world_load_library(World *w, const WorldOptions *o) {
        StrMap seen = STRMAP_INIT;
        VEC(const char *) dirs = {};
        vec_push(w->arena, &dirs, paths_tapsets());
        for (size_t i = 0; i < o->n_tapset_dirs; i++)
                if (!strmap_get(&seen, o->tapset_dirs[i])) {
                        strmap_put(w->arena, &seen, o->tapset_dirs[i], w);
                        vec_push(w->arena, &dirs, o->tapset_dirs[i]);
                }
        w->library = library_load(w->arena, &w->library_diags, dirs.items, dirs.n, &w->target);
        return 0;
}

void world_open_kit(World *w, const WorldOptions *o) {
        Diags d;
        const char *reason = NULL;
        diags_init(&d, w->arena);
        w->kit = NULL;
        w->kit_result = kit_open(w->arena, &w->kit_target, o->kit_dirs, o->n_kit_dirs, &d, &w->kit, &reason);
        w->kit_error = NULL;
        if (w->kit_result == KIT_FAILED && d.list.n > 0) {
                const Diag *first = d.list.items[0];
                w->kit_error = first->hint ? arena_printf(w->arena, "%s (%s)", first->message, first->hint)
                                           : first->message;
        } else if (w->kit_result == KIT_MISSING) {
                w->kit_error = arena_printf(w->arena, "there is no kernel kit for %s yet", w->release);
        } else if (w->kit_result == KIT_DAMAGED) {
                w->kit_error = reason;
        } else if (w->kit_result < 0) {
                w->kit_error = arena_printf(w->arena, "the kernel kit for %s cannot be read: %s", w->release,
                                            strerror(-w->kit_result));
        }
}

const char *world_build_id(const World *w) {
        const char *id = w->kernel ? kernel_build_id(w->kernel) : NULL;
        return id ? id : "";
}
