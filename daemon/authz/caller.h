/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * Who is at the other end of a socket: taken from the kernel when the connection was made, never from a
 * message.
 */
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

typedef struct Caller {
        uid_t uid;
        gid_t gid;
        pid_t pid;
        gid_t *groups; /* supplementary */
        unsigned n_groups;
        uint64_t start_time; /* of the process, in clock ticks since boot: the pid may be another's one day. 0: not known */
        char *bus_name;      /* its unique name on the message bus, or NULL */
} Caller;

/* From SO_PEERCRED and SO_PEERGROUPS. Negative errno. */
int caller_from_socket(int fd, Caller *ret);
/* A user as he would be after a login, without a process. -ESRCH: there is none. */
int caller_look_up(uid_t uid, Caller *ret);
void caller_done(Caller *c);
int caller_copy(const Caller *c, Caller *ret);
/* Once the pid is known. */
void caller_read_start_time(Caller *c);
/* A pidfd of the very process that called. -ESRCH: it is gone, or cannot be told from another. */
int caller_open_process(const Caller *c);
bool caller_in_group(const Caller *c, gid_t gid);
