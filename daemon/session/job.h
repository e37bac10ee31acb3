/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * Long work that a client can watch, and take back: the start of a session, from its submission until its
 * probes are armed; its stop, until nothing of it is left; the building of a kernel kit. A job ends with one
 * of the words of JOB_RESULTS; after the watchers have heard it, it is gone.
 */
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include "session/state.h"

#define JOB_RESULTS(X)                                                                  \
        X(DONE, "done")                                                                 \
        X(CANCELED, "canceled") /* by CancelJob, or because its session was stopped */  \
        X(FAILED, "failed")     /* the session's error says why */

typedef enum JobResult {
#define X(name, text) JOB_##name,
        JOB_RESULTS(X)
#undef X
        _JOB_RESULT_MAX,
        _JOB_RESULT_INVALID = -22,
} JobResult;

typedef enum JobVerb { JOB_START, JOB_STOP, JOB_PREPARE, _JOB_VERB_MAX } JobVerb;

typedef struct Manager Manager;
typedef struct Session Session;

typedef struct Job {
        Manager *manager;
        struct Job *prev, *next;
        uint32_t id;
        JobVerb verb;
        uid_t owner;
        Session *session;   /* NULL: a kit */
        JobResult result;   /* invalid while it runs */
        double progress;    /* 0 to 1 */
        char *text;         /* what it is at, for people, or NULL */
} Job;

const char *job_verb_to_string(JobVerb v);
const char *job_result_to_string(JobResult r); /* NULL while it runs */

/* NULL: no memory. */
Job *job_new(JobVerb verb, Session *s);
Job *job_new_prepare(Manager *m, uid_t owner);
/* Tells the watchers and frees it. Takes NULL; returns NULL. */
Job *job_end(Job *j, JobResult result);
Job *job_find(Manager *m, uint32_t id);
/* A start that is taken back ends its session; a kit, what waits for it. -EBUSY: a stop cannot be. */
int job_cancel(Job *j);
/* Tells the watchers. text: NULL leaves what it was. */
void job_set_progress(Job *j, double progress, const char *text);
/* The session has a new state: its jobs go on, or end. */
void job_follow(Session *s);
