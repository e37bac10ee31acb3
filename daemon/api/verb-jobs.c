/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ListJobs, WaitJob and CancelJob: long work that is under way. */
#include "api/verbs.h"
#include "base/cleanup.h"
#include "session/describe.h"

static json_object *make_reply(Job *j) {
        json_object *reply = json_object_new_object();
        json_object_object_add(reply, "job", job_describe(j));
        return reply;
}

void verb_list_jobs(Call *c) {
        if (!c->more) {
                call_error(c, "org.varlink.service.ExpectedMore", NULL);
                return;
        }
        json_object *last = NULL;
        for (Job *j = c->manager->jobs; j; j = j->next) {
                if (!verb_may_see(c->manager, c->caller, j->owner))
                        continue;
                if (last)
                        call_reply_more(c, last);
                last = make_reply(j);
        }
        call_reply(c, last);
}

static bool read_id(Call *c, int64_t *ret) {
        *ret = -1;
        if (!param_number(c, "job", 0, UINT32_MAX, ret))
                return false;
        if (*ret < 0)
                param_invalid(c, "job");
        return *ret >= 0;
}

/* NULL: there is none that the caller may see; it may have ended. */
static Job *find(Call *c, int64_t id) {
        Job *j = job_find(c->manager, (uint32_t) id);
        return j && verb_may_see(c->manager, c->caller, j->owner) ? j : NULL;
}

static void answer_missing(Call *c, int64_t id) {
        json_object *o = json_object_new_object();
        json_object_object_add(o, "job", json_object_new_int64(id));
        call_error(c, "NoSuchJob", o);
}

/* ------------------------------------------------------------------ WaitJob */

typedef struct Wait {
        Watcher watcher;
        Call *call;
        const Job *job;
} Wait;

static void wait_free(Wait *w) {
        manager_unwatch(w->call->manager, &w->watcher);
        free(w);
}

static void on_job(void *userdata, Job *j, Change change) {
        Wait *w = userdata;
        Call *c = w->call;
        if (j != w->job)
                return;
        if (change != CHANGE_REMOVED) {
                call_reply_more(c, make_reply(j));
                return;
        }
        wait_free(w);
        call_reply(c, make_reply(j));
}

static void on_gone(Call *c, void *userdata) {
        wait_free(userdata);
}

static void wait_for(Call *c, Job *j) {
        Wait *w = calloc(1, sizeof(*w));
        if (!w) {
                call_error_text(c, "Internal", "reason", "no memory");
                return;
        }
        *w = (Wait) { .call = c, .job = j, .watcher = { .job = on_job, .userdata = w } };
        manager_watch(c->manager, &w->watcher);
        call_wait(c, on_gone, w);
        call_reply_more(c, make_reply(j));
}

void verb_wait_job(Call *c) {
        int64_t id;
        uid_t owner;
        if (!read_id(c, &id))
                return;
        Job *j = find(c, id);
        json_object *ended = j ? NULL : job_find_ended(c->manager, (uint32_t) id, &owner);
        if (j) {
                wait_for(c, j);
        } else if (ended && verb_may_see(c->manager, c->caller, owner)) {
                json_object *reply = json_object_new_object();
                json_object_object_add(reply, "job", json_object_get(ended));
                call_reply(c, reply);
        } else {
                answer_missing(c, id);
        }
}

/* ------------------------------------------------------------------ CancelJob */

void verb_cancel_job(Call *c) {
        int64_t id;
        if (!read_id(c, &id))
                return;
        Job *j = find(c, id);
        if (!j) {
                answer_missing(c, id);
                return;
        }
        if (!verb_allowed(c, VERB_STOP, j->owner))
                return;
        if (j->verb == JOB_STOP) {
                call_error_text(c, "InvalidState", "state", "a stop cannot be taken back");
                return;
        }
        call_reply(c, NULL); /* before the job and its session go */
        (void) job_cancel(j);
}
