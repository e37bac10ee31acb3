/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * One client. Calls are answered in order, one at a time: a call that waits (a compilation, a kit) holds back
 * what the client sends after it, and so do replies that it does not read. What a call that waits has to tell
 * queues up to a bound; a client that lets it grow beyond that is let go. Each client has a few calls answered
 * in its turn.
 */
#include "api/varlink.h"
#include "session/manager.h"

#define CONNECTION_MAX_QUEUED (8u << 20) /* bytes of replies */

typedef struct Connection Connection;
typedef struct Server Server;

/* What a call that waits does when the client goes away: it must not call back any more. */
typedef void (*CallGone)(Connection *c, void *userdata);

struct Connection {
        Server *server;
        Manager *manager;
        sd_event *event;
        Connection *prev, *next;
        int fd;
        Caller caller;
        Buf in, out;
        sd_event_source *source, *timeout, *deferred;
        VarlinkCall call;   /* the one that is being answered */
        bool busy;          /* it waits */
        bool has_message;   /* there may be a whole one in `in` */
        bool ended;         /* the client sends no more; it may still read */
        bool closing;       /* when what is queued has been sent */
        void (*upgrade)(Connection *c, int fd, void *userdata);
        CallGone gone;      /* of the call that waits */
        void *gone_data;
        CallGone untie;     /* of what belongs to the connection: a session */
        void *tied;
};

/* Takes fd and caller, also when it fails. */
int connection_new(sd_event *event, Server *server, Manager *manager, int fd, Caller *caller, Connection **ret);
void connection_close(Connection *c);

/* Answers the call: the last reply, or one of several (only when it said `more`). Takes the parameters. */
void connection_reply(Connection *c, json_object *parameters);
void connection_reply_more(Connection *c, json_object *parameters);
/* name: "NoSuchSession" ... of our interface, or a full name. Takes the parameters. */
void connection_error(Connection *c, const char *name, json_object *parameters);
/* An error with one text parameter. */
void connection_error_text(Connection *c, const char *name, const char *parameter, const char *text);

/* The call waits: it is answered later. `gone` is called when the client goes before that. */
void connection_wait(Connection *c, CallGone gone, void *userdata);
/* Ties something to the connection, whatever calls follow; `untie` is called when the connection goes.
 * NULL: it is tied no longer. */
void connection_tie(Connection *c, CallGone untie, void *userdata);
/* After the reply is out, `upgrade` gets the socket (which it owns), and the connection is gone; `gone` is
 * called instead when the client went before. */
void connection_hand_over(Connection *c, json_object *reply, void (*upgrade)(Connection *c, int fd, void *userdata),
                          CallGone gone, void *userdata);
