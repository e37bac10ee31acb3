/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * File descriptors: messages with descriptors over AF_UNIX sockets, sealed memory files, and whole reads and
 * writes. Everything is close-on-exec. Negative errno on error.
 */
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define FDS_MAX 64 /* descriptors in one message */

/* Sends one message with descriptors (which stay the caller's). */
int fds_send(int sock, const void *data, size_t len, const int *fds, size_t n_fds);
/* Makes fds_send() and fds_recv() fail with -EAGAIN instead of waiting for the other side. */
int fds_never_wait(int sock);
/* Receives one message. *n_fds: in: room, out: how many came; surplus ones are closed and -EBADMSG returned,
 * as for a message longer than `size`. Returns its length; 0: the other side closed. */
ssize_t fds_recv(int sock, void *data, size_t size, int *fds, size_t *n_fds);

/* A memory file with this content, sealed against every change. Returns the fd. */
int fds_new_sealed(const char *name, const void *data, size_t len);
/* Makes an existing memory file unchangeable. */
int fds_seal(int fd);
/* True when nobody can change the content any more. */
int fds_is_sealed(int fd);

/* The whole file, from its start, with a NUL after it; -EFBIG when it is longer than `max`. Caller frees. */
int fds_read_all(int fd, size_t max, char **ret, size_t *ret_len);
int fds_read_file(const char *path, size_t max, char **ret, size_t *ret_len);
int fds_write_all(int fd, const void *data, size_t len);
/* Writes aside, syncs and renames. */
int fds_write_file_atomic(const char *path, const void *data, size_t len, mode_t mode);
