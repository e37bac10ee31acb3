/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A session in the kernel: armed, then followed by its leash until the core says that it has stopped.
 */
#include <errno.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "base/fault.h"
#include "base/log.h"
#include "session/lifecycle.h"
#include "session/manager.h"

void session_refresh(Session *s) {
        if (s->leash.fd >= 0)
                (void) leash_stat(&s->leash, &s->stat);
        if (s->streamer)
                s->totals = streamer_totals(s->streamer);
}

static void tell_arm_failure(Session *s) {
        const char *point = s->stat.failed_probe < s->manifest->n_probes
                ? s->manifest->probes[s->stat.failed_probe].point : "a probe";
        char text[512];
        const char *why =
                s->stat.error == -ENOENT
                        ? "this kernel has nothing of that name, it cannot be probed, or its module is not loaded"
                : s->stat.error == -EINVAL ? "the kernel does not allow a probe there"
                                           : strerror(-s->stat.error);
        snprintf(text, sizeof(text), "cannot arm %s: %s", point, why);
        session_set_error(s, text);
}

static void on_stopped(Session *s) {
        if (!s->result)
                s->result = leash_result_to_string(s->stat.result);
        if (s->stat.result == STP_RESULT_ARM)
                tell_arm_failure(s);
        session_begin_drain(s);
}

void session_follow_kernel(Session *s) {
        session_refresh(s);
        switch (s->stat.state) {
        case STP_STATE_RUNNING:
                session_set_state(s, SESSION_RUNNING);
                break;
        case STP_STATE_STOPPING:
                session_set_state(s, SESSION_STOPPING);
                break;
        case STP_STATE_STOPPED:
                s->leash_source = sd_event_source_disable_unref(s->leash_source);
                on_stopped(s);
                break;
        default:
                break;
        }
}

static int on_leash(sd_event_source *source, int fd, uint32_t revents, void *userdata) {
        session_follow_kernel(userdata);
        return 0;
}

static int on_deadline(sd_event_source *source, uint64_t usec, void *userdata) {
        session_stop(userdata, "timeout", /* immediate= */ false);
        return 0;
}

/* The consumers of the output are left out of what is traced, or an unfiltered probe on writing would feed
 * on itself for ever. */
void session_exclude_consumers(Session *s, pid_t reader) {
        if (s->request->trace_self)
                return;
        pid_t pids[] = { getpid(), streamer_pid(s->streamer), s->owner.pid, reader };
        unsigned n = ELEMENTSOF(pids) - (reader > 0 && reader != s->owner.pid ? 0 : 1);
        int r = leash_exclude(&s->leash, pids, n);
        if (r < 0)
                log_debug_errno(r, "session %s: exclude: %m", s->id);
}

static uint64_t now_usec(clockid_t clock) {
        struct timespec t;
        clock_gettime(clock, &t);
        return (uint64_t) t.tv_sec * 1000000 + (uint64_t) t.tv_nsec / 1000;
}

static int watch(Session *s) {
        int r = sd_event_add_io(s->manager->event, &s->leash_source, s->leash.fd, EPOLLIN, on_leash, s);
        if (r >= 0 && s->deadline_usec > 0)
                r = sd_event_add_time(s->manager->event, &s->deadline, CLOCK_BOOTTIME, s->deadline_usec,
                                      1000, on_deadline, s);
        if (r >= 0 && s->request->until_usec > 0)
                r = sd_event_add_time(s->manager->event, &s->until, CLOCK_REALTIME,
                                      (uint64_t) s->request->until_usec, 1000, on_deadline, s);
        return r < 0 ? r : rate_watch(s);
}

int session_follow_again(Session *s) {
        int r = watch(s);
        if (r >= 0)
                session_follow_kernel(s);
        return r;
}

void session_start(Session *s) {
        if (s->request->timeout_usec > 0)
                s->deadline_usec = now_usec(CLOCK_BOOTTIME) + (uint64_t) s->request->timeout_usec;
        s->started_usec = now_usec(CLOCK_REALTIME);
        session_set_state(s, SESSION_STARTING);
        session_exclude_consumers(s, 0);
        session_tell_missing_modules(s);
        int r = watch(s);
        if (r >= 0)
                r = streamer_go(s->streamer);
        if (r >= 0)
                r = leash_start(&s->leash);
        if (r >= 0)
                r = fault("armed");
        if (r < 0)
                session_fail_in_kernel(s, FAILURE_INTERNAL, "load-failed", strerror(-r));
        else
                session_follow_kernel(s);
}

