/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "catalog/approvals.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include "base/fds.h"
#include "base/tree.h"

#define FILE_MAX (4u << 20)

/* ------------------------------------------------------------------ files */

static int path_of(const Approvals *a, const Approval *x, char **ret) {
        return asprintf(ret, "%s/%s.json", a->folder, x->id) < 0 ? -ENOMEM : 0;
}

int approvals_save(const Approvals *a, const Approval *x) {
        _cleanup_(freep) char *path = NULL;
        int r = path_of(a, x, &path);
        if (r < 0)
                return r;
        json_object *o = approval_to_json(x);
        size_t len;
        const char *text = json_object_to_json_string_length(o, JSON_C_TO_STRING_PLAIN, &len);
        r = text ? fds_write_file_atomic(path, text, len, 0600) : -ENOMEM;
        json_object_put(o);
        return r;
}

static int sync_folder(const char *folder) {
        _cleanup_(closep) int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        return fd < 0 || fsync(fd) < 0 ? -errno : 0;
}

static int remove_file(const Approvals *a, const Approval *x) {
        _cleanup_(freep) char *path = NULL;
        int r = path_of(a, x, &path);
        if (r >= 0 && unlink(path) < 0 && errno != ENOENT)
                r = -errno;
        return r < 0 ? r : sync_folder(a->folder);
}

static void complain(Approvals *a, const char *file, const char *why) {
        char **grown = realloc(a->problems, (a->n_problems + 1) * sizeof(*grown));
        if (!grown)
                return;
        a->problems = grown;
        if (asprintf(&grown[a->n_problems], "%s/%s: %s", a->folder, file, why) >= 0)
                a->n_problems++;
}

static int append(Approvals *a, Approval *x) {
        Approval **grown = realloc(a->items, (a->n + 1) * sizeof(*grown));
        if (!grown)
                return -ENOMEM;
        a->items = grown;
        grown[a->n++] = x;
        return 0;
}

static int parse(const char *file, const char *text, Approval **ret) {
        json_object *o = json_tokener_parse(text);
        int r = json_object_is_type(o, json_type_object) ? approval_from_json(o, ret) : -EBADMSG;
        json_object_put(o);
        if (r >= 0 && (strncmp((*ret)->id, file, APPROVAL_ID_LENGTH) != 0 ||
                       strcmp(file + APPROVAL_ID_LENGTH, ".json") != 0)) {
                *ret = approval_free(*ret);
                r = -EBADMSG;
        }
        return r;
}

