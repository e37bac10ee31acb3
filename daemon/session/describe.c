/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "session/describe.h"
#include "base/cleanup.h"
#include "session/counts.h"
#include "session/login.h"

/* Names are literals, and each comes once: hundreds of sessions are described for one List. */
static void add(json_object *o, const char *name, json_object *v) {
        (void) json_object_object_add_ex(o, name, v,
                                         JSON_C_OBJECT_ADD_KEY_IS_NEW | JSON_C_OBJECT_ADD_CONSTANT_KEY);
}

static void add_text(json_object *o, const char *name, const char *s) {
        add(o, name, s ? json_object_new_string(s) : NULL);
}

static void add_number(json_object *o, const char *name, int64_t n) {
        add(o, name, json_object_new_int64(n));
}

static Counts counts_of(const Session *s) {
        Counts c = {};
        counts_add(&c, s);
        return c;
}

json_object *session_describe(Session *s) {
        session_refresh(s);
        Counts counts = counts_of(s);
        json_object *o = json_object_new_object();
        add_text(o, "id", s->id);
        add_text(o, "name", s->request->name);
        add_text(o, "sessionName", s->request->session_name);
        add_number(o, "owner", s->owner.uid);
        add_number(o, "ownerPid", s->owner.pid);
        add_text(o, "lifetime", session_lifetime_to_string(s->request->lifetime));
        add_text(o, "state", session_state_to_string(s->state));
        add_text(o, "result", s->result);
        add_text(o, "module", s->module[0] ? s->module : NULL);
        add_text(o, "digest", s->digest);
        add_number(o, "probes", s->manifest ? s->manifest->n_probes : 0);
        add_number(o, "readers", s->streamer ? streamer_n_readers(s->streamer) : 0);
        add_number(o, "created", (int64_t) s->created_usec);
        add_number(o, "started", (int64_t) s->started_usec);
        add_number(o, "hits", (int64_t) counts.hits);
        add_number(o, "records", (int64_t) counts.records);
        add_number(o, "lost", (int64_t) counts_lost(&counts));
        add_number(o, "skipped", (int64_t) counts_skipped(&counts));
        add_number(o, "errors", (int64_t) counts.errors);
        return o;
}

json_object *session_describe_outcome(const Session *s) {
        Counts counts = counts_of(s);
        json_object *o = json_object_new_object(), *text;
        add_text(o, "result", s->result);
        if (s->error)
                add_text(o, "error", s->error);
        if (s->failure == FAILURE_SCRIPT && json_object_object_get_ex(s->compiled, "text", &text))
                json_object_object_add(o, "diagnosticsText", json_object_get(text));
        add_number(o, "errors", (int64_t) counts.errors);
        add_number(o, "skipped", (int64_t) counts_skipped(&counts));
        add_number(o, "hits", (int64_t) counts.hits);
        add_number(o, "records", (int64_t) counts.records);
        add_number(o, "lost", (int64_t) counts_lost(&counts));
        return o;
}

json_object *job_describe(const Job *j) {
        json_object *o = json_object_new_object();
        add_number(o, "id", j->id);
        add_text(o, "verb", job_verb_to_string(j->verb));
        add_text(o, "session", j->session ? j->session->id : NULL);
        add_text(o, "state", j->result < 0 ? "running" : "finished");
        json_object_object_add(o, "progress", json_object_new_double(j->progress));
        add_text(o, "text", j->text);
        add_text(o, "result", job_result_to_string(j->result));
        if (j->verb == JOB_SNAPSHOT)
                add_number(o, "bytes", (int64_t) j->bytes);
        return o;
}
