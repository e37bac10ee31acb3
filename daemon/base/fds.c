/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/fds.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include "base/cleanup.h"

#define KERNEL_FDS_MAX 253 /* SCM_MAX_FD: no message can carry more */
#define SEALS (F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE)

typedef union {
        struct cmsghdr align;
        char bytes[CMSG_SPACE(KERNEL_FDS_MAX * sizeof(int))];
} Control;

int fds_never_wait(int sock) {
        int flags = fcntl(sock, F_GETFL);
        return flags < 0 || fcntl(sock, F_SETFL, flags | O_NONBLOCK) < 0 ? -errno : 0;
}

int fds_send(int sock, const void *data, size_t len, const int *fds, size_t n_fds) {
        if (n_fds > FDS_MAX)
                return -E2BIG;
        Control control = {};
        struct iovec iov = { .iov_base = (void *) data, .iov_len = len };
        struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };
        if (n_fds > 0) {
                msg.msg_control = control.bytes;
                msg.msg_controllen = CMSG_SPACE(n_fds * sizeof(int));
                struct cmsghdr *c = CMSG_FIRSTHDR(&msg);
                c->cmsg_level = SOL_SOCKET;
                c->cmsg_type = SCM_RIGHTS;
                c->cmsg_len = CMSG_LEN(n_fds * sizeof(int));
                memcpy(CMSG_DATA(c), fds, n_fds * sizeof(int));
        }
        ssize_t n;
        do
                n = sendmsg(sock, &msg, MSG_NOSIGNAL);
        while (n < 0 && errno == EINTR);
        if (n < 0)
                return -errno;
        /* A stream socket may take a part; the descriptors went with its first byte. */
        return (size_t) n < len ? fds_write_all(sock, (const char *) data + n, len - (size_t) n) : 0;
}

/* Moves the descriptors of the message into fds[]; those that find no room are closed. Returns how many
 * came. */
static size_t take_fds(struct msghdr *msg, int *fds, size_t room) {
        size_t n = 0;
        for (struct cmsghdr *c = CMSG_FIRSTHDR(msg); c; c = CMSG_NXTHDR(msg, c)) {
                if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
                        continue;
                size_t count = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
                for (size_t i = 0; i < count; i++, n++) {
                        int fd;
                        memcpy(&fd, CMSG_DATA(c) + i * sizeof(int), sizeof(int));
                        if (n < room)
                                fds[n] = fd;
                        else
                                close(fd);
                }
        }
        return n;
}

ssize_t fds_recv(int sock, void *data, size_t size, int *fds, size_t *n_fds) {
        Control control;
        struct iovec iov = { .iov_base = data, .iov_len = size };
        struct msghdr msg = {
                .msg_iov = &iov, .msg_iovlen = 1,
                .msg_control = control.bytes, .msg_controllen = sizeof(control.bytes),
        };
        size_t room = n_fds ? *n_fds : 0;
        ssize_t n;
        do
                n = recvmsg(sock, &msg, MSG_CMSG_CLOEXEC);
        while (n < 0 && errno == EINTR);
        if (n < 0)
                return -errno;
        size_t came = take_fds(&msg, fds, room);
        if (came > room || (msg.msg_flags & (MSG_TRUNC | MSG_CTRUNC))) {
                for (size_t i = 0; i < MIN2(came, room); i++)
                        close(fds[i]);
                if (n_fds)
                        *n_fds = 0;
                return -EBADMSG;
        }
        if (n_fds)
                *n_fds = came;
        return n;
}

int fds_new_sealed(const char *name, const void *data, size_t len) {
        _cleanup_(closep) int fd = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);
        if (fd < 0)
                return -errno;
        int r = fds_write_all(fd, data, len);
        if (r < 0)
                return r;
        if (lseek(fd, 0, SEEK_SET) < 0)
                return -errno;
        r = fds_seal(fd);
        return r < 0 ? r : TAKE_FD(fd);
}

int fds_seal(int fd) {
        return fcntl(fd, F_ADD_SEALS, SEALS | F_SEAL_SEAL) < 0 ? -errno : 0;
}

int fds_is_sealed(int fd) {
        int seals = fcntl(fd, F_GET_SEALS);
        return seals >= 0 && (seals & SEALS) == SEALS;
}

/* From the start where the file can seek, as it comes where it cannot (a pipe). */
static ssize_t read_at(int fd, void *data, size_t len, size_t offset, bool *seeks) {
        for (;;) {
                ssize_t n = *seeks ? pread(fd, data, len, (off_t) offset) : read(fd, data, len);
                if (n >= 0)
                        return n;
                if (errno == ESPIPE && *seeks)
                        *seeks = false;
                else if (errno != EINTR)
                        return -errno;
        }
}

int fds_read_all(int fd, size_t max, char **ret, size_t *ret_len) {
        _cleanup_(freep) char *data = NULL;
        size_t len = 0, cap = 4096;
        bool seeks = true;
        struct stat st;
        /* One byte more than the file, so that its end shows in one read, and one for the NUL. */
        if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size > 0)
                cap = MIN2((size_t) st.st_size, max) + 2;
        for (;;) {
                if (!data || len + 1 == cap) {
                        cap = data ? cap * 2 : cap;
                        char *more = realloc(data, cap);
                        if (!more)
                                return -ENOMEM;
                        data = more;
                }
                ssize_t n = read_at(fd, data + len, cap - 1 - len, len, &seeks);
                if (n < 0)
                        return (int) n;
                len += (size_t) n;
                if (len > max)
                        return -EFBIG;
                if (n == 0)
                        break;
        }
        data[len] = 0;
        *ret = TAKE_PTR(data);
        if (ret_len)
                *ret_len = len;
        return 0;
}

int fds_read_file(const char *path, size_t max, char **ret, size_t *ret_len) {
        _cleanup_(closep) int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
        return fd < 0 ? -errno : fds_read_all(fd, max, ret, ret_len);
}

int fds_write_all(int fd, const void *data, size_t len) {
        for (const char *p = data; len > 0;) {
                ssize_t n = write(fd, p, len);
                if (n < 0 && errno == EINTR)
                        continue;
                if (n < 0)
                        return -errno;
                p += n;
                len -= (size_t) n;
        }
        return 0;
}

/* Makes the rename itself durable. */
static int sync_directory_of(const char *path) {
        _cleanup_(freep) char *copy = strdup(path);
        if (!copy)
                return -ENOMEM;
        char *slash = strrchr(copy, '/');
        if (slash)
                slash[slash == copy] = 0;
        _cleanup_(closep) int fd = open(slash ? copy : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (fd < 0)
                return -errno;
        return fsync(fd) < 0 && errno != EINVAL ? -errno : 0;
}

static int write_and_sync(int fd, const void *data, size_t len, mode_t mode) {
        if (fchmod(fd, mode) < 0)
                return -errno;
        int r = fds_write_all(fd, data, len);
        if (r < 0)
                return r;
        return fsync(fd) < 0 ? -errno : 0;
}

int fds_write_file_atomic(const char *path, const void *data, size_t len, mode_t mode) {
        _cleanup_(freep) char *aside = NULL;
        if (asprintf(&aside, "%s.XXXXXX", path) < 0) {
                aside = NULL;
                return -ENOMEM;
        }
        _cleanup_(closep) int fd = mkostemp(aside, O_CLOEXEC);
        if (fd < 0)
                return -errno;
        int r = write_and_sync(fd, data, len, mode);
        if (r == 0 && rename(aside, path) < 0)
                r = -errno;
        if (r < 0) {
                unlink(aside);
                return r;
        }
        return sync_directory_of(path);
}
