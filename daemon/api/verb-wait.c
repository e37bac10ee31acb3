/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Wait: until a session has ended; and how it ended, for a while after. */
#include <string.h>
#include "api/verbs.h"
#include "base/cleanup.h"
#include "session/describe.h"
#include "session/policy.h"

typedef struct Wait {
        Watcher watcher;
        Call *call;
        const Session *session;
} Wait;

static Wait *wait_free(Wait *w) {
        manager_unwatch(w->call->manager, &w->watcher);
        free(w);
        return NULL;
}

static json_object *make_reply(json_object *session, json_object *outcome) {
        json_object *o = json_object_new_object();
        json_object_object_add(o, "state", json_object_new_string("ended"));
        json_object_object_add(o, "session", session);
        json_object_object_add(o, "outcome", outcome);
        return o;
}

static void on_session(void *userdata, Session *s, Change change) {
        Wait *w = userdata;
        if (s != w->session || change != CHANGE_REMOVED)
                return;
        Call *c = w->call;
        wait_free(w);
        call_reply(c, make_reply(session_describe(s), session_describe_outcome(s)));
}

static void on_gone(Call *c, void *userdata) {
        wait_free(userdata);
}

bool verb_wait_for(Call *c, Session *s) {
        Wait *w = calloc(1, sizeof(*w));
        if (!w)
                return false;
        *w = (Wait) { .call = c, .session = s, .watcher = { .session = on_session, .userdata = w } };
        manager_watch(c->manager, &w->watcher);
        call_wait(c, on_gone, w);
        return true;
}

/* Of one that the caller could have seen. */
static json_object *find_ended(Call *c, const char *id) {
        const char *rule;
        json_object *o = manager_find_ended(c->manager, id, c->caller->uid);
        if (!o)
                return NULL;
        json_object *owner = json_object_object_get(json_object_object_get(o, "session"), "owner");
        return policy_allows(c->manager, c->caller, VERB_SEE, (uid_t) json_object_get_int64(owner), &rule)
                       ? o
                       : NULL;
}

void verb_wait(Call *c) {
        const char *id = NULL;
        if (!param_text(c, "id", true, &id))
                return;
        Session *s = manager_find_name(c->manager, id, c->caller->uid) ?: manager_find(c->manager, id);
        json_object *ended = s ? NULL : find_ended(c, id);
        if (ended) {
                call_reply(c, make_reply(json_object_get(json_object_object_get(ended, "session")),
                                         json_object_get(json_object_object_get(ended, "outcome"))));
                return;
        }
        s = verb_session(c, VERB_SEE);
        if (s && !verb_wait_for(c, s))
                call_error_text(c, "Internal", "reason", "no memory");
}
