/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Finding a kernel's files and opening it. A release comes from users and becomes part of paths, so it is
 * checked first. What had to be unpacked is kept in the cache, named by the image's size and time, so that a
 * kernel that was reinstalled under the same release is not mistaken for the old one.
 */
#include <bpf/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include "base/fds.h"
#include "debuginfo/image.h"
#include "debuginfo/kernel.h"

#define KERNEL_MEMORY ((size_t) 512 << 20)
#define RELEASE_MAX 128

static char error_text[512]; /* of the last kernel_open() that failed */

__attribute__((format(printf, 2, 3))) static int fail(const char **ret_error, const char *fmt, ...) {
        va_list ap;
        va_start(ap, fmt);
        vsnprintf(error_text, sizeof(error_text), fmt, ap);
        va_end(ap);
        if (ret_error)
                *ret_error = error_text;
        return -ENOENT;
}

static bool release_is_valid(const char *release) {
        size_t n = strlen(release);
        return n && n <= RELEASE_MAX && *release != '.' &&
               strspn(release, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.+-_~") == n;
}

static bool exists(const char *path) {
        struct stat st;
        return stat(path, &st) >= 0;
}

static const char *find_headers(Kernel *k) {
        const char *places[] = {
                arena_printf(k->arena, "/lib/modules/%s/build", k->release),
                arena_printf(k->arena, "/usr/src/linux-headers-%s", k->release),
        };
        for (size_t i = 0; i < ELEMENTSOF(places); i++) {
                _cleanup_(freep) char *resolved = realpath(places[i], NULL);
                if (resolved)
                        return arena_strdup(k->arena, resolved);
        }
        return NULL;
}

/* ---- the cache */

/* "CACHE/RELEASE-SIZE-TIME.suffix" for what came out of the image; NULL: there is no image or no cache. */
static const char *cache_path(const Kernel *k, const char *suffix) {
        struct stat st;
        if (!k->cache_dir || !k->image || stat(k->image, &st) < 0)
                return NULL;
        return arena_printf(k->arena, "%s/%s-%llx-%llx.%s", k->cache_dir, k->release,
                            (unsigned long long) st.st_size, (unsigned long long) st.st_mtim.tv_sec, suffix);
}

/* A cache that cannot be written is only slower. */
static void cache_write(const Kernel *k, const char *suffix, const void *data, size_t len) {
        const char *path = cache_path(k, suffix);
        if (!path)
                return;
        (void) mkdir(k->cache_dir, 0755);
        (void) fds_write_file_atomic(path, data, len, 0644);
}

/* ---- BTF */

static int parse_btf(Kernel *k, const char *path, const void *data, size_t len) {
        struct btf *btf = btf__new(data, (unsigned) len);
        int r = (int) libbpf_get_error(btf);
        if (r)
                return r == -ENOMEM ? r : -EBADMSG;
        k->btf = btf;
        k->btf_path = arena_strdup(k->arena, path);
        return 0;
}

/* -ENODATA: the file is there without BTF. */
static int load_file(Kernel *k, const char *path) {
        _cleanup_(closep) int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
        _cleanup_(freep) void *data = NULL;
        size_t len;
        if (fd < 0)
                return -errno;
        int r = image_read_btf(fd, &data, &len);
        return r < 0 ? r : parse_btf(k, path, data, len);
}

/* What else comes out of the image goes to the cache as well, so that it is unpacked once. */
static int load_image(Kernel *k, const char **ret_tool) {
        _cleanup_(closep) int fd = image_unpack(k->image, ret_tool);
        _cleanup_(freep) void *data = NULL;
        size_t len;
        if (fd < 0)
                return fd;
        if (!k->build_id && image_read_build_id(fd, &k->build_id) >= 0)
                cache_write(k, "build-id", k->build_id, strlen(k->build_id));
        int r = image_read_btf(fd, &data, &len);
        if (r >= 0)
                r = parse_btf(k, k->image, data, len);
        if (r >= 0)
                cache_write(k, "btf", data, len);
        return r;
}

static int load_first(Kernel *k) {
        const char *paths[] = {
                k->is_running ? "/sys/kernel/btf/vmlinux" : NULL,
                arena_printf(k->arena, "/usr/lib/debug/boot/vmlinux-%s", k->release),
                arena_printf(k->arena, "/usr/lib/debug/lib/modules/%s/vmlinux", k->release),
                arena_printf(k->arena, "/boot/vmlinux-%s", k->release),
                k->headers_dir ? arena_printf(k->arena, "%s/vmlinux", k->headers_dir) : NULL,
                cache_path(k, "btf"),
        };
        for (size_t i = 0; i < ELEMENTSOF(paths); i++)
                if (paths[i] && load_file(k, paths[i]) >= 0)
                        return 0;
        return -ENOENT;
}

static int explain(Kernel *k, int r, const char *tool, const char **ret_error) {
        if (tool)
                return fail(ret_error, "unpacking the kernel image %s takes %s, which is not installed",
                            k->image, tool);
        if (k->image && (r == -EACCES || r == -EPERM))
                return fail(ret_error, "cannot read %s, and kernel %s has no other BTF", k->image,
                            k->release);
        if (k->image && r == -ENODATA)
                return fail(ret_error, "kernel %s was built without CONFIG_DEBUG_INFO_BTF", k->release);
        if (k->image)
                return fail(ret_error, "%s cannot be unpacked (%s)", k->image, strerror(-r));
        return fail(ret_error, "no BTF of kernel %s: install linux-image-%s or linux-headers-%s", k->release,
                    k->release, k->release);
}

static int load_btf(Kernel *k, const KernelOptions *o, const char **ret_error) {
        if (o->btf_path) {
                int r = load_file(k, o->btf_path);
                return r >= 0 ? 0 : fail(ret_error, "no BTF in %s: %s", o->btf_path, strerror(-r));
        }
        if (load_first(k) >= 0)
                return 0;
        const char *tool = NULL;
        int r = k->image ? load_image(k, &tool) : -ENOENT;
        return r >= 0 ? 0 : explain(k, r, tool, ret_error);
}

/* ---- the kernel */

static void locate(Kernel *k, const KernelOptions *o, const char *running) {
        k->release = arena_strdup(k->arena, o->release ?: running);
        k->is_running = strcmp(k->release, running) == 0;
        k->headers_dir = find_headers(k);
        k->cache_dir = o->cache_dir ? arena_strdup(k->arena, o->cache_dir) : NULL;
        const char *image = arena_printf(k->arena, "/boot/vmlinuz-%s", k->release);
        k->image = exists(image) ? image : NULL;
}

static int index_all(Kernel *k) {
        int r = types_index(k);
        if (r >= 0)
                r = functions_index(k);
        return r < 0 ? r : tracepoints_index(k);
}

int kernel_open(const KernelOptions *o, Kernel **ret, const char **ret_error) {
        struct utsname uts;
        libbpf_set_print(NULL); /* it says on stderr what we tell by an errno */
        if (uname(&uts) < 0)
                return -errno;
        if (o->release && !release_is_valid(o->release))
                return fail(ret_error, "this is no kernel release: those hold letters, digits and .+-_~");
        Arena *arena = arena_new(KERNEL_MEMORY);
        if (!arena)
                return -ENOMEM;
        _cleanup_(kernel_closep) Kernel *k = arena_new0(arena, Kernel);
        k->arena = arena;
        locate(k, o, uts.release);
        int r = load_btf(k, o, ret_error);
        if (r < 0)
                return r;
        config_read(k);
        r = index_all(k);
        if (r < 0)
                return r;
        *ret = TAKE_PTR(k);
        return 0;
}

Kernel *kernel_close(Kernel *k) {
        if (!k)
                return NULL;
        modules_done(k);
        btf__free(k->btf);
        free(k->build_id);
        arena_free(k->arena);
        return NULL;
}

const char *kernel_release(const Kernel *k) {
        return k->release;
}

const char *kernel_headers_dir(const Kernel *k) {
        return k->headers_dir;
}

/* ---- the build-id, which is only looked for when somebody asks */

static char *build_id_of_file(const char *path) {
        _cleanup_(closep) int fd = path ? open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY) : -1;
        char *id = NULL;
        if (fd >= 0)
                (void) image_read_build_id(fd, &id);
        return id;
}

