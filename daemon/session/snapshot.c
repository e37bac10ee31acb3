/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "session/snapshot.h"
#include <errno.h>
#include <string.h>
#include "base/cleanup.h"
#include "base/log.h"
#include "session/manager.h"

#define LOOK_USEC 100000

/* ------------------------------------------------------------------ how far it is */

static double share_of(Job *j, const StreamerProgress *p) {
        if (j->first == 0)
                j->first = p->next;
        if (p->until < j->first || p->next < j->first)
                return j->progress;
        double share = (double) (p->next - j->first) / (double) (p->until - j->first + 1);
        return MIN2(MAX2(share, j->progress), 1.0);
}

static void look(Job *j) {
        StreamerProgress p = {};
        char text[48];
        if (!streamer_progress(j->session->streamer, j->id, &p) && p.bytes == 0)
                return;
        j->bytes = MAX2(p.bytes, j->bytes);
        snprintf(text, sizeof(text), "%llu bytes", (unsigned long long) j->bytes);
        job_set_progress(j, p.next > 0 ? share_of(j, &p) : j->progress, text);
}

static int on_look(sd_event_source *source, uint64_t usec, void *userdata) {
        Job *j = userdata;
        if (j->session->streamer)
                look(j);
        (void) sd_event_source_set_time_relative(source, LOOK_USEC);
        return sd_event_source_set_enabled(source, SD_EVENT_ONESHOT);
}

/* Without progress it is as good a snapshot. */
static void watch(Job *j) {
        int r = sd_event_add_time_relative(j->manager->event, &j->look, CLOCK_MONOTONIC, LOOK_USEC,
                                           LOOK_USEC / 2, on_look, j);
        if (r < 0)
                log_debug_errno(r, "job %u: %m", j->id);
}

/* ------------------------------------------------------------------ its life */

static void fail(Job *j, const char *error) {
        job_set_progress(j, j->progress, error);
        job_end(j, JOB_FAILED);
}

void snapshot_begin(Job *j, int fd, const StreamerReader *options, pid_t reader) {
        StreamerReader o = *options;
        o.job = j->id;
        int r = session_attach(j->session, fd, &o, reader);
        if (r < 0)
                fail(j, r == -ESHUTDOWN ? "the session has ended"
                        : r == -EBUSY   ? "the session has as many readers as it may have" : strerror(-r));
        else
                watch(j);
}

void snapshot_cancel(Job *j) {
        if (j->session->streamer)
                streamer_detach(j->session->streamer, j->id);
        job_end(j, JOB_CANCELED);
}

void snapshot_on_reader_gone(void *userdata, uint32_t job, bool complete, const char *error) {
        Session *s = userdata;
        Job *j = job_find(s->manager, job);
        if (!j)
                return;
        look(j);
        if (error)
                fail(j, error);
        else
                job_end(j, complete ? JOB_DONE : JOB_CANCELED);
}

static void adopt(void *userdata, uint32_t job, uid_t uid) {
        Session *s = userdata;
        Job *j = job_new_snapshot(s, uid, job);
        if (j)
                watch(j);
}

void snapshot_adopt_all(Session *s) {
        if (s->streamer)
                streamer_foreach_job(s->streamer, adopt, s);
}

void snapshot_end_all(Session *s) {
        for (Job *j = s->manager->jobs, *next; j; j = next) {
                next = j->next;
                if (j->session == s && j->verb == JOB_SNAPSHOT)
                        fail(j, "the session has ended");
        }
}
