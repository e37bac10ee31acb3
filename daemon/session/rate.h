/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * How much a session may print in a second, where its request or the policy says so: its records are counted
 * once a second, and one that printed more ends. Sessions without a limit cost nothing.
 */
#include <stdbool.h>
#include <stdint.h>
#include <systemd/sd-event.h>

struct Session;

typedef struct Rate {
        uint64_t usec; /* CLOCK_MONOTONIC, of the last look; 0: there was none */
        int64_t bytes; /* until then */
        sd_event_source *timer;
} Rate;

/* One look. True: more than `limit` bytes a second were printed since the last one; the first only looks. */
bool rate_look(Rate *r, uint64_t usec, int64_t bytes, int64_t limit);

/* From when it is armed, or adopted, until it stops. Negative errno. */
int rate_watch(struct Session *s);
void rate_done(Rate *r);
