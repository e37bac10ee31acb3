/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The modules that are installed for a kernel. Their BTF is split: its types go on where the kernel's end,
 * and refer to those. It is in the module's file, and for what the running kernel has loaded in
 * /sys/kernel/btf. There are four thousand of them in Debian's kernels: one is read when it is asked for,
 * and kept when it has what is looked for.
 */
#include <bpf/libbpf.h>
#include <fcntl.h>
#include "base/fds.h"
#include "debuginfo/image.h"
#include "debuginfo/kernel.h"

#define DEP_MAX ((size_t) 64 << 20)
#define MODULE_NAME_LEN 64

struct ModuleFile {
        const char *name, *path; /* "ext4", "kernel/fs/ext4/ext4.ko" */
        Kernel *kernel;          /* NULL: not asked for yet */
};

/* As the kernel calls it: `-` is `_`. False: too long for a module. */
static bool module_name(const char *text, size_t len, char out[static MODULE_NAME_LEN]) {
        if (len == 0 || len >= MODULE_NAME_LEN)
                return false;
        for (size_t i = 0; i < len; i++)
                out[i] = text[i] == '-' ? '_' : text[i];
        out[len] = 0;
        return true;
}

static int compare_files(const void *a, const void *b) {
        return strcmp(((const ModuleFile *) a)->name, ((const ModuleFile *) b)->name);
}

/* "kernel/fs/ext4/ext4.ko: ..." */
static void add_line(Kernel *k, ModuleFileVec *all, const char *line, size_t len) {
        char name[MODULE_NAME_LEN];
        const char *colon = memchr(line, ':', len);
        if (!colon)
                return;
        const char *path = arena_strndup(k->arena, line, (size_t) (colon - line));
        const char *base = strrchr(path, '/') ? strrchr(path, '/') + 1 : path, *end = strstr(base, ".ko");
        if (end && module_name(base, (size_t) (end - base), name))
                vec_push(k->arena, all, ((ModuleFile) { .name = arena_strdup(k->arena, name), .path = path }));
}

/* depmod's list of all modules. None: no module is known. */
static void read_list(Kernel *k) {
        _cleanup_(freep) char *text = NULL;
        size_t len;
        k->modules_read = true;
        if (fds_read_file(arena_printf(k->arena, "/lib/modules/%s/modules.dep", k->release), DEP_MAX, &text,
                          &len) < 0)
                return;
        for (const char *line = text; *line; line += *line == '\n') {
                size_t n = strcspn(line, "\n");
                add_line(k, &k->modules, line, n);
                line += n;
        }
        if (k->modules.n)
                qsort(k->modules.items, k->modules.n, sizeof(*k->modules.items), compare_files);
}

static ModuleFile *find_file(Kernel *k, const char *text) {
        char name[MODULE_NAME_LEN];
        if (!k->modules_read)
                read_list(k);
        if (!k->modules.n || !module_name(text, strlen(text), name))
                return NULL;
        const ModuleFile key = { .name = name };
        return bsearch(&key, k->modules.items, k->modules.n, sizeof(*k->modules.items), compare_files);
}

size_t kernel_n_modules(Kernel *k) {
        if (!k->modules_read)
                read_list(k);
        return k->modules.n;
}

const char *kernel_module_at(Kernel *k, size_t i) {
        return k->modules.items[i].name;
}

/* ---- BTF */

/* btf__new_split(), which is in the header of libbpf 1.1, and not in the library. */
static struct btf *parse_split(const Kernel *base, const void *data, size_t len) {
        char path[64];
        _cleanup_(closep) int fd = fds_new_sealed("stapd-btf", data, len);
        if (fd < 0)
                return NULL;
        snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
        struct btf *btf = btf__parse_raw_split(path, base->btf);
        return libbpf_get_error(btf) ? NULL : btf;
}

/* An ELF file, compressed or not, or raw BTF. */
static struct btf *read_btf(const Kernel *base, const char *path) {
        _cleanup_(closep) int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
        _cleanup_(freep) void *data = NULL;
        size_t len;
        return fd >= 0 && image_read_btf(fd, &data, &len) >= 0 ? parse_split(base, data, len) : NULL;
}

static struct btf *open_btf(const Kernel *base, const ModuleFile *f) {
        struct btf *btf = NULL;
        if (base->is_running)
                btf = read_btf(base, arena_printf(base->arena, "/sys/kernel/btf/%s", f->name));
        return btf
                       ?: read_btf(base,
                                   arena_printf(base->arena, "/lib/modules/%s/%s", base->release, f->path));
}

static Kernel *index_module(Kernel *base, ModuleFile *f, struct btf *btf) {
        Kernel *m = arena_new0(base->arena, Kernel);
        *m = (Kernel) { .arena = base->arena, .release = base->release, .base = base, .module = f->name, .btf = btf,
                        .first_type = base->n_types, .is_running = base->is_running };
        if (types_index(m) < 0 || functions_index(m) < 0 || tracepoints_index(m) < 0) {
                btf__free(btf);
                return NULL;
        }
        return f->kernel = m;
}

Kernel *kernel_module(Kernel *k, const char *name) {
        ModuleFile *f = find_file(k, name);
        if (!f || f->kernel)
                return f ? f->kernel : NULL;
        struct btf *btf = open_btf(k, f);
        return btf ? index_module(k, f, btf) : NULL;
}

/* Any function, or any type that stands for a tracepoint. */
static bool any_matches(const Kernel *base, const struct btf *btf, ModuleMatch matches,
                        const void *userdata) {
        for (uint32_t id = base->n_types; id < btf__type_cnt(btf); id++) {
                const struct btf_type *t = btf__type_by_id(btf, id);
                const char *name = btf_is_func(t) ? btf_name(btf, t->name_off) : tracepoint_name(btf, t);
                if (name && matches(name, userdata))
                        return true;
        }
        return false;
}

Kernel *kernel_module_with(Kernel *k, const char *name, ModuleMatch matches, const void *userdata) {
        ModuleFile *f = find_file(k, name);
        if (!f || f->kernel)
                return f ? f->kernel : NULL;
        struct btf *btf = open_btf(k, f);
        if (btf && any_matches(k, btf, matches, userdata))
                return index_module(k, f, btf);
        btf__free(btf);
        return NULL;
}

const char *kernel_module_name(const Kernel *k) {
        return k->module;
}

void modules_done(Kernel *k) {
        vec_foreach(f, &k->modules)
                if (f->kernel)
                        btf__free(f->kernel->btf);
}
