/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * Long work that a client can watch, and take back: the start of a session, from its submission until its
 * probes are armed; its stop, until nothing of it is left; a snapshot of what it keeps, until the last byte
 * of it is written; the building of a kernel kit. A job ends with one of the words of JOB_RESULTS; after the
 * watchers have heard it, it is gone, but the last ends can be asked for.
 */
#include <json-c/json.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include <systemd/sd-event.h>
#include "session/state.h"

#define JOB_RESULTS(X)                                                                  \
        X(DONE, "done")                                                                 \
        X(CANCELED, "canceled") /* by CancelJob, its session's stop, or its client's end */ \
        X(FAILED, "failed")     /* the session's error, or the job's text, says why */

typedef enum JobResult {
#define X(name, text) JOB_##name,
        JOB_RESULTS(X)
#undef X
        _JOB_RESULT_MAX,
        _JOB_RESULT_INVALID = -22,
} JobResult;

typedef enum JobVerb { JOB_START, JOB_STOP, JOB_PREPARE, JOB_SNAPSHOT, _JOB_VERB_MAX } JobVerb;

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
        uint64_t bytes;     /* of a snapshot: written so far */
        uint64_t first;     /* number of its first record; 0: not known yet */
        sd_event_source *look;
} Job;

const char *job_verb_to_string(JobVerb v);
const char *job_result_to_string(JobResult r); /* NULL while it runs */

/* NULL: no memory. */
Job *job_new(JobVerb verb, Session *s);
Job *job_new_prepare(Manager *m, uid_t owner);
/* Of whoever wants it. id: that of an earlier stapd, or 0. */
Job *job_new_snapshot(Session *s, uid_t owner, uint32_t id);
/* Tells the watchers and frees it. Takes NULL; returns NULL. */
Job *job_end(Job *j, JobResult result);
Job *job_find(Manager *m, uint32_t id);
/* What was last to be told of one that has ended, and whose it was; borrowed, NULL: not known any more. */
json_object *job_find_ended(Manager *m, uint32_t id, uid_t *ret_owner);
/* A start that is taken back ends its session; a kit, what waits for it; a snapshot, its stream. -EBUSY: a
 * stop cannot be. */
int job_cancel(Job *j);
/* Tells the watchers. text: NULL leaves what it was. */
void job_set_progress(Job *j, double progress, const char *text);
/* The session has a new state: its jobs go on, or end. */
void job_follow(Session *s);
