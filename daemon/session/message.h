/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * The messages between stapd and its compiler: JSON objects over a socket that keeps their bounds, with
 * descriptors; one that is too large for the socket goes as a sealed memory file. One thread.
 */
#include <json-c/json.h>
#include <stddef.h>

/* One message of the other side. Returns 1; 0 at the end; -EBADMSG for what is no JSON object; negative
 * errno.
 * *ret is the caller's; *ret_fd the first descriptor that came with it, the caller's to close, or -1. */
int message_receive(int socket, json_object **ret, int *ret_fd);
/* The descriptors (three at most) stay the caller's. */
int message_send(int socket, json_object *o, const int *fds, size_t n_fds);
/* A member's text; NULL when there is none, or no object. Borrowed. */
const char *message_text(json_object *o, const char *key);
