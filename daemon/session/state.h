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

const char *session_state_to_string(SessionState s);
bool session_state_may_follow(SessionState from, SessionState to);
/* True from LOADING to UNLOADING: there may be something of it in the kernel. */
bool session_state_in_kernel(SessionState s);
