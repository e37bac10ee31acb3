/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The two clocks. Records have CLOCK_BOOTTIME from the kernel; CLOCK_REALTIME is that and an offset, which
 * only changes when somebody sets the clock: adjustments of its rate move both. Then, and once an hour, the
 * stream says how they stand.
 */
#include <stdlib.h>
#include <time.h>
#include "stream/stream-private.h"

#define STEP_NS 10000000         /* what is less is how exactly we can look */
#define PAIR_NS 3600000000000ull /* between two records, when nothing happened */
#define TRIES 3
#define GOOD_NS 100000

uint64_t clock_now(void) {
        struct timespec t;
        clock_gettime(CLOCK_BOOTTIME, &t);
        return (uint64_t) t.tv_sec * 1000000000u + (uint64_t) t.tv_nsec;
}

static int64_t offset_once(const Stream *s, uint64_t *ret_took) {
        uint64_t before = clock_now();
        struct timespec t;
        clock_gettime(CLOCK_REALTIME, &t);
        uint64_t after = clock_now();
        *ret_took = after - before;
        int64_t real = (int64_t) t.tv_sec * 1000000000 + t.tv_nsec;
        if (s->ops && s->ops->realtime)
                real += s->ops->realtime(s->ops_userdata);
        return real - (int64_t) (before + (after - before) / 2);
}

/* Somebody else may run between two looks at a clock: the narrowest of some tries counts. */
static int64_t offset(const Stream *s) {
        uint64_t best = UINT64_MAX, took;
        int64_t ret = 0;
        for (unsigned i = 0; i < TRIES && best > GOOD_NS; i++) {
                int64_t o = offset_once(s, &took);
                if (took < best) {
                        best = took;
                        ret = o;
                }
        }
        return ret;
}

Stamp clock_stamp(const Stream *s, uint64_t seq, uint64_t time_ns) {
        return (Stamp) {
                .seq = seq,
                .time_ns = time_ns,
                .time_usec = (int64_t) (time_ns + (uint64_t) s->realtime_offset) / 1000,
        };
}

void clock_look(Stream *s) {
        int64_t now = offset(s), step = now - s->realtime_offset;
        bool first = s->clock_told == 0, stepped = !first && llabs(step) >= STEP_NS;
        if (first || stepped)
                s->realtime_offset = now;
        if (stepped || (!first && clock_now() - s->clock_told >= PAIR_NS))
                emit_clock(s, stepped ? step / 1000 : 0);
        if (first || stepped || clock_now() - s->clock_told >= PAIR_NS)
                s->clock_told = clock_now();
}
