/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * The socket of the service: anybody may connect; who may do what is decided per call. Connections are
 * charged to the uid at the other end.
 */
#include "session/manager.h"

#define SERVER_CONNECTIONS_MAX 512    /* besides one for each session that the configuration allows */
#define SERVER_CONNECTIONS_PER_UID 64 /* likewise */

typedef struct Server Server;

/* Serves on a listening socket, which it takes. Negative errno. */
int server_new(sd_event *event, Manager *manager, int listen_fd, Server **ret);
Server *server_free(Server *s);
/* Makes a listening AF_UNIX socket that anybody may connect to; replaces a stale one, but -EADDRINUSE when
 * somebody still listens there. Beside it stands PATH.lock, held until the process ends. Returns the fd. */
int server_listen(const char *path);

/* Takes over the clients of the sessions that an earlier stapd left. */
void server_adopt(Server *s);

/* One connection went away. */
struct Connection;
void server_forget(Server *s, struct Connection *c);
/* What it holds by now. When that is more than its user may have waiting, his slowest connection is dropped:
 * it may be this one. */
void server_charge(Server *s, struct Connection *c, size_t bytes);
