/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "session/cache.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include "base/cleanup.h"
#include "base/fds.h"
#include "base/tree.h"
#include "manifest/manifest.h"

#define MODULE_MAX (64u << 20)

struct Cache {
        int dir_fd;
        char *path;
        uint64_t max_bytes, bytes; /* `bytes` is recounted when it passes the bound */
};

DEFINE_CLEANUP(DIR *, closedirp, closedir)
DEFINE_CLEANUP(Cache *, cache_closep, cache_close)

Cache *cache_close(Cache *c) {
        if (!c)
                return NULL;
        close_fd(c->dir_fd);
        free(c->path);
        free(c);
        return NULL;
}

uint64_t cache_bytes(const Cache *c) {
        return c->bytes;
}

typedef struct {
        char name[80];
        uint64_t size;
        struct timespec used;
} Entry;

static bool used_before(const Entry *a, const Entry *b) {
        return a->used.tv_sec != b->used.tv_sec ? a->used.tv_sec < b->used.tv_sec
                                                : a->used.tv_nsec < b->used.tv_nsec;
}

/* One walk over the directory: how much there is, and what was used longest ago. Left-overs of a write that
 * was cut off (".#...") are removed. */
static int scan(Cache *c, uint64_t *ret_bytes, Entry *ret_oldest) {
        _cleanup_(closep) int fd = openat(c->dir_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        _cleanup_(closedirp) DIR *dir = fd < 0 ? NULL : fdopendir(fd);
        if (!dir)
                return -errno;
        fd = -1;
        *ret_bytes = 0;
        *ret_oldest = (Entry) {};
        for (struct dirent *e; (e = readdir(dir));) {
                struct stat st;
                if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0 ||
                    fstatat(c->dir_fd, e->d_name, &st, AT_SYMLINK_NOFOLLOW) < 0)
                        continue;
                if (e->d_name[0] == '.') {
                        (void) unlinkat(c->dir_fd, e->d_name, 0);
                        continue;
                }
                Entry entry = { .size = (uint64_t) st.st_size, .used = st.st_mtim };
                *ret_bytes += entry.size;
                if (strlen(e->d_name) < sizeof(entry.name) &&
                    (!ret_oldest->name[0] || used_before(&entry, ret_oldest))) {
                        strcpy(entry.name, e->d_name);
                        *ret_oldest = entry;
                }
        }
        return 0;
}

static int shrink(Cache *c, uint64_t bound) {
        for (;;) {
                Entry oldest;
                int r = scan(c, &c->bytes, &oldest);
                if (r < 0 || c->bytes <= bound || !oldest.name[0])
                        return r;
                if (unlinkat(c->dir_fd, oldest.name, 0) < 0 && errno != ENOENT)
                        return -errno;
        }
}

int cache_open(const char *dir, uint64_t max_bytes, Cache **ret) {
        _cleanup_(cache_closep) Cache *c = calloc(1, sizeof(*c));
        if (!c)
                return -ENOMEM;
        c->dir_fd = -1;
        c->max_bytes = max_bytes;
        c->path = strdup(dir);
        if (!c->path)
                return -ENOMEM;
        int r = tree_make(dir, 0700);
        if (r < 0)
                return r;
        c->dir_fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
        if (c->dir_fd < 0)
                return -errno;
        r = shrink(c, max_bytes);
        if (r < 0)
                return r;
        *ret = TAKE_PTR(c);
        return 0;
}

static bool is_whole(int fd) {
        Manifest *m = NULL;
        const char *why;
        int r = manifest_read_module(fd, &m, &why);
        manifest_free(m);
        return r >= 0;
}

int cache_get(Cache *c, const char *key) {
        char name[80];
        snprintf(name, sizeof(name), "%s.ko", key);
        _cleanup_(closep) int fd = openat(c->dir_fd, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
        if (fd < 0)
                return -errno;
        _cleanup_(freep) char *data = NULL;
        size_t len;
        int r = fds_read_all(fd, MODULE_MAX, &data, &len);
        if (r < 0)
                return r;
        _cleanup_(closep) int copy = fds_new_sealed("stapd-module", data, len);
        if (copy < 0)
                return copy;
        if (!is_whole(copy)) {
                (void) unlinkat(c->dir_fd, name, 0);
                return -ENOENT;
        }
        (void) futimens(fd, NULL); /* used now */
        return TAKE_FD(copy);
}

int cache_put(Cache *c, const char *key, int fd) {
        _cleanup_(freep) char *data = NULL;
        size_t len;
        int r = fds_read_all(fd, MODULE_MAX, &data, &len);
        if (r < 0)
                return r;
        if (len > c->max_bytes / 4)
                return 0;
        if (c->bytes + len > c->max_bytes) {
                r = shrink(c, c->max_bytes - c->max_bytes / 4 - len);
                if (r < 0)
                        return r;
        }
        _cleanup_(freep) char *path = NULL;
        if (asprintf(&path, "%s/%s.ko", c->path, key) < 0)
                return -ENOMEM;
        r = fds_write_file_atomic(path, data, len, 0600);
        if (r >= 0)
                c->bytes += len;
        return r;
}
