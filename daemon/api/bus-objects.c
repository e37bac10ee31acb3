/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sessions and jobs by their paths: as far as who asks may see them, there are no others. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "api/bus-error.h"
#include "api/bus-private.h"
#include "base/cleanup.h"

void bus_session_path(const Session *s, char ret[static 64]) {
        snprintf(ret, 64, BUS_SESSIONS "/_%s", s->id);
}

void bus_job_path(const Job *j, char ret[static 64]) {
        snprintf(ret, 64, BUS_JOBS "/%u", j->id);
}

static bool may_see(Bus *b, sd_bus_message *m, uid_t owner) {
        BusPeer *peer;
        return m && bus_peer_get(b, m, &peer) >= 0 && verb_may_see(b->manager, &peer->peer.caller, owner);
}

static Session *find_session(Bus *b, const char *id) {
        for (Session *s = b->manager->sessions; s; s = s->next)
                if (strcmp(s->id, id) == 0)
                        return s;
        return NULL;
}

int bus_find_session(sd_bus *bus, const char *path, const char *interface, void *userdata, void **found,
                     sd_bus_error *e) {
        Bus *b = userdata;
        if (strncmp(path, BUS_SESSIONS "/_", strlen(BUS_SESSIONS "/_")) != 0)
                return 0;
        Session *s = find_session(b, path + strlen(BUS_SESSIONS "/_"));
        if (!s || !may_see(b, sd_bus_get_current_message(bus), s->owner.uid))
                return 0;
        *found = s;
        return 1;
}

int bus_find_job(sd_bus *bus, const char *path, const char *interface, void *userdata, void **found,
                 sd_bus_error *e) {
        Bus *b = userdata;
        char exact[64];
        for (Job *j = b->manager->jobs; j; j = j->next) {
                bus_job_path(j, exact);
                if (strcmp(exact, path) != 0 || !may_see(b, sd_bus_get_current_message(bus), j->owner))
                        continue;
                *found = j;
                return 1;
        }
        return 0;
}

/* ------------------------------------------------------------------ enumeration */

typedef struct Paths {
        char **items;
        size_t n;
        bool failed;
} Paths;

static void paths_add(Paths *p, const char *path) {
        char **items = reallocarray(p->items, p->n + 2, sizeof(char *));
        if (!items) {
                p->failed = true;
                return;
        }
        p->items = items;
        p->failed |= !(items[p->n] = strdup(path));
        items[++p->n] = NULL;
}

static int paths_take(Paths *p, char ***ret) {
        if (p->failed) {
                for (size_t i = 0; i < p->n; i++)
                        free(p->items[i]);
                free(p->items);
                return -ENOMEM;
        }
        *ret = p->items;
        return 0;
}

int bus_enumerate_sessions(sd_bus *bus, const char *prefix, void *userdata, char ***nodes, sd_bus_error *e) {
        Bus *b = userdata;
        Paths paths = {};
        char path[64];
        for (Session *s = b->manager->sessions; s; s = s->next) {
                if (!may_see(b, sd_bus_get_current_message(bus), s->owner.uid))
                        continue;
                bus_session_path(s, path);
                paths_add(&paths, path);
        }
        return paths_take(&paths, nodes);
}

int bus_enumerate_jobs(sd_bus *bus, const char *prefix, void *userdata, char ***nodes, sd_bus_error *e) {
        Bus *b = userdata;
        Paths paths = {};
        char path[64];
        for (Job *j = b->manager->jobs; j; j = j->next) {
                if (!may_see(b, sd_bus_get_current_message(bus), j->owner))
                        continue;
                bus_job_path(j, path);
                paths_add(&paths, path);
        }
        return paths_take(&paths, nodes);
}

/* ------------------------------------------------------------------ by id */

static int answer_missing(sd_bus_error *e, const char *name, const char *member, json_object *value) {
        json_object *o = json_object_new_object();
        json_object_object_add(o, member, value);
        bus_error_set(e, name, o);
        json_object_put(o);
        return -sd_bus_error_get_errno(e);
}

int bus_on_get_session(sd_bus_message *m, void *userdata, sd_bus_error *e) {
        Bus *b = userdata;
        BusPeer *peer;
        const char *id;
        int r = sd_bus_message_read(m, "s", &id);
        if (r >= 0)
                r = bus_peer_get(b, m, &peer);
        if (r < 0)
                return r;
        Session *s = manager_find_name(b->manager, id, peer->peer.caller.uid)
                             ?: manager_find(b->manager, id);
        if (!s || !verb_may_see(b->manager, &peer->peer.caller, s->owner.uid))
                return answer_missing(e, "NoSuchSession", "id", json_object_new_string(id));
        char path[64];
        bus_session_path(s, path);
        return sd_bus_reply_method_return(m, "o", path);
}

int bus_on_get_job(sd_bus_message *m, void *userdata, sd_bus_error *e) {
        Bus *b = userdata;
        uint32_t id;
        int r = sd_bus_message_read(m, "u", &id);
        if (r < 0)
                return r;
        Job *j = job_find(b->manager, id);
        if (!j || !may_see(b, m, j->owner))
                return answer_missing(e, "NoSuchJob", "job", json_object_new_int64(id));
        char path[64];
        bus_job_path(j, path);
        return sd_bus_reply_method_return(m, "o", path);
}

/* As the verb CancelJob does it. */
static int call_on_job(sd_bus_message *m, const char *member, const Job *j, sd_bus_error *e) {
        Bus *b = sd_bus_slot_get_userdata(sd_bus_get_current_slot(sd_bus_message_get_bus(m)));
        return bus_call_verb(b, m, member, "job", json_object_new_int64(j->id), e);
}

int bus_on_cancel_job(sd_bus_message *m, void *userdata, sd_bus_error *e) {
        return call_on_job(m, "CancelJob", userdata, e);
}

int bus_on_wait_job(sd_bus_message *m, void *userdata, sd_bus_error *e) {
        return call_on_job(m, "WaitJob", userdata, e);
}
