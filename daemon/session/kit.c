/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "session/kit.h"
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/cleanup.h"
#include "base/tree.h"
#include "run/module.h"
#include "runtime/abi.h"
#include "session/process.h"

#define CORE "stapd_core"
#define DEVICE_WAIT_STEPS 100 /* of 10 ms: udev or devtmpfs makes the node */

bool kit_id_is_valid(const char *id) {
        size_t n = strlen(id);
        if (n == 0 || n > 200 || id[0] == '.')
                return false;
        for (; *id; id++)
                if (!isalnum((unsigned char) *id) && !strchr(".-_+", *id))
                        return false;
        return true;
}

int kit_staging_new(const char *kit_dir, const char *user, char **ret) {
        int r = tree_make(kit_dir, 0755);
        if (r < 0)
                return r;
        _cleanup_(freep) char *path = NULL;
        if (asprintf(&path, "%s/.staging-XXXXXX", kit_dir) < 0)
                return -ENOMEM;
        if (!mkdtemp(path))
                return -errno;
        r = directory_give(path, user);
        if (r < 0) {
                (void) tree_remove(path);
                return r;
        }
        *ret = TAKE_PTR(path);
        return 0;
}

int kit_install(const char *kit_dir, const char *staging, const char *id, unsigned keep) {
        _cleanup_(freep) char *from = NULL, *to = NULL;
        if (!kit_id_is_valid(id))
                return -EINVAL;
        if (asprintf(&from, "%s/%s", staging, id) < 0)
                return -ENOMEM;
        if (asprintf(&to, "%s/%s", kit_dir, id) < 0)
                return -ENOMEM;
        int r = directory_take_over(from);
        if (r >= 0)
                r = tree_remove(to);
        if (r >= 0 && rename(from, to) < 0)
                r = -errno;
        if (r >= 0) {
                (void) tree_touch(to);
                r = tree_prune(kit_dir, keep, id);
        }
        int k = tree_remove(staging);
        return r < 0 ? r : k;
}

/* 0: not loaded; 1: loaded, *ret_hash is its interface; negative errno. */
static int core_hash(uint64_t *ret_hash) {
        _cleanup_(closep) int fd = open(STP_DEVICE, O_RDWR | O_CLOEXEC);
        if (fd < 0)
                return errno == ENOENT || errno == ENXIO || errno == ENODEV ? 0 : -errno;
        struct stp_version version = {};
        if (ioctl(fd, STP_IOC_VERSION, &version) < 0)
                return -errno;
        *ret_hash = version.abi == STP_ABI_VERSION ? version.hash : 0;
        return 1;
}

static int wait_for_device(uint64_t *ret_hash) {
        for (unsigned i = 0; i < DEVICE_WAIT_STEPS; i++) {
                int r = core_hash(ret_hash);
                if (r != 0)
                        return r;
                usleep(10000);
        }
        return -ENODEV;
}

static int load_file(const char *kit_dir, const char *id, const SigningKey *key) {
        _cleanup_(freep) char *path = NULL;
        if (asprintf(&path, "%s/%s/" CORE ".ko", kit_dir, id) < 0)
                return -ENOMEM;
        _cleanup_(closep) int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
        if (fd < 0)
                return -errno;
        struct stat st;
        if (fstat(fd, &st) < 0)
                return -errno;
        if (!S_ISREG(st.st_mode) || st.st_uid != 0 || (st.st_mode & 022))
                return -EUCLEAN;
        _cleanup_(closep) int signed_fd = module_sign(fd, key);
        if (signed_fd < 0 && signed_fd != -ENOKEY)
                return signed_fd;
        return signed_fd < 0 ? module_load(fd, /* sealed= */ false) : module_load(signed_fd, /* sealed= */ true);
}

/* Of the kits, the one that was used last goes last: see kit_install(). */
static void touch(const char *kit_dir, const char *id) {
        _cleanup_(freep) char *path = NULL;
        if (asprintf(&path, "%s/%s", kit_dir, id) >= 0)
                (void) tree_touch(path);
}

int kit_load_core(const char *kit_dir, const char *id, uint64_t abi_hash, const SigningKey *key) {
        uint64_t hash = 0;
        if (kit_id_is_valid(id))
                touch(kit_dir, id);
        int r = core_hash(&hash);
        if (r < 0)
                return r;
        if (r == 1 && hash == abi_hash)
                return 0;
        if (r == 1 && module_unload(CORE) < 0)
                return -EPROTO;
        if (!kit_id_is_valid(id))
                return -EINVAL;
        r = load_file(kit_dir, id, key);
        if (r < 0 && r != -EEXIST)
                return r;
        r = wait_for_device(&hash);
        if (r < 0)
                return r;
        return hash == abi_hash ? 0 : -EPROTO;
}

void kit_unload_core(void) {
        (void) module_unload(CORE);
}
