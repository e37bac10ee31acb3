/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Release, Stop, List: sessions that are there. */
#include <errno.h>
#include <string.h>
#include "api/verbs.h"
#include "base/cleanup.h"
#include "session/describe.h"
#include "session/scripts.h"

void verb_release(Call *c) {
        int64_t target = 0;
        if (!param_number(c, "target", 0, INT32_MAX, &target))
                return;
        Session *s = verb_session(c, VERB_STOP);
        if (!s)
                return;
        if (!scripts_may_target(s, (pid_t) target)) {
                call_error_text(c, "PolicyDenied", "reason", "a script of the catalogue is about processes of its user");
                return;
        }
        int r = session_release(s, (pid_t) target);
        if (r == -EBUSY)
                call_error_text(c, "InvalidState", "state", session_state_to_string(s->state));
        else if (r < 0)
                call_error_text(c, "Internal", "reason", strerror(-r));
        else
                call_reply(c, NULL);
}

/* The session may be gone with the answer: stopping can be its end. */
static void stop(Call *c, Session *s, const char *mode, bool wait) {
        Job *job = session_stop_job(s);
        json_object *o = json_object_new_object();
        json_object_object_add(o, "state", json_object_new_string(session_state_to_string(s->state)));
        if (job)
                json_object_object_add(o, "job", json_object_new_int64(job->id));
        if (wait && verb_wait_for(c, s))
                json_object_put(o);
        else
                call_reply(c, o);
        session_stop(s, NULL, strcmp(mode, "immediate") == 0);
}

void verb_stop(Call *c) {
        static const char *const modes[] = { "drain", "immediate", NULL };
        const char *mode = "drain";
        bool wait = false;
        if (!param_word(c, "mode", false, modes, &mode) || !param_flag(c, "wait", &wait))
                return;
        Session *s = verb_session(c, VERB_STOP);
        if (s)
                stop(c, s, mode, wait);
}

/* ------------------------------------------------------------------ List */

static json_object *describe(Session *s) {
        json_object *reply = json_object_new_object();
        json_object_object_add(reply, "session", session_describe(s));
        return reply;
}

static void list_all(Call *c, bool all) {
        json_object *last = NULL;
        for (Session *s = c->manager->sessions; s; s = s->next) {
                if (!all && !verb_may_see(c->manager, c->caller, s->owner.uid))
                        continue;
                if (last)
                        call_reply_more(c, last);
                last = describe(s);
        }
        call_reply(c, last);
}

void verb_list(Call *c) {
        const char *id = NULL;
        bool all = false;
        if (!param_text(c, "id", false, &id) || !param_flag(c, "all", &all))
                return;
        if (!id && !c->more) {
                call_error(c, "org.varlink.service.ExpectedMore", NULL);
                return;
        }
        if (!id) {
                if (!all || verb_allowed(c, VERB_SEE_ALL, (uid_t) -1))
                        list_all(c, all);
                return;
        }
        Session *s = verb_session(c, VERB_SEE);
        if (s)
                call_reply(c, describe(s));
}
