/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "authz/caller.h"
#include <errno.h>
#include <sys/socket.h>
#include "base/cleanup.h"

#ifndef SO_PEERGROUPS
#define SO_PEERGROUPS 59
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

int caller_from_socket(int fd, Caller *ret) {
        struct ucred cred;
        socklen_t size = sizeof(cred);
        if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &size) < 0)
                return -errno;
        Caller c = { .uid = cred.uid, .gid = cred.gid, .pid = cred.pid };
        int r = read_groups(fd, &c);
        if (r < 0)
                return r;
        *ret = c;
        return 0;
}

void caller_done(Caller *c) {
        free(c->groups);
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
