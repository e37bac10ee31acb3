/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ListJobs and CancelJob: long work that is under way. */
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

void verb_cancel_job(Call *c) {
        int64_t id = -1;
        if (!param_number(c, "job", 0, UINT32_MAX, &id))
                return;
        if (id < 0) {
                param_invalid(c, "job");
                return;
        }
        Job *j = job_find(c->manager, (uint32_t) id);
        if (!j || !verb_may_see(c->manager, c->caller, j->owner)) {
                json_object *o = json_object_new_object();
                json_object_object_add(o, "job", json_object_new_int64(id));
                call_error(c, "NoSuchJob", o);
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
