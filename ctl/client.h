/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * The client's side of the Varlink socket: one connection, one call at a time. Everything here tells the
 * user what went wrong itself and returns an exit status (EXIT_* of main.h) or a negative errno.
 */
#include <json-c/json.h>
#include <stdbool.h>
#include "base/buf.h"

typedef struct Client {
        int fd;
        Buf in;
        bool heard; /* something was answered once */
} Client;

#define CLIENT_INIT ((Client) { .fd = -1 })

typedef struct Reply {
        json_object *message;    /* owns the rest */
        const char *error;       /* full name, or NULL */
        json_object *parameters; /* never NULL */
        bool continues;
        bool again; /* to a call that was made more than once, since stapd went away meanwhile */
} Reply;

/* To stapd here, or on the machine of -H. Negative errno; the reason has been printed. */
int client_connect(Client *c);
/* Here, and without an agent that would ask for passwords. */
int client_connect_alone(Client *c);
void client_done(Client *c);

/* Sends a call of our interface, or of the one that stands before the method. Takes the parameters. flag:
 * "more", "upgrade" or NULL. Negative errno, printed. */
int client_send(Client *c, const char *method, json_object *parameters, const char *flag);
/* Takes a reply that has been received. 1: it is in *ret; 0: none is whole yet; negative errno. */
int client_take(Client *c, Reply *ret);
/* Reads what there is. 1: something came; 0: the daemon closed the connection; negative errno. */
int client_receive(Client *c);
/* Waits for the next reply. Negative errno, printed. */
int client_wait(Client *c, Reply *ret);
/* The same three without a word. */
int client_reconnect(Client *c);
int client_post(Client *c, const char *method, json_object *parameters, const char *flag);
int client_next(Client *c, Reply *ret);

/* ask.c. Sends and waits for the one reply. When stapd goes away meanwhile it is asked again, if the call
 * may be made twice, for a few seconds. Negative errno, printed. */
int client_call(Client *c, const char *method, json_object *parameters, Reply *ret);
/* The same with a flag: *ret is the first reply. */
int client_begin(Client *c, const char *method, json_object *parameters, const char *flag, Reply *ret);
/* A call with several replies: calls back for this member of each that has it (NULL: for their parameters),
 * once all of them are there. Returns an exit status. */
int client_each(Client *c, const char *method, json_object *parameters, const char *member,
                void (*each)(void *userdata, json_object *o), void *userdata);
/* Between two attempts; false: it is no use any more. */
bool client_pause(unsigned attempt);
void reply_done(Reply *r);

/* Of our interface, without its name. */
bool reply_is_error(const Reply *r, const char *name);
/* Prints an error reply as a person wants to read it and returns the exit status that it stands for. */
int reply_print_error(const Reply *r);

/* The exit status that the result word of an outcome stands for. */
int outcome_status(const char *result);

/* Members of an object; "" and 0 when they are not there. */
const char *member_text(json_object *o, const char *name);
int64_t member_number(json_object *o, const char *name);
/* {"id": id}, to be added to. */
json_object *parameters_with_id(const char *id);
