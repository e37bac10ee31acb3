/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "api/bus.h"
#include <errno.h>
#include <string.h>
#include "api/bus-private.h"
#include "base/cleanup.h"
#include "base/log.h"

#define SYSTEM_ADDRESS "unix:path=/run/dbus/system_bus_socket"
#define RETRY_USEC 2000000ull

static int up(Bus *b);

static int on_retry(sd_event_source *source, uint64_t usec, void *userdata) {
        Bus *b = userdata;
        b->retry = sd_event_source_disable_unref(b->retry);
        if (!b->bus)
                (void) up(b);
        return 0;
}

static void down(Bus *b) {
        while (b->peers)
                bus_peer_free(b->peers);
        polkit_connect(b->manager->polkit, NULL);
        if (b->bus)
                (void) sd_bus_detach_event(b->bus);
        b->bus = sd_bus_close_unref(b->bus);
}

/* Not from inside of a callback of the bus that goes. */
static int on_down(sd_event_source *source, void *userdata) {
        Bus *b = userdata;
        sd_event_source_disable_unref(source);
        down(b);
        if (!b->retry)
                (void) sd_event_add_time_relative(b->event, &b->retry, CLOCK_MONOTONIC, RETRY_USEC, 0,
                                                  on_retry, b);
        return 0;
}

static int on_disconnected(sd_bus_message *m, void *userdata, sd_bus_error *e) {
        Bus *b = userdata;
        sd_event_source *source;
        log_info("The message bus is gone; the socket goes on, and so do the sessions.");
        return sd_event_add_defer(b->event, &source, on_down, b) < 0 ? 0 : 1;
}

/* The sessions whose clients are on the bus, from an earlier stapd; a client that has gone meanwhile ends
 * its own. */
static void adopt(Bus *b) {
        for (Session *s = b->manager->sessions, *next; s; s = next) {
                next = s->next;
                if (!s->client_bus || s->observer || s->request->lifetime != LIFETIME_CLIENT)
                        continue;
                BusPeer *peer;
                if (bus_peer_get_name(b, s->client_bus, &peer) < 0 ||
                    verb_start_adopt(&peer->peer, NULL, s) < 0)
                        session_stop(s, "client-gone", /* immediate= */ false);
        }
}

static int on_name(sd_bus_message *m, void *userdata, sd_bus_error *e) {
        Bus *b = userdata;
        const sd_bus_error *error = sd_bus_message_get_error(m);
        uint32_t got = 0;
        if (!error && sd_bus_message_read(m, "u", &got) >= 0 && (got == 1 || got == 4)) {
                log_info("On the message bus as " BUS_NAME ".");
                adopt(b);
                b->complained = false;
        } else if (!b->complained) {
                b->complained = true;
                log_warning("Cannot have the name " BUS_NAME " on the message bus: %s.",
                            error ? error->message : "another has it");
        }
        return 0;
}

static int add_objects(Bus *b) {
        int r = sd_bus_add_object_vtable(b->bus, NULL, BUS_ROOT, BUS_MANAGER, b->manager_vtable, b);
        if (r >= 0)
                r = sd_bus_add_fallback_vtable(b->bus, NULL, BUS_SESSIONS, BUS_SESSION, b->session_vtable,
                                               bus_find_session, b);
        if (r >= 0)
                r = sd_bus_add_fallback_vtable(b->bus, NULL, BUS_JOBS, BUS_JOB, bus_vtable_job, bus_find_job,
                                               b);
        if (r >= 0)
                r = sd_bus_add_node_enumerator(b->bus, NULL, BUS_SESSIONS, bus_enumerate_sessions, b);
        if (r >= 0)
                r = sd_bus_add_node_enumerator(b->bus, NULL, BUS_JOBS, bus_enumerate_jobs, b);
        return r < 0 ? r : sd_bus_add_object_manager(b->bus, NULL, BUS_ROOT);
}

static int open_bus(Bus *b) {
        int r = sd_bus_new(&b->bus);
        if (r >= 0)
                r = sd_bus_set_address(b->bus,
                                       strcmp(b->address, "system") == 0 ? SYSTEM_ADDRESS : b->address);
        if (r >= 0)
                r = sd_bus_set_bus_client(b->bus, true);
        if (r >= 0)
                r = sd_bus_negotiate_fds(b->bus, true);
        if (r >= 0)
                r = sd_bus_set_watch_bind(b->bus, true); /* the bus may come later than we */
        if (r >= 0)
                r = sd_bus_start(b->bus);
        return r < 0 ? r : sd_bus_attach_event(b->bus, b->event, SD_EVENT_PRIORITY_NORMAL);
}

static int up(Bus *b) {
        int r = open_bus(b);
        if (r >= 0)
                r = sd_bus_match_signal_async(b->bus, NULL, "org.freedesktop.DBus.Local", NULL,
                                              "org.freedesktop.DBus.Local", "Disconnected", on_disconnected, NULL, b);
        if (r >= 0)
                r = add_objects(b);
        if (r >= 0)
                r = sd_bus_request_name_async(b->bus, NULL, BUS_NAME, 0, on_name, b);
        if (r >= 0)
                polkit_connect(b->manager->polkit, b->bus);
        if (r < 0) {
                log_warning_errno(r, "Cannot use the message bus at %s: %m", b->address);
                down(b);
        }
        return r;
}

int bus_new(sd_event *event, Manager *manager, const char *address, Bus **ret) {
        Bus *b = calloc(1, sizeof(*b));
        if (!b)
                return -ENOMEM;
        *b = (Bus) { .event = sd_event_ref(event), .manager = manager, .address = strdup(address),
                     .manager_vtable = bus_vtable_manager(), .session_vtable = bus_vtable_session(),
                     .watcher = { .session = bus_on_session, .job = bus_on_job, .userdata = b } };
        if (!b->address || !b->manager_vtable || !b->session_vtable) {
                bus_free(b);
                return -ENOMEM;
        }
        manager_watch(manager, &b->watcher);
        (void) up(b); /* without it the socket is there */
        *ret = b;
        return 0;
}

Bus *bus_free(Bus *b) {
        if (!b)
                return NULL;
        manager_unwatch(b->manager, &b->watcher);
        if (b->bus)
                (void) sd_bus_flush(b->bus);
        down(b);
        sd_event_source_disable_unref(b->retry);
        free(b->manager_vtable);
        free(b->session_vtable);
        free(b->address);
        sd_event_unref(b->event);
        free(b);
        return NULL;
}
