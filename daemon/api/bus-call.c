/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A method call of the bus as a call of a verb. Over D-Bus nothing is told in pieces: what a verb tells
 * before its last reply is left out, unless the verb is one whose replies are a list.
 */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include "api/bus-error.h"
#include "api/bus-private.h"
#include "base/cleanup.h"
#include "base/log.h"

struct BusCall {
        Call call;
        const VerbInfo *verb;
        BusPeer *peer;
        BusCall *prev, *next; /* of those that wait */
        sd_bus_message *request;
        json_object *collected;
        bool dispatching, waiting, done;
};

DEFINE_CLEANUP(sd_bus_message *, message_unrefp, sd_bus_message_unref)

static BusCall *call_of(Call *c) {
        return (BusCall *) c; /* its first member */
}

static void call_unlink(BusCall *c) {
        if (!c->waiting)
                return;
        c->waiting = false;
        if (c->prev)
                c->prev->next = c->next;
        else
                c->peer->calls = c->next;
        if (c->next)
                c->next->prev = c->prev;
}

static BusCall *call_free(BusCall *c) {
        call_unlink(c);
        sd_bus_message_unref(c->request);
        json_object_put(c->call.parameters);
        json_object_put(c->collected);
        free(c);
        return NULL;
}

static void call_finish(BusCall *c) {
        c->done = true;
        c->call.gone = NULL;
        if (!c->dispatching)
                call_free(c);
}

void bus_call_abandon(BusCall *c) {
        if (c->call.gone)
                c->call.gone(&c->call, c->call.gone_data);
        call_free(c);
}

/* ------------------------------------------------------------------ answering */

/* An array of structs, from the member of each reply that the first name names. */
static int append_collected(sd_bus_message *m, const VerbInfo *v, json_object *list) {
        const char *names = v->out_names, *type = v->out + 1;
        char contents[32];
        BusName which;
        snprintf(contents, sizeof(contents), "%.*s", (int) strlen(type) - 2, type + 1);
        (void) bus_next_name(&names, &which);
        int r = sd_bus_message_open_container(m, 'a', type);
        for (size_t i = 0; r >= 0 && i < json_object_array_length(list); i++) {
                json_object *o = json_object_object_get(json_object_array_get_idx(list, i), which.member);
                if (!o)
                        continue;
                r = sd_bus_message_open_container(m, 'r', contents);
                if (r >= 0)
                        r = bus_append_arguments(m, contents, names, o, -1);
                if (r >= 0)
                        r = sd_bus_message_close_container(m);
        }
        return r < 0 ? r : sd_bus_message_close_container(m);
}

static void send_reply(BusCall *c, json_object *parameters, int fd) {
        _cleanup_(message_unrefp) sd_bus_message *m = NULL;
        int r = sd_bus_message_new_method_return(c->request, &m);
        if (r >= 0)
                r = c->verb->flags & VERB_MANY
                            ? append_collected(m, c->verb, c->collected)
                            : bus_append_arguments(m, c->verb->out, c->verb->out_names, parameters, fd);
        if (r >= 0)
                r = sd_bus_send(NULL, m, NULL);
        if (r < 0) {
                log_debug_errno(r, "reply to %s: %m", c->verb->member);
                (void) sd_bus_reply_method_errno(c->request, r, NULL);
        }
}

static void reply(Call *call, json_object *parameters, bool continues) {
        BusCall *c = call_of(call);
        if (c->verb->flags & VERB_MANY)
                json_object_array_add(c->collected, json_object_get(parameters));
        if (!continues) {
                send_reply(c, parameters, -1);
                call_finish(c);
        }
        json_object_put(parameters);
}

static void error(Call *call, const char *name, json_object *parameters) {
        BusCall *c = call_of(call);
        sd_bus_error e = SD_BUS_ERROR_NULL;
        bus_error_set(&e, name, parameters);
        (void) sd_bus_reply_method_error(c->request, &e);
        sd_bus_error_free(&e);
        json_object_put(parameters);
        call_finish(c);
}

static void wait_later(Call *call) {
        BusCall *c = call_of(call);
        if (c->waiting) /* once more */
                return;
        c->waiting = true;
        c->next = c->peer->calls;
        if (c->next)
                c->next->prev = c;
        c->peer->calls = c;
}

