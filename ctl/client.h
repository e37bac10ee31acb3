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
} Client;

#define CLIENT_INIT ((Client) { .fd = -1 })

typedef struct Reply {
        json_object *message;    /* owns the rest */
        const char *error;       /* full name, or NULL */
        json_object *parameters; /* never NULL */
        bool continues;
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
/* Sends and waits for the one reply. */
int client_call(Client *c, const char *method, json_object *parameters, Reply *ret);
void reply_done(Reply *r);

/* Prints an error reply as a person wants to read it and returns the exit status that it stands for. */
int reply_print_error(const Reply *r);

/* The exit status that the result word of an outcome stands for. */
int outcome_status(const char *result);

/* Members of an object; "" and 0 when they are not there. */
const char *member_text(json_object *o, const char *name);
int64_t member_number(json_object *o, const char *name);
/* {"id": id}, to be added to. */
json_object *parameters_with_id(const char *id);
