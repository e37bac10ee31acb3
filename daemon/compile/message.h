/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * JSON messages with descriptors over the sockets of compile-protocol.h.
 */
#include <json-c/json.h>
#include <stddef.h>

static inline void json_putp(json_object **o) {
        json_object_put(*o);
}

/* Large ones travel as a memory file. Negative errno. */
int message_send(int socket, json_object *o, const int *fds, size_t n_fds);
/* 1: *ret is the caller's; 0: the other side closed; -EBADMSG: not a JSON object. *n_fds: in: room, out:
 * how many. */
int message_receive(int socket, json_object **ret, int *fds, size_t *n_fds);
