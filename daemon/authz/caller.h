/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * Who is at the other end of a socket: taken from the kernel when the connection was made, never from a
 * message.
 */
#include <stdbool.h>
#include <sys/types.h>

typedef struct Caller {
        uid_t uid;
        gid_t gid;
        pid_t pid;
        gid_t *groups; /* supplementary */
        unsigned n_groups;
} Caller;

/* From SO_PEERCRED and SO_PEERGROUPS. Negative errno. */
int caller_from_socket(int fd, Caller *ret);
void caller_done(Caller *c);
bool caller_in_group(const Caller *c, gid_t gid);
