/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Start: a session, that belongs to its client unless its lifetime says otherwise. */
#include <errno.h>
#include <string.h>
#include "api/verbs.h"
#include "base/cleanup.h"
#include "base/log.h"
#include "session/adopt.h"
#include "session/describe.h"

/* A session and who asked for it, for as long as one wants to hear of the other. */
typedef struct Start {
        Call *call; /* NULL: the last reply is out, and the client may be at another call */
        Peer *peer;
        Tie *tie;   /* NULL: the session is not the client's */
        Session *session;
        bool more;  /* whoever called wants to hear of everything */
} Start;

static void add_text(json_object *o, const char *name, const char *s) {
        if (s)
                json_object_object_add(o, name, json_object_new_string(s));
}

static void add_number(json_object *o, const char *name, int64_t n) {
        json_object_object_add(o, name, json_object_new_int64(n));
}

/* One of the replies of a call with `more`. */
static void tell(const Start *start, json_object *parameters) {
        if (start->call && start->more)
                call_reply_more(start->call, parameters);
        else
                json_object_put(parameters);
}

/* The session goes on without us, unless it is tied to the client: then we must hear of its end. */
static void forget_unless_tied(Start *start) {
        start->call = NULL;
        start->session->client_waits = false;
        session_save(start->session);
        if (start->tie)
                return;
        session_unobserve(start->session);
        free(start);
}

static json_object *make_state(const Session *s) {
        json_object *o = json_object_new_object();
        add_text(o, "id", s->id);
        add_text(o, "state", session_state_to_string(s->state));
        if (s->start_job)
                add_number(o, "job", s->start_job->id);
        return o;
}

static void on_state(void *userdata, Session *s) {
        Start *start = userdata;
        if (s->state == SESSION_ENDED)
                return; /* the outcome says so */
        if (s->state == SESSION_LOADING && start->tie && start->peer->keep)
                start->peer->keep(start->peer, s);
        if (start->call && !start->more && (s->state == SESSION_RUNNING || s->state == SESSION_HELD)) {
                call_reply(start->call, make_state(s));
                forget_unless_tied(start);
        } else {
                tell(start, make_state(s));
        }
}

static void on_pass(void *userdata, Session *s, const char *pass, int64_t usec, const char *detail) {
        Start *start = userdata;
        json_object *o = json_object_new_object();
        add_text(o, "pass", pass);
        add_number(o, "usec", usec);
        add_text(o, "detail", detail);
        tell(start, o);
}

static void on_progress(void *userdata, Session *s, const char *text) {
        Start *start = userdata;
        json_object *o = json_object_new_object();
        add_text(o, "progress", text);
        tell(start, o);
}

static json_object *member_of(json_object *reply, const char *name) {
        json_object *v = NULL;
        if (reply)
                json_object_object_get_ex(reply, name, &v);
        return v;
}

static void on_compiled(void *userdata, Session *s) {
        Start *start = userdata;
        json_object *o = json_object_new_object();
        json_object *text = member_of(s->compiled, "text"), *source = member_of(s->compiled, "source");
        json_object *result = member_of(s->compiled, "result");
        bool ok = s->cached || (result && strcmp(json_object_get_string(result), "ok") == 0);
        json_object_object_add(o, "cached", json_object_new_boolean(s->cached));
        if (ok && text) /* warnings; errors go with the error */
                json_object_object_add(o, "diagnosticsText", json_object_get(text));
        if (source)
                json_object_object_add(o, "source", json_object_get(source));
        tell(start, o);
}

static void on_message(void *userdata, Session *s, const char *severity, const char *text) {
        Start *start = userdata;
        json_object *o = json_object_new_object(), *message = json_object_new_object();
        add_text(message, "severity", severity);
        add_text(message, "text", text);
        json_object_object_add(o, "message", message);
        tell(start, o);
}

static json_object *make_outcome(const Session *s) {
        json_object *o = json_object_new_object();
        add_text(o, "id", s->id);
        add_text(o, "state", "ended");
        json_object_object_add(o, "outcome", session_describe_outcome(s));
        return o;
}

static void answer_compile_failed(Call *c, const Session *s) {
        json_object *o = json_object_new_object();
        json_object *text = member_of(s->compiled, "text"), *list = member_of(s->compiled, "diagnostics");
        bool told = text && json_object_get_string_len(text) > 0; /* not when the request itself was wrong */
        json_object_object_add(o, "text", told ? json_object_get(text) : json_object_new_string(s->error ?: ""));
        json_object_object_add(o, "diagnostics", list ? json_object_get(list) : json_object_new_array());
        call_error(c, "CompileFailed", o);
}

static const char *const failure_errors[] = {
        [FAILURE_LIMIT] = "CompileLimit",   [FAILURE_KERNEL] = "KernelMissing",
        [FAILURE_POLICY] = "PolicyDenied",  [FAILURE_MODULE] = "ModuleRefused",
        [FAILURE_INTERNAL] = "Internal",
};

static void on_ended(void *userdata, Session *s) {
        _cleanup_(freep) Start *start = userdata;
        Call *c = start->call;
        start->tie = peer_untie(start->tie);
        if (!c)
                return;
        if (s->failure == FAILURE_SCRIPT)
                answer_compile_failed(c, s);
        else if (s->failure != FAILURE_NONE)
                call_error_text(c, failure_errors[s->failure], "reason", s->error ?: s->result);
        else
                call_reply(c, make_outcome(s));
}

