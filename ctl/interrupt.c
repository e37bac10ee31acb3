/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ctl/interrupt.h"
#include <errno.h>
#include <signal.h>

static void (*stop_function)(void *userdata, bool now);
static unsigned count;

static int on_signal(sd_event_source *s, const struct signalfd_siginfo *si, void *userdata) {
        stop_function(userdata, count++ > 0);
        return 0;
}

int interrupt_watch(sd_event *event, void (*stop)(void *userdata, bool now), void *userdata) {
        static const int signals[] = { SIGINT, SIGTERM, SIGHUP };
        sigset_t set;
        stop_function = stop;
        sigemptyset(&set);
        sigaddset(&set, SIGCHLD);
        for (unsigned i = 0; i < 3; i++)
                sigaddset(&set, signals[i]);
        if (sigprocmask(SIG_BLOCK, &set, NULL) < 0)
                return -errno;
        for (unsigned i = 0; i < 3; i++) {
                int r = sd_event_add_signal(event, NULL, signals[i], on_signal, userdata);
                if (r < 0)
                        return r;
        }
        return 0;
}
