/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "session/alive.h"
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

struct Alive {
        uint64_t interval;
        sd_event_source *timer;
        bool asked; /* and not heard since */
        const AliveHandler *handler;
        void *userdata;
};

static int on_timer(sd_event_source *source, uint64_t usec, void *userdata) {
        Alive *a = userdata;
        if (a->asked) {
                a->handler->stuck(a->userdata);
                return 0;
        }
        a->asked = true;
        int r = sd_event_source_set_time_relative(source, a->interval);
        if (r >= 0)
                r = sd_event_source_set_enabled(source, SD_EVENT_ONESHOT);
        a->handler->ask(a->userdata);
        return r;
}

int alive_new(sd_event *event, uint64_t interval_usec, const AliveHandler *handler, void *userdata,
              Alive **ret) {
        Alive *a = calloc(1, sizeof(*a));
        if (!a)
                return -ENOMEM;
        *a = (Alive) { .interval = interval_usec, .handler = handler, .userdata = userdata };
        /* Nobody minds when: sessions' timers fall together. */
        int r = sd_event_add_time_relative(event, &a->timer, CLOCK_MONOTONIC, interval_usec, interval_usec / 8,
                                           on_timer, a);
        if (r < 0)
                return alive_free(a), r;
        *ret = a;
        return 0;
}

void alive_heard(Alive *a) {
        if (a)
                a->asked = false;
}

Alive *alive_free(Alive *a) {
        if (!a)
                return NULL;
        sd_event_source_disable_unref(a->timer);
        free(a);
        return NULL;
}