/* The stream goes over a socket of its own. */
static void hand_over(Call *call, json_object *parameters, CallUpgrade upgrade, CallGone gone,
                      void *userdata) {
        BusCall *c = call_of(call);
        int pair[2];
        if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0) {
                int r = -errno;
                gone(call, userdata);
                json_object_put(parameters);
                call_error_text(call, "Internal", "reason", strerror(-r));
                return;
        }
        upgrade(call->caller, call->manager, pair[0], userdata);
        send_reply(c, parameters, pair[1]);
        close(pair[1]);
        json_object_put(parameters);
        call_finish(c);
}

static int dispatch(BusCall *c) {
        c->dispatching = true;
        c->verb->handle(&c->call);
        c->dispatching = false;
        if (c->done)
                call_free(c);
        return 1;
}

static void again(Call *call) {
        (void) dispatch(call_of(call));
}

static size_t queued(const Call *call) {
        return 0;
}

static const CallTransport transport = {
        .reply = reply, .error = error, .wait = wait_later, .hand_over = hand_over, .again = again, .queued = queued,
};

/* ------------------------------------------------------------------ the call */

static const VerbInfo *find_verb(const char *member, bool object) {
        for (size_t i = 0; i < n_verbs; i++) {
                const char *name = object ? verbs[i].object : verbs[i].member;
                if (name && strcmp(name, member) == 0)
                        return &verbs[i];
        }
        return NULL;
}

static int read_parameters(BusCall *c, const Session *object, sd_bus_error *e) {
        const char *in = c->verb->in, *names = c->verb->in_names;
        json_object *p = c->call.parameters;
        BusName name = {};
        if (object) {
                json_object_object_add(p, "id", json_object_new_string(object->id));
                in++;
                (void) bus_next_name(&names, &name);
        }
        if (c->verb->implied)
                json_object_object_add(p, c->verb->implied, json_object_new_boolean(false));
        int r = bus_read_arguments(c->request, in, names, p, &name);
        if (r == -EOPNOTSUPP)
                bus_error_set(e, "UnknownFlags", NULL);
        else if (r == -EINVAL)
                (void) sd_bus_error_setf(e, SD_BUS_ERROR_INVALID_ARGS, "The argument %s is missing or wrong",
                                         name.name);
        return r < 0 && !sd_bus_error_is_set(e) ? r : sd_bus_error_is_set(e) ? -sd_bus_error_get_errno(e) : 0;
}

/* Makes the call; its parameters are still to be read. */
static int call_new(Bus *b, sd_bus_message *m, const VerbInfo *verb, BusCall **ret) {
        BusPeer *peer;
        int r = verb ? bus_peer_get(b, m, &peer) : -EBADR;
        if (r < 0)
                return r;
        BusCall *c = calloc(1, sizeof(*c));
        if (!c)
                return -ENOMEM;
        *c = (BusCall) { .verb = verb, .peer = peer, .request = sd_bus_message_ref(m), .dispatching = true,
                         .collected = json_object_new_array(),
                         .call = { .transport = &transport, .manager = b->manager, .peer = &peer->peer,
                                   .caller = &peer->peer.caller, .method = verb->method,
                                   .parameters = json_object_new_object(), .more = verb->flags & VERB_MANY,
                                   .upgrade = true,
                                   .interactive = sd_bus_message_get_allow_interactive_authorization(m) > 0 } };
        *ret = c;
        return 0;
}

int bus_on_method(sd_bus_message *m, void *userdata, sd_bus_error *e) {
        Bus *b = sd_bus_slot_get_userdata(sd_bus_get_current_slot(sd_bus_message_get_bus(m)));
        bool object = strcmp(sd_bus_message_get_interface(m) ?: "", BUS_SESSION) == 0 ||
                strncmp(sd_bus_message_get_path(m), BUS_SESSIONS "/", strlen(BUS_SESSIONS "/")) == 0;
        BusCall *c;
        int r = call_new(b, m, find_verb(sd_bus_message_get_member(m), object), &c);
        if (r < 0)
                return r;
        r = read_parameters(c, object ? userdata : NULL, e);
        if (r < 0) {
                call_free(c);
                return r;
        }
        return dispatch(c);
}

int bus_call_verb(Bus *b, sd_bus_message *m, const char *member, const char *name, json_object *value,
                  sd_bus_error *e) {
        BusCall *c;
        int r = call_new(b, m, find_verb(member, /* object= */ false), &c);
        if (r < 0) {
                json_object_put(value);
                return r;
        }
        json_object_object_add(c->call.parameters, name, value);
        return dispatch(c);
}
