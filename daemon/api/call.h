/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * One call of one client, whichever way it came: a verb (verbs.h) reads its parameters, and answers or
 * waits; the transport below it is Varlink's (connection.c) or D-Bus's (bus.c).
 */
#include <json-c/json.h>
#include "session/manager.h"

typedef struct Call Call;
typedef struct Peer Peer;
typedef struct Tie Tie;

/* What a call that waits does when the client goes away: it must not call back any more. */
typedef void (*CallGone)(Call *c, void *userdata);
/* Gets a socket that is its own from now on, after the reply is out. */
typedef void (*CallUpgrade)(const Caller *caller, Manager *m, int fd, void *userdata);

/* The client behind the calls: what is tied to it goes when it goes. */
struct Peer {
        Caller caller;
        Tie *ties;
        bool single;              /* a Varlink connection: it may have one session at a time */
        void (*untied)(Peer *p);  /* the last tie has gone */
        void (*keep)(Peer *p, Session *s); /* so that the next stapd can tie the session to this client again */
};

typedef struct CallTransport {
        void (*reply)(Call *c, json_object *parameters, bool continues);
        void (*error)(Call *c, const char *name, json_object *parameters);
        void (*wait)(Call *c);
        void (*hand_over)(Call *c, json_object *reply, CallUpgrade upgrade, CallGone gone, void *userdata);
        void (*again)(Call *c);
        size_t (*queued)(const Call *c); /* bytes of replies that the client has not taken */
} CallTransport;

struct Call {
        const CallTransport *transport;
        Manager *manager;
        Peer *peer;
        const Caller *caller;     /* of the peer */
        const char *method;       /* full name, as Varlink has it */
        json_object *parameters;  /* an object, never NULL */
        bool more, oneway, upgrade;
        bool interactive;         /* polkit may ask somebody to authenticate */
        struct {
                const char *action; /* of polkit, that it has been asked; NULL: nothing has */
                char about[SESSION_ID_LENGTH + 1]; /* the session, or "" */
                Verb verb;
                bool granted;
        } asked;
        char rule[256];           /* what let the caller do it: a rule's place, "built in", polkit's action */
        CallGone gone;            /* of a call that waits */
        CallGone drained;         /* of one that sends many replies: the client has taken all of them */
        void *gone_data;
};

/* Answers the call: the last reply, or one of several (left out unless it said `more`). Takes the
 * parameters. */
void call_reply(Call *c, json_object *parameters);
void call_reply_more(Call *c, json_object *parameters);
/* name: "NoSuchSession" ... of our interface, or a full name. Takes the parameters. */
void call_error(Call *c, const char *name, json_object *parameters);
/* An error with one text parameter. */
void call_error_text(Call *c, const char *name, const char *parameter, const char *text);
/* More than one user may have; the reason says of what, how much, and by which setting. */
void call_error_quota(Call *c, const char *resource, int64_t limit, const char *reason);
/* The same for what a setting of stapd.conf bounds. */
void call_error_megabytes(Call *c, const char *resource, unsigned megabytes, const char *what, const char *setting);
/* The call waits: it is answered later. `gone` is called when the client goes before that. */
void call_wait(Call *c, CallGone gone, void *userdata);
/* After the reply is out, `upgrade` gets a socket to the client; `gone` is called when the client went
 * before. */
void call_hand_over(Call *c, json_object *reply, CallUpgrade upgrade, CallGone gone, void *userdata);
/* The call that waited is made once more, from its beginning: what it waited for is there. */
void call_again(Call *c);
size_t call_queued(const Call *c);

/* Ties something to the client, whatever calls follow; `gone` is called, once, when the client goes.
 * NULL: no memory. */
Tie *peer_tie(Peer *p, void (*gone)(void *userdata), void *userdata);
Tie *peer_untie(Tie *t);
/* The client goes: everything that is tied to it hears so. */
void peer_done(Peer *p);
