/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The end of a session: its stream is drained, then its module goes, tried again for as long as somebody
 * holds it.
 */
#include <errno.h>
#include <string.h>
#include "base/fault.h"
#include "base/log.h"
#include "run/module.h"
#include "session/adopt.h"
#include "session/lifecycle.h"
#include "session/manager.h"
#include "session/snapshot.h"

#define UNLOAD_FIRST_USEC 10000ull
#define UNLOAD_LAST_USEC 1000000ull
#define UNLOAD_COMPLAIN 100 /* attempts, about a minute */
#define GONE_DRAIN_MS 5000
#define DETACHED_DRAIN_MS 30000
#define IMMEDIATE_DRAIN_MS 200

void session_end(Session *s) {
        if (!s->result)
                s->result = "success";
        log_info("Session %s (%s, uid %u) ended: %s%s%s", s->id, s->request->name, s->owner.uid, s->result,
                 s->error ? ": " : "", s->error ?: "");
        session_set_state(s, SESSION_ENDED);
        if (s->observer)
                s->observer->ended(s->observer_data, s);
        session_unkeep(s);
        manager_remember(s->manager, s);
        manager_remove(s->manager, s);
}

static void try_unload(Session *s);

static int on_unload_timer(sd_event_source *source, uint64_t usec, void *userdata) {
        try_unload(userdata);
        return 0;
}

static void retry_unload(Session *s) {
        unsigned doublings = MIN2(s->unload_attempts, 7u);
        uint64_t delay = MIN2(UNLOAD_FIRST_USEC << doublings, UNLOAD_LAST_USEC);
        if (++s->unload_attempts == UNLOAD_COMPLAIN)
                log_warning("Module %s is inert but still in use; trying on to remove it.", s->module);
        s->timer = sd_event_source_disable_unref(s->timer);
        int r = sd_event_add_time_relative(s->manager->event, &s->timer, CLOCK_MONOTONIC, delay, 1000,
                                           on_unload_timer, s);
        if (r < 0) {
                log_errno(r, "Cannot wait for module %s: %m", s->module);
                session_end(s);
        }
}

static void try_unload(Session *s) {
        int r = s->module_loaded ? module_unload(s->module) : 0;
        if (r == -EAGAIN || r == -EBUSY || r == -EINTR) {
                retry_unload(s);
                return;
        }
        (void) fault("unloaded");
        if (r < 0 && r != -ENOENT)
                log_errno(r, "Cannot remove module %s: %m", s->module);
        session_end(s);
}

/* Gives back what the kernel and the stream process hold. */
void session_begin_unload(Session *s) {
        session_refresh(s);
        session_set_state(s, SESSION_UNLOADING);
        s->leash_source = sd_event_source_disable_unref(s->leash_source);
        s->deadline = sd_event_source_disable_unref(s->deadline);
        s->until = sd_event_source_disable_unref(s->until);
        s->timer = sd_event_source_disable_unref(s->timer);
        rate_done(&s->rate);
        s->streamer = streamer_free(s->streamer);
        session_let_go(s);
        try_unload(s);
}

void session_fail_in_kernel(Session *s, SessionFailure failure, const char *result, const char *error) {
        s->failure = failure;
        s->result = result;
        session_set_error(s, error);
        session_begin_unload(s);
}

unsigned session_drain_timeout(const Session *s) {
        if (s->immediate)
                return IMMEDIATE_DRAIN_MS;
        if (s->request->lifetime != LIFETIME_CLIENT && !s->manager->stopping)
                return DETACHED_DRAIN_MS;
        return s->observer && !s->manager->stopping ? 0 : GONE_DRAIN_MS;
}

void session_begin_drain(Session *s) {
        session_set_state(s, SESSION_DRAINING);
        if (s->state != SESSION_DRAINING)
                return;
        int status = s->result && !session_result_is_good(s->result) ? 2 : 0;
        int r = streamer_finish(s->streamer, s->result ?: "success", status, session_drain_timeout(s));
        (void) fault("finish-sent");
        if (r < 0)
                session_begin_unload(s);
}

static void on_stream_message(void *userdata, const char *severity, const char *text) {
        session_tell(userdata, severity, text);
}

static void on_stream_done(void *userdata, const StreamTotals *totals, const char *error) {
        Session *s = userdata;
        s->totals = *totals;
        if (error) {
                log_error("The stream of session %s failed: %s", s->id, error);
                session_set_error(s, error);
                if (!s->result || session_result_is_good(s->result))
                        s->result = "stream-failed";
        }
        session_begin_unload(s);
}

static void on_stream_changed(void *userdata) {
        session_save(userdata);
}

const StreamerHandler session_stream_handler = { .message = on_stream_message, .changed = on_stream_changed,
                                                 .reader_gone = snapshot_on_reader_gone, .done = on_stream_done };
