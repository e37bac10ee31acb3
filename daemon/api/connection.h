/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * One client. Calls are answered in order, one at a time: a call that waits (a compilation, a kit) holds
 * back what the client sends after it, and so do replies that it does not read. What a call that waits has
 * to tell queues up to a bound; a client that lets it grow beyond that is let go. Each client has a few
 * calls answered in its turn.
 */
#include "api/call.h"
#include "api/varlink.h"

#define CONNECTION_MAX_QUEUED (8u << 20) /* bytes of replies */

typedef struct Connection Connection;
typedef struct Server Server;

struct Connection {
        Call call;          /* the one that is being answered */
        VarlinkCall message; /* what it was read from */
        Peer peer;
        Server *server;
        sd_event *event;
        Connection *prev, *next;
        int fd;
        Buf in, out;
        struct Account *account; /* of its uid; the server's */
        size_t charged;          /* bytes of `in` and `out` */
        sd_event_source *source, *timeout, *deferred;
        bool busy;          /* it waits */
        bool has_message;   /* there may be a whole one in `in` */
        bool ended;         /* the client sends no more; it may still read */
        bool closing;       /* when what is queued has been sent */
        CallUpgrade upgrade;
};

/* Takes fd and caller, also when it fails. */
int connection_new(sd_event *event, Server *server, Manager *manager, int fd, Caller *caller,
                   Connection **ret);
void connection_close(Connection *c);
/* Forgets what it holds; it is closed in a moment. */
void connection_drop(Connection *c);

/* Answers every call that has come and does not have to wait. */
void connection_process(Connection *c);
/* A client of an earlier stapd, whose Start made the session, and may wait for its last reply. */
void connection_adopt(Connection *c, Session *s);
/* Makes the call of the message that has been read. */
void connection_set_call(Connection *c);
