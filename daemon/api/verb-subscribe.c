/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Subscribe: every change of the sessions that the caller may see, over one connection. First comes what is
 * there, then "ready", then changes. A client that does not read is not told of changes any more; when it
 * has caught up, it is told so ("overflow") and what is there by then, so that it can never be wrong without
 * knowing.
 */
#include "api/verbs.h"
#include "base/cleanup.h"
#include "session/describe.h"

#define QUEUED_MAX (1u << 20) /* bytes that a client may leave unread */

typedef struct Subscription {
        Watcher watcher;
        Call *call;
        bool all, jobs, overflowed;
} Subscription;

static void tell(Subscription *s, const char *change, const char *what, json_object *o) {
        json_object *reply = json_object_new_object();
        json_object_object_add(reply, "change", json_object_new_string(change));
        if (o)
                json_object_object_add(reply, what, o);
        call_reply_more(s->call, reply);
}

static bool concerns(const Subscription *s, uid_t owner) {
        return owner == s->call->caller->uid ||
                (s->all && verb_may_see(s->call->manager, s->call->caller, owner));
}

static bool has_room(Subscription *s) {
        s->overflowed |= call_queued(s->call) > QUEUED_MAX;
        return !s->overflowed;
}

static const char *const changes[] = {
        [CHANGE_NEW] = "new", [CHANGE_CHANGED] = "changed", [CHANGE_REMOVED] = "removed",
};

static void on_session(void *userdata, Session *session, Change change) {
        Subscription *s = userdata;
        if (concerns(s, session->owner.uid) && has_room(s))
                tell(s, changes[change], "session", session_describe(session));
}

static void on_job(void *userdata, Job *job, Change change) {
        Subscription *s = userdata;
        if (s->jobs && concerns(s, job->owner) && has_room(s))
                tell(s, changes[change], "job", job_describe(job));
}

static void tell_snapshot(Subscription *s) {
        for (Session *session = s->call->manager->sessions; session; session = session->next)
                if (concerns(s, session->owner.uid))
                        tell(s, "snapshot", "session", session_describe(session));
        tell(s, "ready", NULL, NULL);
}

static void on_drained(Call *c, void *userdata) {
        Subscription *s = userdata;
        if (!s->overflowed)
                return;
        s->overflowed = false;
        tell(s, "overflow", NULL, NULL);
        tell_snapshot(s);
}

static void on_gone(Call *c, void *userdata) {
        Subscription *s = userdata;
        manager_unwatch(c->manager, &s->watcher);
        free(s);
}

void verb_subscribe(Call *c) {
        bool all = true, jobs = false;
        if (!param_flag(c, "all", &all) || !param_flag(c, "jobs", &jobs))
                return;
        if (!c->more) {
                call_error(c, "org.varlink.service.ExpectedMore", NULL);
                return;
        }
        Subscription *s = calloc(1, sizeof(*s));
        if (!s) {
                call_error_text(c, "Internal", "reason", "no memory");
                return;
        }
        *s = (Subscription) { .call = c, .all = all, .jobs = jobs,
                              .watcher = { .session = on_session, .job = on_job, .userdata = s } };
        call_wait(c, on_gone, s);
        c->drained = on_drained;
        manager_watch(c->manager, &s->watcher);
        tell_snapshot(s);
}
