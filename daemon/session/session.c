/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What others may do with a session, and its beginning and end as an object. The stages of its life have
 * files of their own (lifecycle.h):
 *
 *   session_new -> manager_enqueue -> session_compile -> session_load -> session_decide -> [asking] -> session_insert
 *   -> session_loaded -> [held] -> session_start
 *   -> leash readable: running, stopping, stopped -> drain -> unload -> session_end -> manager_remove
 *
 * Every error on the way ends in session_begin_unload() or, before anything is in the kernel, in
 * session_end().
 */
#include "session/session.h"
#include <errno.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include "base/cleanup.h"
#include "base/fault.h"
#include "base/fds.h"
#include "base/log.h"
#include "run/loader.h"
#include "session/adopt.h"
#include "session/lifecycle.h"
#include "session/login.h"
#include "session/manager.h"
#include "session/snapshot.h"

void session_set_state(Session *s, SessionState to) {
        if (s->state == to)
                return;
        if (!session_state_may_follow(s->state, to)) {
                log_debug("session %s: %s -> %s is not in the table", s->id,
                          session_state_to_string(s->state), session_state_to_string(to));
                return;
        }
        log_debug("session %s: %s -> %s", s->id, session_state_to_string(s->state),
                  session_state_to_string(to));
        s->state = to;
        if (s->streamer)
                (void) streamer_set_state(s->streamer, session_state_to_string(to), s->result);
        if (s->observer)
                s->observer->state(s->observer_data, s);
        session_save(s);
        job_follow(s);
        manager_tell_session(s->manager, s, CHANGE_CHANGED);
        (void) fault(session_state_to_string(to));
}

void session_set_error(Session *s, const char *text) {
        if (!s->error && text)
                s->error = strdup(text);
}

void session_tell(Session *s, const char *severity, const char *text) {
        if (s->observer)
                s->observer->message(s->observer_data, s, severity, text);
}

void session_fail(Session *s, SessionFailure failure, const char *result, const char *error) {
        s->failure = failure;
        s->result = result;
        session_set_error(s, error);
        s->job = compile_job_cancel(s->job);
        s->question = polkit_cancel(s->question);
        session_end(s);
}

int session_release(Session *s, pid_t target) {
        if (s->state != SESSION_HELD)
                return -EBUSY;
        if (target > 0) {
                int r = leash_set_target(&s->leash, target);
                if (r < 0)
                        return r;
        }
        session_start(s);
        return 0;
}

static void stop_running(Session *s) {
        int r = s->immediate ? 0 : leash_stop(&s->leash);
        if (r >= 0 && !s->immediate) {
                session_follow_kernel(s);
                return;
        }
        /* Without the leash the probes are off; what is in the buffers can still be read. */
        session_refresh(s);
        s->leash_source = sd_event_source_disable_unref(s->leash_source);
        session_let_go(s);
        session_begin_drain(s);
}

Job *session_stop_job(Session *s) {
        if (!s->stop_job && s->state < SESSION_ENDED)
                s->stop_job = job_new(JOB_STOP, s);
        return s->stop_job;
}

void session_stop(Session *s, const char *result, bool immediate) {
        bool hurry = immediate && !s->immediate;
        s->immediate |= immediate;
        if (result && !s->result)
                s->result = result;
        switch (s->state) {
        case SESSION_QUEUED:
        case SESSION_COMPILING:
        case SESSION_ASKING:
                session_fail(s, FAILURE_NONE, s->result ?: "success", NULL);
                break;
        case SESSION_LOADING:
                s->unwanted = true;
                break;
        case SESSION_HELD:
                session_begin_unload(s);
                break;
        case SESSION_STARTING:
        case SESSION_RUNNING:
                stop_running(s);
                break;
        case SESSION_STOPPING:
                if (hurry)
                        stop_running(s);
                break;
        case SESSION_DRAINING:
                if ((hurry || session_drain_timeout(s) > 0) &&
                    streamer_finish(s->streamer, s->result ?: "success", 0, session_drain_timeout(s)) < 0)
                        session_begin_unload(s);
                break;
        default:
                break;
        }
}