static int read_file(Approvals *a, int dir_fd, const char *file) {
        _cleanup_(freep) char *text = NULL;
        _cleanup_(approval_freep) Approval *x = NULL;
        struct stat st;
        size_t len;
        _cleanup_(closep) int fd = openat(dir_fd, file, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
        int r = fd < 0 || fstat(fd, &st) < 0 ? -errno : 0;
        if (r >= 0 &&
            (!S_ISREG(st.st_mode) || (st.st_uid != 0 && st.st_uid != geteuid()) || (st.st_mode & 022)))
                r = -EPERM;
        if (r >= 0)
                r = fds_read_all(fd, FILE_MAX, &text, &len);
        if (r >= 0)
                r = parse(file, text, &x);
        if (r >= 0)
                r = append(a, x);
        if (r >= 0)
                x = NULL;
        if (r < 0 && r != -ENOMEM) {
                complain(a, file, r == -EBADMSG ? "this is no approval" : strerror(-r));
                return 0;
        }
        return r;
}

static int compare_ages(const void *a, const void *b) {
        const Approval *x = *(Approval *const *) a, *y = *(Approval *const *) b;
        return x->requested_usec < y->requested_usec ? -1 : x->requested_usec > y->requested_usec;
}

int approvals_load(const char *folder, Approvals **ret) {
        _cleanup_(approvals_freep) Approvals *a = calloc(1, sizeof(*a));
        if (!a || !(a->folder = strdup(folder)))
                return -ENOMEM;
        int r = tree_make(folder, 0700);
        DIR *d = r < 0 ? NULL : opendir(folder);
        if (!d)
                return r < 0 ? r : -errno;
        for (const struct dirent *e; r >= 0 && (e = readdir(d));) {
                const char *dot = strrchr(e->d_name, '.');
                if (dot && strcmp(dot, ".json") == 0)
                        r = read_file(a, dirfd(d), e->d_name);
        }
        closedir(d);
        if (r < 0)
                return r;
        if (a->n > 0)
                qsort(a->items, a->n, sizeof(*a->items), compare_ages);
        *ret = TAKE_PTR(a);
        return 0;
}

Approvals *approvals_free(Approvals *a) {
        if (!a)
                return NULL;
        for (unsigned i = 0; i < a->n; i++)
                approval_free(a->items[i]);
        for (unsigned i = 0; i < a->n_problems; i++)
                free(a->problems[i]);
        free(a->problems);
        free(a->items);
        free(a->folder);
        free(a);
        return NULL;
}

/* ------------------------------------------------------------------ changes */

static unsigned count_open(const Approvals *a, uid_t requester) {
        unsigned n = 0;
        for (unsigned i = 0; i < a->n; i++)
                n += a->items[i]->state == APPROVAL_REQUESTED && a->items[i]->requester == requester;
        return n;
}

/* Of what is over: a rejected request, or a revoked one of a user. That a script of a folder is revoked
 * stays. */
static bool is_history(const Approval *x) {
        return x->state == APPROVAL_REJECTED || (x->state == APPROVAL_REVOKED && x->text);
}

static void prune(Approvals *a) {
        unsigned n = 0;
        for (unsigned i = 0; i < a->n; i++)
                n += is_history(a->items[i]);
        for (unsigned i = 0; n > APPROVALS_HISTORY && i < a->n;) {
                if (is_history(a->items[i]) && approvals_remove(a, a->items[i]) >= 0)
                        n--;
                else
                        i++;
        }
}

int approvals_add(Approvals *a, Approval *x) {
        if (x->state == APPROVAL_REQUESTED && count_open(a, x->requester) >= APPROVALS_PER_UID)
                return -EDQUOT;
        prune(a);
        if (a->n >= APPROVALS_MAX)
                return -ENOSPC;
        int r = append(a, x);
        if (r < 0)
                return r;
        r = approvals_save(a, x);
        if (r < 0)
                a->n--;
        return r;
}

int approvals_remove(Approvals *a, Approval *x) {
        int r = remove_file(a, x);
        if (r < 0)
                return r;
        for (unsigned i = 0; i < a->n; i++) {
                if (a->items[i] != x)
                        continue;
                memmove(&a->items[i], &a->items[i + 1], (a->n - i - 1) * sizeof(*a->items));
                a->n--;
                break;
        }
        approval_free(x);
        return 0;
}

/* ------------------------------------------------------------------ questions */

Approval *approvals_find(const Approvals *a, const char *id) {
        for (unsigned i = 0; a && i < a->n; i++)
                if (strcmp(a->items[i]->id, id) == 0)
                        return a->items[i];
        return NULL;
}

Approval *approvals_find_approved(const Approvals *a, const char *name, int64_t now_usec) {
        for (unsigned i = 0; a && i < a->n; i++) {
                Approval *x = a->items[i];
                if (x->state == APPROVAL_APPROVED && strcmp(x->name, name) == 0 &&
                    !approval_is_expired(x, now_usec))
                        return x;
        }
        return NULL;
}

Approval *approvals_find_open(const Approvals *a, uid_t requester, const char *digest) {
        for (unsigned i = 0; a && i < a->n; i++) {
                Approval *x = a->items[i];
                if (x->state == APPROVAL_REQUESTED && x->requester == requester &&
                    strcmp(x->digest, digest) == 0)
                        return x;
        }
        return NULL;
}

Approval *approvals_find_revoked(const Approvals *a, const char *name, const char *digest) {
        for (unsigned i = 0; a && i < a->n; i++) {
                Approval *x = a->items[i];
                if (x->state == APPROVAL_REVOKED && !x->text && strcmp(x->name, name) == 0 &&
                    strcmp(x->digest, digest) == 0)
                        return x;
        }
        return NULL;
}
