/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "session/rate.h"
#include <stdio.h>
#include "session/lifecycle.h"
#include "session/manager.h"

#define USEC_PER_SEC 1000000ull
#define ACCURACY_USEC 100000

bool rate_look(Rate *r, uint64_t usec, int64_t bytes, int64_t limit) {
        bool first = r->usec == 0;
        uint64_t elapsed = usec - r->usec;
        int64_t printed = bytes - r->bytes;
        r->usec = usec;
        r->bytes = bytes;
        return !first && (double) printed * USEC_PER_SEC > (double) limit * (double) elapsed;
}

static void end_session(Session *s) {
        char text[128];
        snprintf(text, sizeof(text), "the session printed more than the %lld bytes a second that it may",
                 (long long) s->request->bytes_per_second);
        session_set_error(s, text);
        session_stop(s, "output-limit", /* immediate= */ false);
}

static int on_second(sd_event_source *source, uint64_t usec, void *userdata) {
        Session *s = userdata;
        uint64_t now = 0;
        session_refresh(s);
        (void) sd_event_now(s->manager->event, CLOCK_MONOTONIC, &now);
        if (s->state > SESSION_RUNNING)
                return 0;
        if (rate_look(&s->rate, now, s->totals.bytes, s->request->bytes_per_second)) {
                end_session(s);
                return 0;
        }
        int r = sd_event_source_set_time_relative(source, USEC_PER_SEC);
        return r < 0 ? r : sd_event_source_set_enabled(source, SD_EVENT_ONESHOT);
}

int rate_watch(Session *s) {
        if (s->request->bytes_per_second == 0)
                return 0;
        return sd_event_add_time_relative(s->manager->event, &s->rate.timer, CLOCK_MONOTONIC, /* usec= */ 0,
                                          ACCURACY_USEC, on_second, s);
}

void rate_done(Rate *r) {
        r->timer = sd_event_source_disable_unref(r->timer);
}
