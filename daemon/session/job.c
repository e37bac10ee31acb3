/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "session/job.h"
#include <errno.h>
#include <string.h>
#include "session/describe.h"
#include "session/manager.h"
#include "session/preparation.h"
#include "session/snapshot.h"

static const char *const verbs[_JOB_VERB_MAX] = { [JOB_START] = "start", [JOB_STOP] = "stop",
                                                    [JOB_PREPARE] = "prepare", [JOB_SNAPSHOT] = "snapshot" };

#define ENDED_MAX 64 /* jobs whose end can still be asked for */

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

/* id: 0: the next one. */
static Job *add(Manager *m, JobVerb verb, uid_t owner, Session *s, uint32_t id) {
        Job *j = calloc(1, sizeof(*j));
        if (!j)
                return NULL;
        m->last_job = id > 0 ? MAX2(id, m->last_job) : m->last_job + 1;
        *j = (Job) { .manager = m, .id = id > 0 ? id : m->last_job, .verb = verb, .owner = owner, .session = s,
                     .next = m->jobs, .result = _JOB_RESULT_INVALID };
        if (j->next)
                j->next->prev = j;
        m->jobs = j;
        manager_tell_job(m, j, CHANGE_NEW);
        return j;
}

Job *job_new(JobVerb verb, Session *s) {
        return add(s->manager, verb, s->owner.uid, s, 0);
}

Job *job_new_prepare(Manager *m, uid_t owner) {
        return add(m, JOB_PREPARE, owner, NULL, 0);
}

Job *job_new_snapshot(Session *s, uid_t owner, uint32_t id) {
        return add(s->manager, JOB_SNAPSHOT, owner, s, id);
}

/* ------------------------------------------------------------------ what has ended */

static void remember(Job *j) {
        json_object *list = j->manager->ended_jobs, *o = json_object_new_object();
        if (json_object_array_length(list) >= ENDED_MAX)
                json_object_array_del_idx(list, 0, 1);
        json_object_object_add(o, "owner", json_object_new_int64(j->owner));
        json_object_object_add(o, "job", job_describe(j));
        json_object_array_add(list, o);
}

json_object *job_find_ended(Manager *m, uint32_t id, uid_t *ret_owner) {
        for (size_t i = json_object_array_length(m->ended_jobs); i-- > 0;) {
                json_object *o = json_object_array_get_idx(m->ended_jobs, i);
                json_object *job = json_object_object_get(o, "job");
                if (json_object_get_int64(json_object_object_get(job, "id")) != id)
                        continue;
                *ret_owner = (uid_t) json_object_get_int64(json_object_object_get(o, "owner"));
                return job;
        }
        return NULL;
}

/* ------------------------------------------------------------------ their ends */

Job *job_end(Job *j, JobResult result) {
        if (!j)
                return NULL;
        j->result = result;
        j->progress = result == JOB_DONE ? 1 : j->progress;
        remember(j);
        manager_tell_job(j->manager, j, CHANGE_REMOVED);
        if (j->prev)
                j->prev->next = j->next;
        else
                j->manager->jobs = j->next;
        if (j->next)
                j->next->prev = j->prev;
        sd_event_source_disable_unref(j->look);
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
        else if (j->verb == JOB_SNAPSHOT)
                snapshot_cancel(j);
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
