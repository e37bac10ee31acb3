/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "session/job.h"
#include <errno.h>
#include <string.h>
#include "session/manager.h"
#include "session/preparation.h"

static const char *const verbs[_JOB_VERB_MAX] = { [JOB_START] = "start", [JOB_STOP] = "stop",
                                                    [JOB_PREPARE] = "prepare" };

static const char *const results[_JOB_RESULT_MAX] = {
#define X(name, text) [JOB_##name] = text,
        JOB_RESULTS(X)
#undef X
};

const char *job_verb_to_string(JobVerb v) {
        return verbs[v];
}

const char *job_result_to_string(JobResult r) {
        return r >= 0 && r < _JOB_RESULT_MAX ? results[r] : NULL;
}

static Job *add(Manager *m, JobVerb verb, uid_t owner, Session *s) {
        Job *j = calloc(1, sizeof(*j));
        if (!j)
                return NULL;
        *j = (Job) { .manager = m, .id = ++m->last_job, .verb = verb, .owner = owner, .session = s,
                     .next = m->jobs, .result = _JOB_RESULT_INVALID };
        if (j->next)
                j->next->prev = j;
        m->jobs = j;
        manager_tell_job(m, j, CHANGE_NEW);
        return j;
}

Job *job_new(JobVerb verb, Session *s) {
        return add(s->manager, verb, s->owner.uid, s);
}

Job *job_new_prepare(Manager *m, uid_t owner) {
        return add(m, JOB_PREPARE, owner, NULL);
}

Job *job_end(Job *j, JobResult result) {
        if (!j)
                return NULL;
        j->result = result;
        j->progress = result == JOB_DONE ? 1 : j->progress;
        manager_tell_job(j->manager, j, CHANGE_REMOVED);
        if (j->prev)
                j->prev->next = j->next;
        else
                j->manager->jobs = j->next;
        if (j->next)
                j->next->prev = j->prev;
        free(j->text);
        free(j);
        return NULL;
}

Job *job_find(Manager *m, uint32_t id) {
        for (Job *j = m->jobs; j; j = j->next)
                if (j->id == id)
                        return j;
        return NULL;
}

int job_cancel(Job *j) {
        if (j->verb == JOB_STOP)
                return -EBUSY;
        if (j->verb == JOB_PREPARE)
                preparation_cancel(j->manager);
        else
                session_stop(j->session, "canceled", /* immediate= */ true);
        return 0;
}

void job_set_progress(Job *j, double progress, const char *text) {
        if (!j || (progress == j->progress && (!text || (j->text && strcmp(text, j->text) == 0))))
                return;
        j->progress = progress;
        if (text) {
                free(j->text);
                j->text = strdup(text);
        }
        manager_tell_job(j->manager, j, CHANGE_CHANGED);
}

/* How far a start is in each state; the passes of the compiler move it on between. */
static const double start_progress[_SESSION_STATE_MAX] = {
        [SESSION_COMPILING] = 0.05, [SESSION_ASKING] = 0.87, [SESSION_LOADING] = 0.9, [SESSION_STARTING] = 0.95,
};

static bool is_started(SessionState s) {
        return s == SESSION_HELD || (s >= SESSION_RUNNING && s <= SESSION_DRAINING);
}

static void follow_start(Session *s) {
        if (is_started(s->state))
                s->start_job = job_end(s->start_job, JOB_DONE);
        else if (s->state == SESSION_ENDED)
                s->start_job = job_end(s->start_job, s->failure == FAILURE_NONE ? JOB_CANCELED : JOB_FAILED);
        else
                job_set_progress(s->start_job, MAX2(start_progress[s->state], s->start_job->progress),
                                 session_state_to_string(s->state));
}

void job_follow(Session *s) {
        if (s->start_job)
                follow_start(s);
        if (s->stop_job && s->state == SESSION_ENDED)
                s->stop_job = job_end(s->stop_job, JOB_DONE);
        else if (s->stop_job)
                job_set_progress(s->stop_job, s->state == SESSION_UNLOADING ? 0.9 : 0.1,
                                 session_state_to_string(s->state));
}
