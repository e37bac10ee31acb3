/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * Polkit, asked over the message bus. Nothing here waits: a question goes out, and its answer comes to a
 * callback, or is taken back when nobody wants it any more. Whatever is not a plain yes is no: a polkit that
 * is not there, hangs, dies or talks nonsense, and a caller that has gone.
 */
#include <stdbool.h>
#include <systemd/sd-bus.h>
#include "authz/caller.h"
#include "base/cleanup.h"

#define POLKIT_PENDING_PER_UID 4

typedef struct Polkit Polkit;
typedef struct PolkitPending PolkitPending;

/* name, what a refused caller is told */
#define POLKIT_ANSWERS(X)                                                                                       \
        X(YES, "polkit says yes")                                                                               \
        X(NO, "polkit says no")                                                                                 \
        X(CHALLENGE, "polkit wants somebody to authenticate, and the caller does not let it ask")               \
        X(NO_AGENT, "polkit wants somebody to authenticate, and has no agent to ask with; pkttyagent is one")   \
        X(DISMISSED, "the authentication was dismissed")                                                        \
        X(TIMEOUT, "polkit was asked, and gave no answer in time")                                              \
        X(GONE, "the caller has gone")                                                                          \
        X(ABSENT, "there is no polkit to ask")                                                                  \
        X(BROKEN, "polkit was asked, and failed")

typedef enum PolkitAnswer {
#define X(name, text) POLKIT_##name,
        POLKIT_ANSWERS(X)
#undef X
        _POLKIT_ANSWER_MAX,
} PolkitAnswer;

const char *polkit_answer_text(PolkitAnswer a);

typedef struct PolkitQuestion {
        const Caller *caller;
        const char *action;
        const char *const *details; /* name, value, ...; ends with NULL */
        bool interactive;           /* whether somebody may be asked to authenticate */
} PolkitQuestion;

typedef void (*PolkitHandler)(void *userdata, PolkitAnswer answer);

/* seconds: how long somebody has to authenticate. */
int polkit_new(sd_event *event, unsigned seconds, Polkit **ret);
Polkit *polkit_free(Polkit *p);
/* There is a bus, which stays until this is called with NULL. */
void polkit_connect(Polkit *p, sd_bus *bus);
/* There is somebody to ask; NULL: no. */
bool polkit_is_there(const Polkit *p);
/* For people: "ready", "none", or what went wrong last. */
const char *polkit_state(const Polkit *p);

/* The handler is called once, never before this returns, unless it is taken back. -EBUSY: the user has as
 * many questions pending as one may; -ENOTCONN: there is no polkit; -ESRCH: the caller has gone. */
int polkit_ask(Polkit *p, const PolkitQuestion *q, PolkitHandler handler, void *userdata,
               PolkitPending **ret);
/* Nobody wants the answer any more; polkit is told. Takes NULL; returns NULL. */
PolkitPending *polkit_cancel(PolkitPending *a);
