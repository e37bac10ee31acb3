/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * All sessions, the compiler, the cache and the kit: what stapd is, without its APIs.
 */
#include "run/loading.h"
#include "run/sign.h"
#include "session/cache.h"
#include "session/config.h"
#include "session/session.h"

struct Manager {
        sd_event *event;
        const Config *config;
        Policy policy;
        Compiler *compiler;
        Cache *cache;
        char *kit_dir;
        Session *sessions; /* newest first */
        unsigned n_sessions;
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
/* -EUSERS: the caller has too many; -ENFILE: there are too many in all. */
int manager_check_limits(Manager *m, const Caller *c);
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
int manager_prepare(Manager *m, const char *kernel, bool force, const PrepareObserver *o, void *userdata);
/* The waiter has gone away. */
void manager_prepare_forget(Manager *m, void *userdata);

/* What modules are signed with; the key's members are "" when there is none. */
SigningKey manager_signing_key(const Manager *m);
/* True when this kernel takes what we would load: *ret_advice says what to do when it does not. */
bool manager_can_load(const Manager *m, const char **ret_advice);

/* Removes modules of ours that nobody owns, at start. Returns how many went. */
unsigned manager_sweep(Manager *m);
