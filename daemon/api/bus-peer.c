/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The clients on the bus. Who one is says the bus itself, once: a unique name is never given to another.
 * Nothing that is decided on is asked of /proc, where a pid may be somebody else's by now.
 */
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <string.h>
#include "api/bus-private.h"
#include "base/cleanup.h"
#include "base/log.h"

#define CREDENTIALS_USEC 5000000ull
#define IDLE_PEERS_MAX 256

DEFINE_CLEANUP(sd_bus_message *, message_unrefp, sd_bus_message_unref)

static int read_numbers(sd_bus_message *m, Caller *c) {
        const void *data;
        size_t size;
        int r = sd_bus_message_read_array(m, 'u', &data, &size);
        if (r < 0 || size == 0)
                return r;
        c->groups = malloc(size);
        if (!c->groups)
                return -ENOMEM;
        memcpy(c->groups, data, size);
        c->n_groups = (unsigned) (size / sizeof(gid_t));
        return 0;
}

static int read_entry(sd_bus_message *m, Caller *c, bool *has_uid) {
        const char *key;
        int r = sd_bus_message_read_basic(m, 's', &key);
        if (r < 0)
                return r;
        if (strcmp(key, "UnixUserID") == 0) {
                *has_uid = true;
                return sd_bus_message_read(m, "v", "u", &c->uid);
        }
        if (strcmp(key, "ProcessID") == 0)
                return sd_bus_message_read(m, "v", "u", &c->pid);
        if (strcmp(key, "UnixGroupIDs") != 0)
                return sd_bus_message_skip(m, "v");
        r = sd_bus_message_enter_container(m, 'v', "au");
        if (r >= 0)
                r = read_numbers(m, c);
        return r < 0 ? r : sd_bus_message_exit_container(m);
}

/* An older bus does not tell the groups: then those that the user has by the data base. */
static int look_up_groups(Caller *c) {
        const struct passwd *pw = getpwuid(c->uid);
        int n = 64;
        if (!pw)
                return 0;
        c->gid = pw->pw_gid;
        c->groups = malloc((size_t) n * sizeof(*c->groups));
        if (!c->groups)
                return -ENOMEM;
        if (getgrouplist(pw->pw_name, pw->pw_gid, c->groups, &n) >= 0)
                c->n_groups = (unsigned) n;
        return 0;
}

static int read_credentials(Bus *b, const char *name, Caller *ret) {
        _cleanup_(message_unrefp) sd_bus_message *question = NULL, *m = NULL;
        int r = sd_bus_message_new_method_call(b->bus, &question, "org.freedesktop.DBus",
                                               "/org/freedesktop/DBus", "org.freedesktop.DBus",
                                               "GetConnectionCredentials");
        if (r >= 0)
                r = sd_bus_message_append(question, "s", name);
        if (r >= 0)
                r = sd_bus_call(b->bus, question, CREDENTIALS_USEC, NULL, &m);
        if (r >= 0)
                r = sd_bus_message_enter_container(m, 'a', "{sv}");
        Caller c = { .uid = (uid_t) -1, .gid = (gid_t) -1 };
        bool has_uid = false;
        while (r >= 0 && (r = sd_bus_message_enter_container(m, 'e', "sv")) > 0) {
                r = read_entry(m, &c, &has_uid);
                if (r >= 0)
                        r = sd_bus_message_exit_container(m);
        }
        if (r >= 0 && !has_uid)
                r = -ENODATA;
        if (r >= 0 && c.n_groups == 0)
                r = look_up_groups(&c);
        if (r >= 0 && !(c.bus_name = strdup(name)))
                r = -ENOMEM;
        caller_read_start_time(&c);
        if (r < 0)
                caller_done(&c);
        else
                *ret = c;
        return r;
}

static int on_gone(sd_bus_track *track, void *userdata) {
        bus_peer_free(userdata);
        return 0;
}

static bool is_idle(const BusPeer *p) {
        return !p->peer.ties && !p->calls && !p->subscribed;
}

/* Of those that only asked something once; who asks again is looked up again. */
static void forget_idle(Bus *b) {
        for (BusPeer *p = b->peers, *next; p && b->n_peers > IDLE_PEERS_MAX; p = next) {
                next = p->next;
                if (is_idle(p))
                        bus_peer_free(p);
        }
}

/* Its name is all that it takes to find it again. */
static void on_keep(Peer *p, Session *s) {
        const BusPeer *peer = (const BusPeer *) p; /* its first member */
        free(s->client_bus);
        s->client_bus = strdup(peer->name);
}

static int peer_new(Bus *b, const char *name, BusPeer **ret) {
        forget_idle(b);
        BusPeer *p = calloc(1, sizeof(*p));
        if (!p)
                return -ENOMEM;
        *p = (BusPeer) { .bus = b, .next = b->peers, .name = strdup(name), .peer.keep = on_keep };
        if (p->next)
                p->next->prev = p;
        b->peers = p;
        b->n_peers++;
        int r = p->name ? read_credentials(b, name, &p->peer.caller) : -ENOMEM;
        if (r >= 0)
                r = sd_bus_track_new(b->bus, &p->track, on_gone, p);
        if (r >= 0)
                r = sd_bus_track_add_name(p->track, name);
        if (r < 0) {
                log_debug_errno(r, "who %s is: %m", name);
                bus_peer_free(p);
                return r;
        }
        *ret = p;
        return 0;
}

int bus_peer_get(Bus *b, sd_bus_message *m, BusPeer **ret) {
        const char *name = sd_bus_message_get_sender(m);
        return name ? bus_peer_get_name(b, name, ret) : -ENODATA;
}

int bus_peer_get_name(Bus *b, const char *name, BusPeer **ret) {
        for (BusPeer *p = b->peers; p; p = p->next) {
                if (strcmp(p->name, name) == 0) {
                        *ret = p;
                        return 0;
                }
        }
        return peer_new(b, name, ret);
}

BusPeer *bus_peer_free(BusPeer *p) {
        if (!p)
                return NULL;
        while (p->calls)
                bus_call_abandon(p->calls);
        peer_done(&p->peer);
        if (p->prev)
                p->prev->next = p->next;
        else
                p->bus->peers = p->next;
        if (p->next)
                p->next->prev = p->prev;
        p->bus->n_peers--;
        sd_bus_track_unref(p->track);
        free(p->name);
        free(p);
        return NULL;
}
