/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "session/sweep.h"
#include "base/cleanup.h"
#include "base/log.h"
#include "session/orphans.h"

#define FIRST_USEC 50000ull
#define LAST_USEC 5000000ull
#define TRIES 20 /* about a minute */

/* EAGAIN, EBUSY: it has a user again, or is being looked at; the next look will tell. */
static void on_left(void *userdata, const Orphan *o) {
        bool *left = userdata;
        *left |= !o->removed;
        if (o->error < 0)
                log_debug_errno(o->error, "Cannot remove left-over module %s: %m", o->module);
}

/* True: there are others. */
static bool sweep(Manager *m) {
        bool left = false;
        unsigned count = orphans_foreach(m, /* reap= */ true, on_left, &left);
        if (count > 0)
                log_info("Removed %u module(s) that an earlier stapd left, inert, in the kernel.", count);
        return left;
}

static int on_sweep(sd_event_source *source, uint64_t usec, void *userdata) {
        Manager *m = userdata;
        if (!sweep(m) || ++m->sweeps >= TRIES) {
                m->sweep = sd_event_source_disable_unref(m->sweep);
                return 0;
        }
        uint64_t pause = MIN2(FIRST_USEC << MIN2(m->sweeps, 10u), LAST_USEC);
        (void) sd_event_source_set_time_relative(source, pause);
        return sd_event_source_set_enabled(source, SD_EVENT_ONESHOT);
}

void manager_sweep(Manager *m, bool again) {
        if (!sweep(m) || !again || m->sweep)
                return;
        int r = sd_event_add_time_relative(m->event, &m->sweep, CLOCK_MONOTONIC, FIRST_USEC, 1000, on_sweep,
                                           m);
        if (r < 0)
                log_errno(r, "Left-over modules stay until the next start: %m");
}
