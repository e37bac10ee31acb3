/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "catalog/catalog.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include "base/fds.h"

#define FOLDERS_MAX 4

typedef struct Folders {
        const char *paths[FOLDERS_MAX];
        int fds[FOLDERS_MAX]; /* -1: not there, or refused */
        unsigned n;
} Folders;

static void complain(Catalog *c, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

static void complain(Catalog *c, const char *fmt, ...) {
        char **grown = realloc(c->problems, (c->n_problems + 1) * sizeof(*grown));
        va_list ap;
        if (!grown)
                return;
        c->problems = grown;
        va_start(ap, fmt);
        if (vasprintf(&grown[c->n_problems], fmt, ap) >= 0)
                c->n_problems++;
        va_end(ap);
}

/* ------------------------------------------------------------------ one file */

static bool is_ours(const struct stat *st) {
        return (st->st_uid == 0 || st->st_uid == geteuid()) && !(st->st_mode & 022);
}

/* systemd's way to say that a file of this name is not wanted. */
static bool is_mask(int dir_fd, const char *file) {
        char target[16] = "";
        ssize_t n = readlinkat(dir_fd, file, target, sizeof(target) - 1);
        return n > 0 && strcmp(target, "/dev/null") == 0;
}

static int mount_of(int fd, uint64_t *ret) {
        struct statx st;
        if (statx(fd, "", AT_EMPTY_PATH, STATX_MNT_ID, &st) < 0)
                return -errno;
        *ret = st.stx_mnt_id;
        return 0;
}

/* RestrictSUIDSGID= of the unit refuses openat2() with ENOSYS, since a filter cannot see its flags. Of a name
 * that has no folder in it there is little that the other could be made to follow. */
static int open_plain(int dir_fd, const char *file) {
        uint64_t folder = 0, own = 0;
        if (strchr(file, '/') || strcmp(file, "..") == 0)
                return -EXDEV;
        _cleanup_(closep) int fd = openat(dir_fd, file,
                                          O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY | O_NOFOLLOW);
        if (fd < 0)
                return -errno;
        int r = mount_of(dir_fd, &folder);
        if (r >= 0)
                r = mount_of(fd, &own);
        return r < 0 ? r : own == folder ? TAKE_FD(fd) : -EXDEV;
}

static int open_below(int dir_fd, const char *file) {
        struct open_how how = {
                .flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY,
                .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS | RESOLVE_NO_XDEV,
        };
        int fd = (int) syscall(SYS_openat2, dir_fd, file, &how, sizeof(how));
        return fd >= 0 ? fd : errno == ENOSYS ? open_plain(dir_fd, file) : -errno;
}

/* The first folder that has it. -ENOENT: none; -ENODATA: it is taken away; else *ret_why is a static text.
 * *ret_folder is set in each case but the first. */
static int read_first(const Folders *f, const char *file, char **ret, size_t *ret_len, unsigned *ret_folder,
                      const char **ret_why) {
        for (unsigned i = 0; i < f->n; i++) {
                struct stat st;
                _cleanup_(closep) int fd = f->fds[i] < 0 ? -ENOENT : open_below(f->fds[i], file);
                if (fd == -ENOENT)
                        continue;
                *ret_folder = i;
                if (fd == -ELOOP && is_mask(f->fds[i], file))
                        return -ENODATA;
                *ret_why = fd == -ELOOP || fd == -EXDEV ? "it is a link, and links are not followed here" :
                                                          "it cannot be opened";
                if (fd < 0 || fstat(fd, &st) < 0)
                        return fd < 0 ? fd : -errno;
                *ret_why = "others than root can write it, or it is no regular file";
                if (!S_ISREG(st.st_mode) || !is_ours(&st))
                        return -EPERM;
                *ret_why = "it is too long";
                int r = fds_read_all(fd, CATALOG_SCRIPT_MAX, ret, ret_len);
                return r < 0 ? r : *ret_len == 0 ? -ENODATA : 0;
        }
        return -ENOENT;
}

/* ------------------------------------------------------------------ one script */

static int set_problem(CatalogScript *s, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

static int set_problem(CatalogScript *s, const char *fmt, ...) {
        va_list ap;
        free(s->problem);
        va_start(ap, fmt);
        int r = vasprintf(&s->problem, fmt, ap);
        va_end(ap);
        return r < 0 ? -ENOMEM : 0;
}

static int read_settings(CatalogScript *s, const Folders *f, const char *file, char *text, size_t len,
                         unsigned folder) {
        const char *error = "there is a NUL byte in it";
        unsigned line = 0;
        char *path;
        if (asprintf(&path, "%s/%s", f->paths[folder], file) < 0)
                return -ENOMEM;
        free(s->place);
        s->place = path;
        int r = strlen(text) == len ? catalog_script_parse(s, text, &line, &error) : -EINVAL;
        return r == -EINVAL ? set_problem(s, "%s:%u: %s", path, line, error) : r;
}

/* Each leaves a problem where there is one. -ENODATA: the script is taken away. */
static int add_settings(CatalogScript *s, const Folders *f) {
        char file[CATALOG_NAME_MAX + 8];
        _cleanup_(freep) char *text = NULL;
        const char *why = "";
        unsigned folder = 0;
        size_t len;
        snprintf(file, sizeof(file), "%s.conf", s->name);
        int r = read_first(f, file, &text, &len, &folder, &why);
        if (r == -ENODATA || r == -ENOMEM)
                return r;
        if (r == -ENOENT)
                return set_problem(
                                s, "there is no %s with it, which says what it is and who may run it", file);
        return r < 0 ? set_problem(s, "%s/%s: %s", f->paths[folder], file, why)
                     : read_settings(s, f, file, text, len, folder);
}

static int add_text(CatalogScript *s, const Folders *f) {
        char file[CATALOG_NAME_MAX + 8], *text = NULL;
        const char *why = "";
        unsigned folder = 0;
        size_t len;
        snprintf(file, sizeof(file), "%s.stp", s->name);
        int r = read_first(f, file, &text, &len, &folder, &why);
        if (r >= 0)
                return catalog_script_set_text(s, text, len);
        free(text);
        if (r == -ENODATA || r == -ENOMEM)
                return r;
        if (s->problem)
                return 0;
        return r == -ENOENT ? set_problem(s, "there is no %s", file)
                            : set_problem(s, "%s/%s: %s", f->paths[folder], file, why);
}

static int read_script(const Folders *f, const char *name, CatalogScript **ret) {
        _cleanup_(catalog_script_freep) CatalogScript *s = catalog_script_new(name, name);
        int r = s ? add_settings(s, f) : -ENOMEM;
        if (r >= 0)
                r = add_text(s, f);
        if (r < 0)
                return r;
        *ret = TAKE_PTR(s);
        return 0;
}

/* ------------------------------------------------------------------ folders */

typedef struct Names {
        char (*items)[CATALOG_NAME_MAX + 1];
        unsigned n;
} Names;

/* The name of a script whose file this is. */
static bool read_name(const char *file, char ret[static CATALOG_NAME_MAX + 1]) {
        const char *dot = strrchr(file, '.');
        size_t n = dot ? (size_t) (dot - file) : 0;
        if (n == 0 || n > CATALOG_NAME_MAX || (strcmp(dot, ".stp") != 0 && strcmp(dot, ".conf") != 0))
                return false;
        memcpy(ret, file, n);
        ret[n] = 0;
        return catalog_is_name(ret);
}

static int add_name(Names *names, const char *name) {
        for (unsigned i = 0; i < names->n; i++)
                if (strcmp(names->items[i], name) == 0)
                        return 0;
        void *grown = names->n < CATALOG_SCRIPTS_MAX ?
                                      realloc(names->items, (names->n + 1) * sizeof(*names->items)) :
                                      NULL;
        if (!grown)
                return names->n < CATALOG_SCRIPTS_MAX ? -ENOMEM : -E2BIG;
        names->items = grown;
        strcpy(names->items[names->n++], name);
        return 0;
}

static int list_folder(int fd, Names *names) {
        int copy = fcntl(fd, F_DUPFD_CLOEXEC, 3), r = 0;
        DIR *d = copy < 0 ? NULL : fdopendir(copy);
        char name[CATALOG_NAME_MAX + 1];
        if (!d) {
                close_fd(copy);
                return -errno;
        }
        for (const struct dirent *e; r >= 0 && (e = readdir(d));)
                if (read_name(e->d_name, name))
                        r = add_name(names, name);
        closedir(d);
        return r;
}

/* Whoever may add files there makes the catalogue. -ENOENT, -EPERM. */
static int open_folder(const char *path) {
        _cleanup_(closep) int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        struct stat st;
        if (fd < 0 || fstat(fd, &st) < 0)
                return -errno;
        return is_ours(&st) ? TAKE_FD(fd) : -EPERM;
}

static int open_folders(Catalog *c, const char *const *paths, Folders *f, Names *names) {
        for (; paths[f->n] && f->n < FOLDERS_MAX; f->n++) {
                int fd = open_folder(paths[f->n]);
                f->paths[f->n] = paths[f->n];
                f->fds[f->n] = MAX2(fd, -1);
                if (fd < 0 && fd != -ENOENT)
                        complain(c,
                                 "%s: %s",
                                 paths[f->n],
                                 fd == -EPERM ? "others than root can write this folder: no script of it is used" :
                                                strerror(-fd));
                int r = fd < 0 ? 0 : list_folder(fd, names);
                if (r == -ENOMEM)
                        return r;
                if (r < 0)
                        complain(c,
                                 "%s: %s",
                                 paths[f->n],
                                 r == -E2BIG ? "there are too many scripts" : strerror(-r));
        }
        return 0;
}

static int compare_names(const void *a, const void *b) {
        return strcmp(a, b);
}

static int read_all(Catalog *c, const Folders *f, Names *names) {
        if (names->n == 0)
                return 0;
        qsort(names->items, names->n, sizeof(*names->items), compare_names);
        c->items = calloc(names->n, sizeof(*c->items));
        if (!c->items)
                return -ENOMEM;
        for (unsigned i = 0; i < names->n; i++) {
                int r = read_script(f, names->items[i], &c->items[c->n]);
                if (r == -ENOMEM)
                        return r;
                if (r < 0)
                        continue;
                const CatalogScript *s = c->items[c->n++];
                if (s->problem)
                        complain(c, "The script %s cannot be run: %s", s->name, s->problem);
        }
        return 0;
}

int catalog_load(const char *const *folders, Catalog **ret) {
        _cleanup_(catalog_freep) Catalog *c = calloc(1, sizeof(*c));
        Names names = {};
        Folders f = {};
        if (!c)
                return -ENOMEM;
        int r = open_folders(c, folders, &f, &names);
        if (r >= 0)
                r = read_all(c, &f, &names);
        for (unsigned i = 0; i < f.n; i++)
                close_fd(f.fds[i]);
        free(names.items);
        if (r < 0)
                return r;
        *ret = TAKE_PTR(c);
        return 0;
}

Catalog *catalog_free(Catalog *c) {
        if (!c)
                return NULL;
        for (unsigned i = 0; i < c->n; i++)
                catalog_script_free(c->items[i]);
        for (unsigned i = 0; i < c->n_problems; i++)
                free(c->problems[i]);
        free(c->items);
        free(c->problems);
        free(c);
        return NULL;
}

const CatalogScript *catalog_find(const Catalog *c, const char *name) {
        for (unsigned i = 0; c && i < c->n; i++)
                if (strcmp(c->items[i]->name, name) == 0)
                        return c->items[i];
        return NULL;
}