int session_rotate(Session *s) {
        if (s->state < SESSION_HELD)
                return -EAGAIN;
        return s->streamer ? streamer_rotate(s->streamer) : -ESHUTDOWN;
}

int session_attach(Session *s, int fd, const StreamerReader *options, pid_t reader) {
        _cleanup_(closep) int owned = fd;
        if (s->state < SESSION_HELD)
                return -EAGAIN;
        if (!s->streamer || s->state >= SESSION_DRAINING)
                return -ESHUTDOWN;
        int r = streamer_add_reader(s->streamer, TAKE_FD(owned), options);
        if (r >= 0 && s->leash.fd >= 0)
                session_exclude_consumers(s, reader);
        return r;
}

void session_observe(Session *s, const SessionObserver *observer, void *userdata) {
        s->observer = observer;
        s->observer_data = userdata;
}

void session_unobserve(Session *s) {
        s->observer = NULL;
        s->observer_data = NULL;
}

static uint64_t now_usec(void) {
        struct timespec t;
        clock_gettime(CLOCK_REALTIME, &t);
        return (uint64_t) t.tv_sec * 1000000 + (uint64_t) t.tv_nsec / 1000;
}

static int make_id(char *ret) {
        unsigned char bytes[SESSION_ID_LENGTH / 2];
        if (getrandom(bytes, sizeof(bytes), 0) != sizeof(bytes))
                return -EIO;
        for (size_t i = 0; i < sizeof(bytes); i++)
                sprintf(ret + 2 * i, "%02x", bytes[i]);
        return 0;
}

int session_new(Manager *m, const Caller *owner, Request *request, const SessionObserver *observer,
                void *userdata, Session **ret) {
        Session *s = calloc(1, sizeof(*s));
        if (!s)
                return -ENOMEM;
        if (request->session_name && manager_find_name(m, request->session_name, owner->uid)) {
                free(s);
                return -EEXIST;
        }
        *s = (Session) { .manager = m, .observer = observer, .observer_data = userdata, .module_fd = -1,
                         .client_fd = -1, .memo = MEMO_INIT, .leash = LEASH_INIT };
        int r = make_id(s->id);
        if (r >= 0)
                r = caller_copy(owner, &s->owner);
        if (r < 0) {
                free(s);
                return r;
        }
        if (request->lifetime == LIFETIME_LOGIN && (login_bind(s) < 0 || login_watch(m) < 0)) {
                caller_done(&s->owner);
                free(s->login);
                free(s);
                return -ENXIO;
        }
        s->request = request;
        s->created_usec = now_usec();
        request_digest(request, s->digest);
        s->next = m->sessions;
        if (s->next)
                s->next->prev = s;
        m->sessions = s;
        m->n_sessions++;
        manager_tell_session(m, s, CHANGE_NEW);
        s->start_job = job_new(JOB_START, s);
        *ret = s;
        return 0;
}

Session *session_free(Session *s) {
        if (!s)
                return NULL;
        s->job = compile_job_cancel(s->job);
        s->question = polkit_cancel(s->question);
        s->start_job = job_end(s->start_job, JOB_CANCELED);
        s->stop_job = job_end(s->stop_job, JOB_DONE);
        snapshot_end_all(s);
        sd_event_source_disable_unref(s->loading);
        if (s->loader > 0)
                loader_abandon(s->loader);
        sd_event_source_disable_unref(s->leash_source);
        sd_event_source_disable_unref(s->deadline);
        sd_event_source_disable_unref(s->until);
        sd_event_source_disable_unref(s->timer);
        rate_done(&s->rate);
        streamer_free(s->streamer);
        leash_done(&s->leash);
        close_fd(s->module_fd);
        manifest_free(s->manifest);
        json_object_put(s->compiled);
        caller_done(&s->owner);
        request_free(s->request);
        free(s->error);
        free(s->login);
        free(s->client_bus);
        close_fd(s->client_fd);
        memo_done(&s->memo);
        free(s);
        return NULL;
}