static char *build_id_of_cache(const Kernel *k) {
        const char *path = cache_path(k, "build-id");
        _cleanup_(freep) char *text = NULL;
        size_t len;
        if (!path || fds_read_file(path, 2 * BUILD_ID_MAX, &text, &len) < 0 ||
            !len || strspn(text, "0123456789abcdef") != len)
                return NULL;
        return TAKE_PTR(text);
}

static char *build_id_of_image(const Kernel *k) {
        const char *tool;
        _cleanup_(closep) int fd = k->image ? image_unpack(k->image, &tool) : -1;
        char *id = NULL;
        if (fd >= 0 && image_read_build_id(fd, &id) >= 0)
                cache_write(k, "build-id", id, strlen(id));
        return id;
}

const char *kernel_build_id(const Kernel *kernel) {
        Kernel *k = (Kernel *) kernel; /* found once, then kept */
        if (!k->build_id && k->is_running)
                k->build_id = build_id_of_file("/sys/kernel/notes");
        if (!k->build_id)
                k->build_id = build_id_of_file(k->btf_path);
        if (!k->build_id)
                k->build_id = build_id_of_cache(k);
        if (!k->build_id)
                k->build_id = build_id_of_image(k);
        if (!k->build_id)
                k->build_id = strdup("");
        return k->build_id ?: "";
}
