/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * All sessions, the compiler, the cache and the kit: what stapd is, without its APIs.
 */
#include "authz/polkit.h"
#include "run/loading.h"
#include "run/sign.h"
#include "session/cache.h"
#include "session/config.h"
#include "session/counts.h"
#include "session/session.h"
#include "session/watch.h"

struct Manager {
        sd_event *event;
        const Config *config;
        Policy policy;
        struct Catalog *catalog;     /* scripts.h; NULL: it could not be read */
        struct Approvals *approvals; /* likewise */
        Polkit *polkit;
        Compiler *compiler;
        Cache *cache;
        char *kit_dir;
        Session *sessions; /* newest first */
        unsigned n_sessions;
        Job *jobs;               /* newest first */
        uint32_t last_job;
        json_object *ended_jobs; /* the last ends: an array of {"owner", "job"}, newest last */
        Watcher *watchers;
        struct LoginWatch *logins;
        sd_event_source *sweep;  /* sweep.h: for modules that still have a user */
        unsigned sweeps;
        json_object *ended;      /* the last ends: an array of {"session", "outcome"}, newest last */
        bool leaving;            /* sessions stay behind, for the next stapd */
        bool stopping;           /* nothing new; what there is ends */
        void (*stopped)(void *userdata); /* the last session is gone, while stopping */
        void *stopped_data;
        Tally tally;
        ModuleLoading loading;
        struct Preparation *preparation; /* a kit is being built, or NULL */
        bool kit_failed;                 /* do not try again by itself until asked */
        uint64_t refreshed_usec;         /* when the compiler was last asked to look at the machine anew */
};

int manager_new(sd_event *event, const Config *config, Manager **ret);
/* Stops everything at once: used when the daemon goes. */
Manager *manager_free(Manager *m);
DEFINE_CLEANUP(Manager *, manager_freep, manager_free)

Session *manager_find(Manager *m, const char *id);
/* The session of that name of that user; NULL: there is none. */
Session *manager_find_name(Manager *m, const char *name, uid_t owner);
/* Keeps what is to be told of its end for a while. */
void manager_remember(Manager *m, Session *s);
/* What was kept of the end of a session, by id or the owner's name for it: {"session", "outcome"},
 * borrowed. */
json_object *manager_find_ended(Manager *m, const char *id, uid_t owner);
/* Ends all sessions, with their end probes; `stopped` is called when the last one is gone, perhaps at
 * once. */
void manager_stop(Manager *m, void (*stopped)(void *userdata), void *userdata);
/* -ESHUTDOWN: stopping. -EUSERS: the caller has too many; -ENFILE: there are too many in all. */
int manager_check_limits(Manager *m, const Caller *c);
/* How many bytes more the recordings of the caller may come to. */
uint64_t manager_may_record(const Manager *m, const Caller *c);
/* Whether the caller may have one more reader, of whatever session. */
bool manager_may_read(const Manager *m, const Caller *c);
/* Whether one more session of the caller may keep as many recent records as this request says. */
bool manager_may_keep(const Manager *m, const Caller *c, const Request *request);
/* A new session wants to be compiled: now, or when the compiler and the kit are there. */
void manager_enqueue(Manager *m, Session *s);
/* Compiles all that wait, if that is possible by now. */
void manager_start_waiting(Manager *m);
/* The session is over: takes it off the list and frees it. */
void manager_remove(Manager *m, Session *s);

/* Who waits for a kernel kit. */
typedef struct PrepareObserver {
        void (*progress)(void *userdata, const char *text);
        /* kit: its id, or NULL with the error. The last call. */
        void (*done)(void *userdata, const char *kit, const char *error);
} PrepareObserver;

/* Builds the kit for a kernel (NULL: ours). Several may wait for the same. */
int manager_prepare(Manager *m, uid_t owner, const char *kernel, bool force, const PrepareObserver *o,
                    void *userdata);
/* The waiter has gone away. */
void manager_prepare_forget(Manager *m, void *userdata);

/* What modules are signed with; the key's members are "" when there is none. */
SigningKey manager_signing_key(const Manager *m);
/* True when this kernel takes what we would load: *ret_advice says what to do when it does not. */
bool manager_can_load(const Manager *m, const char **ret_advice);
