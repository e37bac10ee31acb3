/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/tree.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/stat.h>
#include "base/fds.h"

#define MAX_DEPTH 64
#define MAX_FILE ((size_t) 256 << 20)

int tree_make(const char *path, unsigned mode) {
        char part[PATH_MAX];
        size_t n = strlen(path);
        if (n == 0 || n >= sizeof(part))
                return -ENAMETOOLONG;
        for (size_t i = 1; i <= n; i++) {
                if (path[i] && path[i] != '/')
                        continue;
                memcpy(part, path, i);
                part[i] = 0;
                if (mkdir(part, path[i] ? 0755 : mode) < 0 && errno != EEXIST) {
                        /* A parent that we may not write to but that is there is fine (EACCES, EROFS). */
                        struct stat st;
                        int error = errno;
                        if (stat(part, &st) < 0 || !S_ISDIR(st.st_mode))
                                return -error;
                }
        }
        return 0;
}

static int remove_at(int parent, const char *name, unsigned depth) {
        if (unlinkat(parent, name, 0) == 0 || errno == ENOENT)
                return 0;
        if (errno != EISDIR && errno != EPERM)
                return -errno;
        if (depth > MAX_DEPTH)
                return -ELOOP;
        int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        DIR *dir = fd < 0 ? NULL : fdopendir(fd);
        if (!dir) {
                int error = errno;
                close_fd(fd);
                return -error;
        }
        int r = 0;
        for (struct dirent *e; (e = readdir(dir));)
                if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0) {
                        int q = remove_at(dirfd(dir), e->d_name, depth + 1);
                        r = r < 0 ? r : q;
                }
        closedir(dir);
        if (unlinkat(parent, name, AT_REMOVEDIR) < 0 && r == 0)
                r = -errno;
        return r;
}

int tree_remove(const char *path) {
        return remove_at(AT_FDCWD, path, 0);
}

typedef struct Oldest {
        char name[NAME_MAX + 1];
        struct timespec used;
} Oldest;

static bool used_before(const struct timespec *a, const struct timespec *b) {
        return a->tv_sec != b->tv_sec ? a->tv_sec < b->tv_sec : a->tv_nsec < b->tv_nsec;
}

/* How many directories there are, and which was touched first. */
static int find_oldest(DIR *dir, const char *spare, size_t *ret_n, Oldest *ret) {
        *ret_n = 0;
        *ret = (Oldest) {};
        rewinddir(dir);
        for (struct dirent *e; (e = readdir(dir));) {
                struct stat st;
                if (e->d_name[0] == '.' || fstatat(dirfd(dir), e->d_name, &st, AT_SYMLINK_NOFOLLOW) < 0 ||
                    !S_ISDIR(st.st_mode))
                        continue;
                (*ret_n)++;
                if (strcmp(e->d_name, spare) != 0 && (!*ret->name || used_before(&st.st_mtim, &ret->used))) {
                        strcpy(ret->name, e->d_name);
                        ret->used = st.st_mtim;
                }
        }
        return *ret->name ? 0 : -ENOENT;
}

/* Renamed first: nobody sees one of which a part is gone. */
static int remove_aside(DIR *dir, const char *name) {
        char aside[NAME_MAX + 16];
        (void) snprintf(aside, sizeof(aside), ".old-%s", name);
        int r = remove_at(dirfd(dir), aside, 0); /* of one that was interrupted */
        if (r < 0)
                return r;
        if (renameat(dirfd(dir), name, dirfd(dir), aside) < 0)
                return -errno;
        return remove_at(dirfd(dir), aside, 0);
}

int tree_prune(const char *path, size_t keep, const char *spare) {
        DIR *dir = opendir(path);
        if (!dir)
                return -errno;
        int r = 0;
        for (size_t n; r == 0;) {
                Oldest oldest;
                if (find_oldest(dir, spare, &n, &oldest) < 0 || n <= keep)
                        break;
                r = remove_aside(dir, oldest.name);
        }
        closedir(dir);
        return r;
}

int tree_touch(const char *path) {
        return utimensat(AT_FDCWD, path, NULL, 0) < 0 ? -errno : 0;
}

int tree_write_file(const char *path, const void *data, size_t len) {
        _cleanup_(closep) int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
        if (fd < 0)
                return -errno;
        return fds_write_all(fd, data, len);
}

int tree_copy_file(const char *from, const char *to) {
        _cleanup_(freep) char *data = NULL;
        size_t len;
        int r = fds_read_file(from, MAX_FILE, &data, &len);
        return r < 0 ? r : tree_write_file(to, data, len);
}

char *tree_read_file(Arena *a, const char *path, size_t *ret_len) {
        _cleanup_(freep) char *data = NULL;
        size_t len;
        int r = fds_read_file(path, MAX_FILE, &data, &len);
        if (r < 0) {
                errno = -r;
                return NULL;
        }
        if (ret_len)
                *ret_len = len;
        return arena_strndup(a, data, len);
}

int tree_replace(const char *fresh, const char *path) {
        if (renameat2(AT_FDCWD, fresh, AT_FDCWD, path, RENAME_NOREPLACE) == 0)
                return 0;
        if (errno != EEXIST)
                return -errno;
        if (renameat2(AT_FDCWD, fresh, AT_FDCWD, path, RENAME_EXCHANGE) < 0)
                return -errno;
        return tree_remove(fresh);
}

char *tree_new_temporary(Arena *a, const char *prefix) {
        const char *places[] = { getenv("TMPDIR"), "/tmp", "/var/tmp" };
        for (size_t i = 0; i < ELEMENTSOF(places); i++) {
                if (!places[i] || places[i][0] != '/')
                        continue;
                char *path = arena_printf(a, "%s/%s-XXXXXX", places[i], prefix);
                if (mkdtemp(path))
                        return path;
        }
        return NULL;
}

#define WALK_MAX_DEPTH 8 /* folders in one another: a link may lead back up */

static int walk_files(const char *dir, unsigned depth, int (*each)(void *userdata, const char *path),
                      void *userdata) {
        struct dirent **entries;
        int n = scandir(dir, &entries, NULL, alphasort), r = n < 0 ? -errno : 0;
        for (int i = 0; i < n; i++) {
                _cleanup_(freep) char *path = NULL;
                struct stat st;
                if (r != 0 || entries[i]->d_name[0] == '.')
                        (void) 0;
                else if (asprintf(&path, "%s/%s", dir, entries[i]->d_name) < 0)
                        r = -ENOMEM;
                else if (stat(path, &st) < 0)
                        (void) 0; /* gone: as if it were not there */
                else if (S_ISREG(st.st_mode))
                        r = each(userdata, path);
                else if (S_ISDIR(st.st_mode) && depth + 1 < WALK_MAX_DEPTH)
                        r = walk_files(path, depth + 1, each, userdata);
                free(entries[i]);
        }
        if (n >= 0)
                free(entries);
        return r == -EACCES && depth > 0 ? 0 : r;
}

int tree_foreach_file(const char *dir, int (*each)(void *userdata, const char *path), void *userdata) {
        return walk_files(dir, 0, each, userdata);
}
