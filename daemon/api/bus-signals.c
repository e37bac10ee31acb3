/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What changes, to those who have called Subscribe, and to each only what it may see: nothing of a session
 * is broadcast.
 */
#include <errno.h>
#include "api/bus-private.h"
#include "base/cleanup.h"
#include "base/log.h"
#include "session/describe.h"

DEFINE_CLEANUP(sd_bus_message *, message_unrefp, sd_bus_message_unref)

typedef struct Signal {
        const char *path, *interface, *member;
        int (*append)(sd_bus_message *m, void *object);
} Signal;

static int send_to(BusPeer *p, const Signal *signal, void *object) {
        _cleanup_(message_unrefp) sd_bus_message *m = NULL;
        int r = sd_bus_message_new_signal(p->bus->bus, &m, signal->path, signal->interface, signal->member);
        if (r >= 0)
                r = sd_bus_message_set_destination(m, p->name);
        if (r >= 0)
                r = signal->append(m, object);
        return r < 0 ? r : sd_bus_send(NULL, m, NULL);
}

static void send_to_all(Bus *b, uid_t owner, const Signal *signal, void *object) {
        for (BusPeer *p = b->peers; p; p = p->next) {
                if (!p->subscribed || !verb_may_see(b->manager, &p->peer.caller, owner))
                        continue;
                int r = send_to(p, signal, object);
                if (r < 0)
                        log_debug_errno(r, "signal %s to %s: %m", signal->member, p->name);
        }
}

/* ------------------------------------------------------------------ sessions */

static int append_new(sd_bus_message *m, void *object) {
        const Session *s = object;
        char path[64];
        bus_session_path(s, path);
        return sd_bus_message_append(m, "so", s->id, path);
}

static int append_removed(sd_bus_message *m, void *object) {
        const Session *s = object;
        char path[64];
        bus_session_path(s, path);
        return sd_bus_message_append(m, "sos", s->id, path, s->result ?: "");
}

static int append_interfaces_added(sd_bus_message *m, void *object) {
        char path[64];
        bus_session_path(object, path);
        int r = sd_bus_message_append(m, "o", path);
        if (r >= 0)
                r = sd_bus_message_open_container(m, 'a', "{sa{sv}}");
        if (r >= 0)
                r = sd_bus_message_open_container(m, 'e', "sa{sv}");
        if (r >= 0)
                r = sd_bus_message_append(m, "s", BUS_SESSION);
        if (r >= 0)
                r = bus_append_session_properties(m, object, /* changing= */ false);
        if (r >= 0)
                r = sd_bus_message_close_container(m);
        return r < 0 ? r : sd_bus_message_close_container(m);
}

static int append_interfaces_removed(sd_bus_message *m, void *object) {
        char path[64];
        bus_session_path(object, path);
        return sd_bus_message_append(m, "oas", path, 1, BUS_SESSION);
}

static int append_changed(sd_bus_message *m, void *object) {
        int r = sd_bus_message_append(m, "s", BUS_SESSION);
        if (r >= 0)
                r = bus_append_session_properties(m, object, /* changing= */ true);
        return r < 0 ? r : sd_bus_message_append(m, "as", 0);
}

void bus_on_session(void *userdata, Session *s, Change change) {
        Bus *b = userdata;
        static const Signal manager_signals[] = {
                [CHANGE_NEW] = { BUS_ROOT, BUS_MANAGER, "SessionNew", append_new },
                [CHANGE_REMOVED] = { BUS_ROOT, BUS_MANAGER, "SessionRemoved", append_removed },
        };
        static const Signal object_signals[] = {
                [CHANGE_NEW] = { BUS_ROOT, "org.freedesktop.DBus.ObjectManager", "InterfacesAdded", append_interfaces_added },
                [CHANGE_REMOVED] = { BUS_ROOT, "org.freedesktop.DBus.ObjectManager", "InterfacesRemoved",
                                     append_interfaces_removed },
        };
        if (!b->bus)
                return;
        if (change == CHANGE_CHANGED) {
                char path[64];
                bus_session_path(s, path);
                const Signal changed = { path, "org.freedesktop.DBus.Properties", "PropertiesChanged", append_changed };
                send_to_all(b, s->owner.uid, &changed, s);
                return;
        }
        send_to_all(b, s->owner.uid, &object_signals[change], s);
        send_to_all(b, s->owner.uid, &manager_signals[change], s);
        (void) sd_bus_emit_properties_changed(b->bus, BUS_ROOT, BUS_MANAGER, "NSessions", NULL);
}

/* ------------------------------------------------------------------ jobs */

static int append_job_new(sd_bus_message *m, void *object) {
        const Job *j = object;
        char path[64];
        bus_job_path(j, path);
        return sd_bus_message_append(m, "uos", j->id, path, job_verb_to_string(j->verb));
}

static int append_job_removed(sd_bus_message *m, void *object) {
        const Job *j = object;
        char path[64];
        bus_job_path(j, path);
        return sd_bus_message_append(m, "uoss", j->id, path, j->session ? j->session->id : "",
                                     job_result_to_string(j->result));
}

static int append_job_changed(sd_bus_message *m, void *object) {
        const Job *j = object;
        return sd_bus_message_append(m, "sa{sv}as", BUS_JOB, 3, "Progress", "d", j->progress, "Text", "s",
                                     j->text ?: "", "Bytes", "t", j->bytes, 0);
}

void bus_on_job(void *userdata, Job *j, Change change) {
        Bus *b = userdata;
        char path[64];
        bus_job_path(j, path);
        const Signal signals[] = {
                [CHANGE_NEW] = { BUS_ROOT, BUS_MANAGER, "JobNew", append_job_new },
                [CHANGE_CHANGED] = { path, "org.freedesktop.DBus.Properties", "PropertiesChanged", append_job_changed },
                [CHANGE_REMOVED] = { BUS_ROOT, BUS_MANAGER, "JobRemoved", append_job_removed },
        };
        if (b->bus)
                send_to_all(b, j->owner, &signals[change], j);
}

/* ------------------------------------------------------------------ who wants them */

static int set_subscribed(sd_bus_message *m, Bus *b, bool subscribed) {
        BusPeer *peer;
        int r = bus_peer_get(b, m, &peer);
        if (r < 0)
                return r;
        peer->subscribed = subscribed;
        return sd_bus_reply_method_return(m, NULL);
}

int bus_on_subscribe(sd_bus_message *m, void *userdata, sd_bus_error *e) {
        return set_subscribed(m, userdata, true);
}

int bus_on_unsubscribe(sd_bus_message *m, void *userdata, sd_bus_error *e) {
        return set_subscribed(m, userdata, false);
}
