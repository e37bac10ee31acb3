/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * x86's compressed kernel image, as the boot protocol (Documentation/arch/x86/boot.rst) lays it out:
 *
 *      0x1f1  u8   setup_sects: 512-byte sectors of real-mode code after the first; 0 means 4
 *      0x202  "HdrS"
 *      0x248  u32  payload_offset, from the start of the protected-mode code
 *      0x24c  u32  payload_length
 *
 * The payload is the compressed vmlinux and, after it, its unpacked size in 4 bytes. The usual programs
 * unpack it: each machine that has such a kernel has had the one it needs for its initramfs.
 */
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include "base/cleanup.h"
#include "base/fds.h"
#include "debuginfo/image.h"

#define BZIMAGE_MAX ((size_t) 256 << 20)

extern char **environ;

static const struct { unsigned char magic[4]; unsigned n; const char *argv[4]; } packers[] = {
        { { 0xfd, '7', 'z', 'X' }, 4, { "xz", "-dcq", "--single-stream" } },
        { { 0x28, 0xb5, 0x2f, 0xfd }, 4, { "zstd", "-dcq" } },
        { { 0x1f, 0x8b }, 2, { "gzip", "-dcq" } },
        { { 'B', 'Z', 'h' }, 3, { "bzip2", "-dcq" } },
        { { 0x5d, 0, 0 }, 3, { "xz", "-dcq", "--format=lzma" } },
        { { 0x02, 0x21, 0x4c, 0x18 }, 4, { "lz4", "-dcq" } },
};

static unsigned le32(const char *p) {
        const unsigned char *u = (const unsigned char *) p;
        return u[0] | u[1] << 8 | u[2] << 16 | (unsigned) u[3] << 24;
}

/* The payload's place in the image; -EBADMSG. */
static int find_payload(const char *image, size_t len, const char **ret, size_t *ret_len) {
        if (len < 0x250 || memcmp(image + 0x202, "HdrS", 4) != 0)
                return -EBADMSG;
        size_t sectors = (unsigned char) image[0x1f1] ?: 4;
        size_t start = (sectors + 1) * 512 + le32(image + 0x248), n = le32(image + 0x24c);
        if (start > len || n > len - start || n < 8)
                return -EBADMSG;
        *ret = image + start;
        *ret_len = n - 4;
        return 0;
}

static int find_packer(const char *payload, size_t *ret) {
        for (size_t i = 0; i < ELEMENTSOF(packers); i++)
                if (memcmp(payload, packers[i].magic, packers[i].n) == 0) {
                        *ret = i;
                        return 0;
                }
        return -EBADMSG;
}

/* Runs the program from `in` to `out`. */
static int run_packer(const char *const *argv, int in, int out) {
        posix_spawn_file_actions_t actions;
        int r = -posix_spawn_file_actions_init(&actions);
        if (r < 0)
                return r;
        pid_t pid;
        r = -posix_spawn_file_actions_adddup2(&actions, in, STDIN_FILENO);
        if (r >= 0)
                r = -posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
        if (r >= 0)
                r = -posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
        if (r >= 0)
                r = -posix_spawnp(&pid, argv[0], &actions, NULL, (char **) argv, environ);
        posix_spawn_file_actions_destroy(&actions);
        if (r < 0)
                return r;
        int status;
        while (waitpid(pid, &status, 0) < 0)
                if (errno != EINTR)
                        return -errno;
        if (WIFEXITED(status) && WEXITSTATUS(status) == 127)
                return -ENOENT;
        return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : -EBADMSG;
}

int image_unpack(const char *path, const char **ret_tool) {
        _cleanup_(freep) char *image = NULL;
        _cleanup_(closep) int in = -1, out = -1;
        const char *payload;
        size_t len, packer;

        int r = fds_read_file(path, BZIMAGE_MAX, &image, &len);
        if (r >= 0)
                r = find_payload(image, len, &payload, &len);
        if (r >= 0)
                r = find_packer(payload, &packer);
        if (r < 0)
                return r;

        in = fds_new_sealed("kernel-payload", payload, len);
        out = memfd_create("kernel-image", MFD_CLOEXEC);
        if (in < 0 || out < 0)
                return in < 0 ? in : -errno;
        lseek(in, 0, SEEK_SET);
        r = run_packer(packers[packer].argv, in, out);
        if (r == -ENOENT)
                *ret_tool = packers[packer].argv[0];
        struct stat st;
        if (r >= 0 && (fstat(out, &st) < 0 || (size_t) st.st_size > IMAGE_MAX))
                r = -EBADMSG;
        return r < 0 ? r : TAKE_FD(out);
}
