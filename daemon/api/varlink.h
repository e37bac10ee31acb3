/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * The Varlink wire format (https://varlink.org/): JSON objects with a NUL after each. A message is bounded
 * in size and depth; what does not fit is an error that ends the connection.
 */
#include <json-c/json.h>
#include <stdbool.h>
#include "base/buf.h"

#define VARLINK_MAX_MESSAGE (3u << 20) /* bytes in: a script of REQUEST_MAX_SCRIPT with its escapes */
#define VARLINK_MAX_DEPTH 32

typedef struct VarlinkCall {
        json_object *message;    /* owns the rest */
        const char *method;
        json_object *parameters; /* an object, never NULL */
        bool more, oneway, upgrade;
} VarlinkCall;

#define VARLINK_CALL_INIT ((VarlinkCall) {})

/*
 * Takes the next message from the buffer. 1: it is in *ret. 0: there is no whole message yet. -EBADMSG: it
 * is not a call. -EMSGSIZE: it is longer than allowed, or never ends.
 */
int varlink_take_call(Buf *in, VarlinkCall *ret);
void varlink_call_done(VarlinkCall *c);

/* Appends a reply; takes the parameters (NULL: none). */
void varlink_add_reply(Buf *out, json_object *parameters, bool continues);
void varlink_add_error(Buf *out, const char *name, json_object *parameters);