static const SessionObserver observer = {
        .state = on_state,     .pass = on_pass,       .progress = on_progress,
        .compiled = on_compiled, .message = on_message, .ended = on_ended,
};

/* The client is gone: so is its session, after its end probes. */
static void on_client_gone(void *userdata) {
        _cleanup_(freep) Start *start = userdata;
        Session *s = start->session;
        session_unobserve(s);
        if (!s->manager->leaving) /* then the next stapd has it, and the client as well */
                session_stop(s, "client-gone", /* immediate= */ false);
}

/* The client of a session that is not its own is gone. */
static void on_call_gone(Call *c, void *userdata) {
        forget_unless_tied(userdata);
}

static bool check_limits(Call *c) {
        int r = manager_check_limits(c->manager, c->caller);
        if (r >= 0)
                return true;
        if (r == -ESHUTDOWN) {
                call_error_text(c, "ShuttingDown", "reason", "stapd is being stopped");
                return false;
        }
        json_object *o = json_object_new_object();
        add_number(o, "limit", r == -EUSERS ? c->manager->config->sessions_per_user
                                            : c->manager->config->sessions_max);
        call_error(c, "TooManySessions", o);
        return false;
}

static bool check_keep(Call *c, const Request *request) {
        if (manager_may_keep(c->manager, c->caller, request))
                return true;
        call_error_megabytes(c, "keepBytes", c->manager->config->keep_max_megabytes,
                             "the records that all sessions of a user keep (--keep)", "KeepMaxMegabytes");
        return false;
}

static int create(Call *c, Request *request, Start **ret) {
        _cleanup_(freep) Start *start = calloc(1, sizeof(*start));
        if (!start)
                return -ENOMEM;
        start->call = c;
        start->peer = c->peer;
        start->more = c->more;
        bool tied = request->lifetime == LIFETIME_CLIENT;
        if (tied && !(start->tie = peer_tie(c->peer, on_client_gone, start)))
                return -ENOMEM;
        int r = session_new(c->manager, c->caller, request, &observer, start, &start->session);
        if (r < 0) {
                peer_untie(start->tie);
                return r;
        }
        start->session->interactive = c->interactive;
        start->session->client_more = start->more;
        start->session->client_waits = true;
        *ret = TAKE_PTR(start);
        return 0;
}

int verb_start_adopt(Peer *p, Call *c, Session *s) {
        Start *start = calloc(1, sizeof(*start));
        if (!start)
                return -ENOMEM;
        *start = (Start) { .call = c, .peer = p, .session = s, .more = s->client_more };
        start->tie = peer_tie(p, on_client_gone, start);
        if (!start->tie) {
                free(start);
                return -ENOMEM;
        }
        session_observe(s, &observer, start);
        if (!c)
                return 0;
        call_wait(c, NULL, NULL);
        /* What it was to be told may have died with the stapd before; so it may hear it twice. */
        on_state(start, s);
        return 0;
}

static void answer_not_created(Call *c, const Request *request, int error) {
        if (error == -EEXIST)
                call_error_text(c, "NameTaken", "name", request->session_name);
        else if (error == -ENXIO)
                call_error_text(c, "NoLogin", "reason",
                                "the caller is in no login session, with which this could end");
        else
                call_error_text(c, "Internal", "reason", strerror(-error));
}

static void answer_unreadable(Call *c, int error, const char *field) {
        if (error == -EINVAL)
                param_invalid(c, field);
        else
                call_error_text(c, "Internal", "reason", strerror(-error));
}

/* Who may run that is asked when it is known which it is. */
static bool is_of_catalogue(json_object *context) {
        json_object *name;
        return json_object_is_type(context, json_type_object) &&
               json_object_object_get_ex(context, "catalog", &name) && name;
}

/* What is to be run, if the caller may have anything compiled. Answers itself, and returns NULL. */
static Request *read_request(Call *c) {
        json_object *context = NULL;
        const char *field = NULL;
        _cleanup_(request_freep) Request *request = NULL;
        json_object_object_get_ex(c->parameters, "context", &context);
        int r = request_from_json(context, &request, &field);
        if (!is_of_catalogue(context) && !verb_allowed_to_compile(c, request))
                return NULL;
        if (r < 0) {
                answer_unreadable(c, r, field);
                return NULL;
        }
        return TAKE_PTR(request);
}

void verb_start(Call *c) {
        bool wait = true;
        if (c->peer->single && c->peer->ties) { /* one that was started without `more` */
                call_error_text(c, "InvalidState", "state", "this connection has a session");
                return;
        }
        if (!param_flag(c, "wait", &wait))
                return;
        _cleanup_(request_freep) Request *request = read_request(c);
        if (!request || !check_limits(c) || !verb_prepare_request(c, c->caller, request) || !check_keep(c, request))
                return;
        Start *start = NULL;
        int r = create(c, request, &start);
        if (r < 0) {
                answer_not_created(c, request, r);
                return;
        }
        request = NULL;
        Session *s = start->session;
        if (wait) {
                call_wait(c, start->tie ? NULL : on_call_gone, start);
        } else {
                call_reply(c, make_state(s));
                forget_unless_tied(start);
        }
        manager_enqueue(s->manager, s);
}
