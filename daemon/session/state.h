/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * The life of a session, as one table: which state may follow which. Everything that ends a session early
 * goes through the same last states, so that what it took is always given back.
 */
#include <stdbool.h>

#define SESSION_STATES(X)                                                                       \
        X(QUEUED, "queued")       /* waits for the kernel kit or a compile slot */              \
        X(COMPILING, "compiling")                                                               \
        X(ASKING, "asking")       /* polkit has not answered yet */                              \
        X(LOADING, "loading")     /* policy, leash, module, stream process */                   \
        X(HELD, "held")           /* loaded; waits for Release */                               \
        X(STARTING, "starting")   /* begin probes, arming */                                    \
        X(RUNNING, "running")                                                                   \
        X(STOPPING, "stopping")   /* disarming, end probes */                                   \
        X(DRAINING, "draining")   /* what is in the buffers goes to the readers */              \
        X(UNLOADING, "unloading") /* the module goes */                                         \
        X(ENDED, "ended")

typedef enum SessionState {
#define X(name, text) SESSION_##name,
        SESSION_STATES(X)
#undef X
        _SESSION_STATE_MAX,
        _SESSION_STATE_INVALID = -22,
} SessionState;

/* How a session ended; the kernel's words are those of run/leash.h, a failed start has that of its cause. */
#define SESSION_RESULTS(X)                                                              \
        X("success", true)      /* exit(), Stop, or the end of what it was for */       \
        X("timeout", true)      /* its time was over */                                 \
        X("output-limit", false) /* it printed more than it may */                      \
        X("revoked", false)     /* policy or catalogue do not allow it any more */       \
        X("logout", true)       /* the login that it belonged to ended */               \
        X("shutdown", true)     /* stapd was stopped */                                 \
        X("canceled", false)    /* its start was taken back */                          \
        X("client-gone", false) /* the client that it belonged to went */               \
        X("stream-failed", false)                                                       \
        X("daemon-lost", false) /* stapd died, and no other took it over */

/* Whether that word is a good end; words that are not in the table are not. */
bool session_result_is_good(const char *result);
/* The word of the table, which lives for ever; NULL. */
const char *session_result_word(const char *result);

/* Whose a session is. */
#define SESSION_LIFETIMES(X)                                            \
        X(CLIENT, "client")     /* the client's: it ends with it */     \
        X(LOGIN, "login")       /* the login's of the client */         \
        X(DETACHED, "detached") /* nobody's: it ends when it is stopped */

typedef enum SessionLifetime {
#define X(name, text) LIFETIME_##name,
        SESSION_LIFETIMES(X)
#undef X
        _SESSION_LIFETIME_MAX,
        _SESSION_LIFETIME_INVALID = -22,
} SessionLifetime;

const char *session_lifetime_to_string(SessionLifetime l);
SessionLifetime session_lifetime_from_string(const char *s);

const char *session_state_to_string(SessionState s);
SessionState session_state_from_string(const char *s);
bool session_state_may_follow(SessionState from, SessionState to);
/* True from LOADING to UNLOADING: there may be something of it in the kernel. */
bool session_state_in_kernel(SessionState s);
