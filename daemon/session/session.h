/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * One session: a script from its submission until nothing of it is left. It owns everything that it takes:
 * the compile job, the module, the leash, the stream process; each end gives all of it back and has a result
 * word. Its observer hears of every change.
 */
#include <systemd/sd-event.h>
#include "authz/authz.h"
#include "authz/polkit.h"
#include "manifest/manifest.h"
#include "run/leash.h"
#include "session/compiler.h"
#include "session/job.h"
#include "session/memo.h"
#include "session/rate.h"
#include "session/request.h"
#include "session/state.h"
#include "session/streamer.h"

#define SESSION_ID_LENGTH 32


/* What kept a session from running. */
typedef enum SessionFailure {
        FAILURE_NONE,
        FAILURE_SCRIPT,  /* compile-failed: `diagnostics` */
        FAILURE_LIMIT,   /* compile-limit */
        FAILURE_KERNEL,  /* headers, BTF, compiler ... */
        FAILURE_POLICY,
        FAILURE_MODULE,  /* the kernel refused the module */
        FAILURE_INTERNAL,
} SessionFailure;

typedef struct SessionObserver {
        void (*state)(void *userdata, Session *s);
        void (*pass)(void *userdata, Session *s, const char *pass, int64_t usec, const char *detail);
        void (*progress)(void *userdata, Session *s, const char *text);
        void (*compiled)(void *userdata, Session *s); /* s->compiled, s->cached */
        void (*message)(void *userdata, Session *s, const char *severity, const char *text);
        void (*ended)(void *userdata, Session *s);    /* the last call; s goes after it */
} SessionObserver;

struct Session {
        Manager *manager;
        Session *prev, *next;
        char id[SESSION_ID_LENGTH + 1];
        char key[KEY_LENGTH + 1], digest[KEY_LENGTH + 1];
        Caller owner;
        Request *request;
        Memo memo;               /* when it is kept over a restart */
        uint64_t deadline_usec;  /* CLOCK_BOOTTIME; 0: none */
        int client_fd;           /* adopted with the session, until somebody takes it; -1 */
        char *client_bus;        /* the client's name on the message bus, or NULL */
        bool client_more, client_waits; /* it wants to hear everything; it has not had its last reply */
        bool adopted;            /* and does not go on yet */
        char *login;             /* logind's id of the login that it ends with, or NULL */
        SessionState state;
        const char *result;      /* a static word; NULL before the end is known */
        SessionFailure failure;
        char *error;             /* sentence for people, or NULL */
        const SessionObserver *observer;
        void *observer_data;

        bool interactive;        /* its client lets polkit ask somebody to authenticate */
        PolkitPending *question; /* while it is asked about */
        const char *asked;       /* the action */

        CompileJob *job;
        Job *start_job, *stop_job; /* while they run */
        json_object *compiled;   /* the compiler's last message; NULL from the cache */
        bool cached;
        int module_fd;           /* sealed, under the session's own name */
        char module[STP_NAME_MAX];
        Manifest *manifest;
        Leash leash;
        struct stp_stat stat;    /* as last seen */
        Streamer *streamer;
        StreamTotals totals;
        uint64_t created_usec, started_usec; /* CLOCK_REALTIME */
        pid_t loader;            /* while it is on its way into the kernel, the child that loads it; or 0 */
        bool module_loaded, immediate;
        bool unwanted;           /* it was told to stop before it was loaded */
        unsigned unload_attempts;
        sd_event_source *loading, *leash_source, *deadline, *until, *timer;
        Rate rate;
};

/* Takes the request; the observer must stay until ended() or session_unobserve(). -EEXIST: the owner has
 * one of that name. -ENXIO: there is no login that it could end with. */
int session_new(Manager *m, const Caller *owner, Request *request, const SessionObserver *observer,
                void *userdata, Session **ret);
Session *session_free(Session *s); /* at once: closes the leash, kills the stream */
void session_observe(Session *s, const SessionObserver *observer, void *userdata);
void session_unobserve(Session *s);

/* The job that stops it: made, and the session told to stop, unless there is one. NULL: no memory, or
 * there is no more to do. The session, and the job with it, may be gone when session_stop() returns. */
Job *session_stop_job(Session *s);

/* Called by the manager when compiler and kit are ready. */
void session_compile(Session *s);
/* Compilation cannot even start: `error` says why. */
void session_fail(Session *s, SessionFailure failure, const char *result, const char *error);

/* -EBUSY: not held. */
int session_release(Session *s, pid_t target);
/* result: a static word, or NULL for what the kernel says. immediate: no end probes, no waiting for
 * readers. */
void session_stop(Session *s, const char *result, bool immediate);
/* Takes the descriptor. -ESHUTDOWN: it is too late; -EAGAIN: too early. */
int session_attach(Session *s, int fd, const StreamerReader *options, pid_t reader);
/* Its recordings go on in other files. -EAGAIN, -ESHUTDOWN as above. */
int session_rotate(Session *s);
/* Reads the kernel's counts anew. */
void session_refresh(Session *s);
