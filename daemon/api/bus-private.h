/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/* What the bus-*.c files share; nobody else includes this. */
#include <systemd/sd-bus.h>
#include "api/bus.h"
#include "api/bus-value.h"
#include "api/verbs.h"

#define BUS_NAME "org.stapd1"
#define BUS_MANAGER BUS_NAME ".Manager"
#define BUS_SESSION BUS_NAME ".Session"
#define BUS_JOB BUS_NAME ".Job"

typedef struct BusCall BusCall;

/* One client, by its unique name, which nobody has again. */
typedef struct BusPeer {
        Peer peer;
        Bus *bus;
        struct BusPeer *prev, *next;
        char *name;
        sd_bus_track *track;
        bool subscribed;
        BusCall *calls; /* that wait */
} BusPeer;

struct Bus {
        sd_event *event;
        Manager *manager;
        char *address;
        sd_bus *bus;
        BusPeer *peers;
        unsigned n_peers;
        Watcher watcher;
        sd_event_source *retry;
        sd_bus_vtable *manager_vtable, *session_vtable;
        bool complained;
};

/* bus-peer.c: who sent a message, by the bus's word. Negative errno. */
int bus_peer_get(Bus *b, sd_bus_message *m, BusPeer **ret);
int bus_peer_get_name(Bus *b, const char *name, BusPeer **ret);
BusPeer *bus_peer_free(BusPeer *p);

/* bus-call.c */
int bus_on_method(sd_bus_message *m, void *userdata, sd_bus_error *e);
/* The verb of a member of the Manager, with one parameter that is not in the message. */
int bus_call_verb(Bus *b, sd_bus_message *m, const char *member, const char *name, json_object *value,
                  sd_bus_error *e);
void bus_call_abandon(BusCall *c); /* its peer has gone */

/* bus-vtable.c: made from the table of verbs; NULL: no memory. */
sd_bus_vtable *bus_vtable_manager(void);
sd_bus_vtable *bus_vtable_session(void);
extern const sd_bus_vtable bus_vtable_job[];
/* Some properties of a session as a{sv}; changing: only those that change with its state. */
int bus_append_session_properties(sd_bus_message *m, Session *s, bool changing);

/* bus-objects.c: the objects that the sender of the current message may see. */
int bus_find_session(sd_bus *bus, const char *path, const char *interface, void *userdata, void **found,
                     sd_bus_error *e);
int bus_find_job(sd_bus *bus, const char *path, const char *interface, void *userdata, void **found,
                 sd_bus_error *e);
int bus_enumerate_sessions(sd_bus *bus, const char *prefix, void *userdata, char ***nodes, sd_bus_error *e);
int bus_enumerate_jobs(sd_bus *bus, const char *prefix, void *userdata, char ***nodes, sd_bus_error *e);
int bus_on_get_session(sd_bus_message *m, void *userdata, sd_bus_error *e);
int bus_on_get_job(sd_bus_message *m, void *userdata, sd_bus_error *e);
int bus_on_cancel_job(sd_bus_message *m, void *userdata, sd_bus_error *e);
int bus_on_wait_job(sd_bus_message *m, void *userdata, sd_bus_error *e);
void bus_session_path(const Session *s, char ret[static 64]);
void bus_job_path(const Job *j, char ret[static 64]);

/* bus-signals.c: the watcher's callbacks, with the Bus. */
void bus_on_session(void *userdata, Session *s, Change change);
void bus_on_job(void *userdata, Job *j, Change change);
int bus_on_subscribe(sd_bus_message *m, void *userdata, sd_bus_error *e);
int bus_on_unsubscribe(sd_bus_message *m, void *userdata, sd_bus_error *e);
