/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "build/kit.h"
#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include "build/facts.h"
#include "build/kit-build.h"
#include "build/kit-file.h"
#include "build/object.h"
#include "base/tree.h"

const char *const kit_names[] = { "-DKBUILD_BASENAME=\"stap\"", "-DKBUILD_MODNAME=\"stap\"",
                                  "-D__KBUILD_MODNAME=kmod_stap", NULL };

const char *kit_core_path(Arena *a, const Kit *k) {
        return arena_printf(a, "%s/" KIT_CORE, k->dir);
}

/* ------------------------------------------------------------------ opening */

static int map_file(const char *path, const char **ret, size_t *ret_size) {
        struct stat st;
        _cleanup_(closep) int fd = open(path, O_RDONLY | O_CLOEXEC);
        if (fd < 0 || fstat(fd, &st) < 0)
                return -errno;
        if (st.st_size == 0)
                return -EBADMSG;
        void *p = mmap(NULL, (size_t) st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
        if (p == MAP_FAILED)
                return -errno;
        *ret = p;
        *ret_size = (size_t) st.st_size;
        return 0;
}

static int map_files(Arena *a, Kit *k, const char **ret_reason) {
        const char *symbols;
        size_t size;
        int r = map_file(arena_printf(a, "%s/" KIT_SYMBOLS, k->dir), &symbols, &size);
        r = r < 0 ? r
                  : map_file(arena_printf(a, "%s/" KIT_TEMPLATE, k->dir), &k->template_object,
                             &k->template_size);
        if (r < 0)
                return r;
        if (symbols_open(symbols, size, &k->symbols) < 0)
                *ret_reason = "the index of symbols is not one";
        else if (k->name_offset + OBJECT_NAME_ROOM > k->template_size)
                *ret_reason = "the template has no place for a name";
        return *ret_reason ? KIT_DAMAGED : KIT_OK;
}

static int open_at(Arena *a, const KitTarget *t, const char *dir, const char *id, Kit **ret,
                   const char **ret_reason) {
        Kit *k = arena_new0(a, Kit);
        k->arena = a;
        k->dir = arena_printf(a, "%s/%s", dir, id);
        int r = kit_file_read(a, k->dir, k, ret_reason);
        if (r == KIT_OK && (strcmp(k->id, id) != 0 || strcmp(k->release, t->release) != 0)) {
                *ret_reason = "it belongs to another kernel";
                r = KIT_DAMAGED;
        }
        r = r == KIT_OK ? map_files(a, k, ret_reason) : r;
        if (r == KIT_OK)
                *ret = k;
        return r;
}

int kit_open(Arena *a, const KitTarget *t, const char *const *dirs, size_t n_dirs, Diags *d, Kit **ret,
             const char **ret_reason) {
        Compiler compiler;
        const char *id, *reason = NULL;
        if (!facts_check(a, t, d, &compiler))
                return KIT_FAILED;
        int r = facts_kit_id(a, t, &compiler, &id), worst = KIT_MISSING;
        if (r < 0)
                return r;
        for (size_t i = 0; i < n_dirs; i++) {
                const char *why = NULL;
                r = open_at(a, t, dirs[i], id, ret, &why);
                if (r == KIT_OK || (r < 0 && r != -EACCES && r != -ENOENT))
                        return r;
                if (r == KIT_DAMAGED && worst == KIT_MISSING) {
                        worst = KIT_DAMAGED;
                        reason = arena_printf(a, "the kernel kit %s/%s is damaged: %s", dirs[i], id, why);
                }
        }
        if (reason)
                *ret_reason = reason;
        return worst;
}

/* ------------------------------------------------------------------ building */

/* One build at a time in a directory. The lock goes with the descriptor. */
static int lock_directory(Arena *a, const char *dir, const char *release, KitProgress progress,
                          void *userdata) {
        _cleanup_(closep) int fd = open(arena_printf(a, "%s/.lock", dir), O_RDWR | O_CREAT | O_CLOEXEC,
                                        0600);
        if (fd < 0)
                return -errno;
        if (flock(fd, LOCK_EX | LOCK_NB) == 0)
                return TAKE_FD(fd);
        if (errno != EWOULDBLOCK)
                return -errno;
        if (progress)
                progress(userdata,
                         arena_printf(a, "Waiting for another build of the kernel kit for %s", release));
        while (flock(fd, LOCK_EX) < 0)
                if (errno != EINTR)
                        return -errno;
        return TAKE_FD(fd);
}

/* A name stands for sources; an upgrade in the middle of a build would put other ones under it. */
static int check_unchanged(Arena *a, const KitTarget *t, const Compiler *c, const char *id, Diags *d) {
        const char *now;
        int r = facts_kit_id(a, t, c, &now);
        if (r < 0 || strcmp(now, id) == 0)
                return r < 0 ? r : KIT_OK;
        Diag *diag = diag_add(d, DIAG_E0604, SPAN_NONE,
                              "stapd or the compiler was changed while the kit was built");
        diag_hint(d, diag, "try again");
        return KIT_FAILED;
}

static int build_aside(Arena *a, const KitTarget *t, const Compiler *c, const char *dir, const char *id,
                       KitProgress progress, void *userdata, Diags *d) {
        char *aside = arena_printf(a, "%s/.new-XXXXXX", dir);
        if (!mkdtemp(aside))
                return -errno;
        const char *work = arena_printf(a, "%s/work", aside), *out = arena_printf(a, "%s/kit", aside);
        int r = mkdir(work, 0755) < 0 || mkdir(out, 0755) < 0 ? -errno : 0;
        r = r < 0 ? r : kit_fill(a, t, c, id, work, out, progress, userdata, d);
        r = r == KIT_OK ? check_unchanged(a, t, c, id, d) : r;
        if (r == KIT_OK)
                r = tree_replace(out, arena_printf(a, "%s/%s", dir, id));
        tree_remove(aside);
        return r;
}

int kit_build(Arena *a, const KitTarget *t, const char *dir, KitProgress progress, void *userdata, Diags *d,
              const char **ret_id) {
        Compiler compiler;
        const char *id;
        if (!facts_check(a, t, d, &compiler))
                return KIT_FAILED;
        int r = facts_kit_id(a, t, &compiler, &id);
        r = r < 0 ? r : tree_make(dir, 0755);
        if (r < 0)
                return r;
        _cleanup_(closep) int lock = lock_directory(a, dir, t->release, progress, userdata);
        if (lock < 0)
                return lock;
        /* Somebody else may have made it while we waited. */
        Kit *made;
        const char *reason = NULL;
        r = open_at(a, t, dir, id, &made, &reason);
        if (r != KIT_OK)
                r = build_aside(a, t, &compiler, dir, id, progress, userdata, d);
        if (r == KIT_OK)
                *ret_id = id;
        return r;
}
