/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "authz/caller.h"
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "base/cleanup.h"

#ifndef SO_PEERGROUPS
#define SO_PEERGROUPS 59
#endif
#ifndef SO_PEERPIDFD
#define SO_PEERPIDFD 77 /* Linux 6.5 */
#endif

static int read_groups(int fd, Caller *c) {
        socklen_t size = 64 * sizeof(gid_t);
        for (int attempt = 0; attempt < 3; attempt++) {
                _cleanup_(freep) gid_t *groups = malloc(size);
                if (!groups)
                        return -ENOMEM;
                if (getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, groups, &size) >= 0) {
                        c->groups = TAKE_PTR(groups);
                        c->n_groups = size / sizeof(gid_t);
                        return 0;
                }
                if (errno != ERANGE) /* ERANGE: `size` is now what it takes */
                        return -errno;
        }
        return -ERANGE;
}

/* ------------------------------------------------------------------ the process */

/* Field 22 of proc(5)'s stat; the name before it may contain anything. */
static uint64_t read_start_time(pid_t pid) {
        char path[48], text[1024];
        snprintf(path, sizeof(path), "/proc/%d/stat", (int) pid);
        _cleanup_(closep) int fd = open(path, O_RDONLY | O_CLOEXEC);
        ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);
        if (n <= 0)
                return 0;
        text[n] = 0;
        unsigned long long start = 0;
        const char *rest = strrchr(text, ')');
        if (!rest ||
            sscanf(rest + 1,
                   " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %*d %*d %llu",
                   &start) != 1)
                return 0;
        return start;
}

static bool has_exited(int pidfd) {
        struct pollfd p = { .fd = pidfd, .events = POLLIN };
        return poll(&p, 1, 0) != 0;
}

void caller_read_start_time(Caller *c) {
        c->start_time = c->pid > 0 ? read_start_time(c->pid) : 0;
}

int caller_open_process(const Caller *c) {
        if (c->pid <= 0 || c->start_time == 0)
                return -ESRCH;
        _cleanup_(closep) int fd = (int) syscall(SYS_pidfd_open, c->pid, 0);
        if (fd < 0)
                return -errno;
        /* In this order: whoever it is that the fd is of, he had the pid when it was asked for. */
        if (read_start_time(c->pid) != c->start_time || has_exited(fd))
                return -ESRCH;
        return TAKE_FD(fd);
}

/* Where the kernel knows the process itself and not just its number, one that has exited since leaves no
 * time. */
static void read_peer_start_time(int socket, Caller *c) {
        int fd = -1;
        socklen_t size = sizeof(fd);
        bool known = getsockopt(socket, SOL_SOCKET, SO_PEERPIDFD, &fd, &size) >= 0;
        caller_read_start_time(c);
        if (known && has_exited(fd))
                c->start_time = 0;
        if (known)
                close(fd);
}

/* ------------------------------------------------------------------ itself */

int caller_copy(const Caller *c, Caller *ret) {
        Caller copy = *c;
        copy.groups = NULL;
        copy.bus_name = c->bus_name ? strdup(c->bus_name) : NULL;
        if (c->bus_name && !copy.bus_name)
                return -ENOMEM;
        if (c->n_groups > 0 && !(copy.groups = malloc(c->n_groups * sizeof(*c->groups)))) {
                free(copy.bus_name);
                return -ENOMEM;
        }
        if (c->n_groups > 0)
                memcpy(copy.groups, c->groups, c->n_groups * sizeof(*c->groups));
        *ret = copy;
        return 0;
}

int caller_from_socket(int fd, Caller *ret) {
        struct ucred cred;
        socklen_t size = sizeof(cred);
        if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &size) < 0)
                return -errno;
        Caller c = { .uid = cred.uid, .gid = cred.gid, .pid = cred.pid };
        int r = read_groups(fd, &c);
        if (r < 0)
                return r;
        read_peer_start_time(fd, &c);
        *ret = c;
        return 0;
}

int caller_look_up(uid_t uid, Caller *ret) {
        const struct passwd *pw = getpwuid(uid);
        int n = 256;
        if (!pw)
                return -ESRCH;
        Caller c = { .uid = uid, .gid = pw->pw_gid, .groups = malloc((size_t) n * sizeof(gid_t)) };
        if (!c.groups)
                return -ENOMEM;
        if (getgrouplist(pw->pw_name, pw->pw_gid, c.groups, &n) >= 0)
                c.n_groups = (unsigned) n;
        *ret = c;
        return 0;
}

void caller_done(Caller *c) {
        free(c->groups);
        free(c->bus_name);
        *c = (Caller) {};
}

bool caller_in_group(const Caller *c, gid_t gid) {
        if (c->gid == gid)
                return true;
        for (unsigned i = 0; i < c->n_groups; i++)
                if (c->groups[i] == gid)
                        return true;
        return false;
}
