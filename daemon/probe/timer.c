/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Timers: an interval in a unit of time or in the kernel's ticks, or a frequency; all become nanoseconds. */
#include "probe/families.h"
#include "probe/point.h"

#define NSEC_PER_SEC 1000000000LL
#define MIN_NSEC 10000 /* as runtime/core/probe-timer.c: below it, the interrupts alone would take the machine */
#define MAX_HZ (NSEC_PER_SEC / MIN_NSEC)

#define UNITS(X)                                                        \
        X("s", NSEC_PER_SEC) X("sec", NSEC_PER_SEC)                     \
        X("ms", 1000000) X("msec", 1000000)                             \
        X("us", 1000) X("usec", 1000)                                   \
        X("ns", 1) X("nsec", 1)                                         \
        X("jiffies", 0 /* the kernel's configuration says */)

static const struct { const char *name; int64_t nsec; } units[] = {
#define X(name, nsec) { name, nsec },
        UNITS(X)
#undef X
};

static const char *const patterns[] = {
        "timer.hz(number)",
#define X(name, nsec) "timer." name "(number)", "timer." name "(number).randomize(number)",
        UNITS(X)
#undef X
        NULL,
};

static int complain(ProbeWorld *w, const ProbePoint *p, size_t component, const char *what) {
        diag_add(w->diags, DIAG_E0401, point_span(p, component), "%s", what);
        return PROBE_FAILED;
}

/* Nanoseconds of a tick; 0, with an error: the kernel does not say. */
static int64_t jiffy_nsec(ProbeWorld *w, const ProbePoint *p) {
        if (!world_has_kernel(w, p))
                return 0;
        const char *hz = kernel_config(w->kernel, "CONFIG_HZ");
        long n = hz ? strtol(hz, NULL, 10) : 0;
        if (n > 0)
                return NSEC_PER_SEC / n;
        Diag *d = diag_add(w->diags, DIAG_E0402, p->span, "CONFIG_HZ of kernel %s is not known",
                           kernel_release(w->kernel));
        diag_hint(w->diags, d, "install linux-headers-%s", kernel_release(w->kernel));
        return 0;
}

static int64_t unit_nsec(ProbeWorld *w, const ProbePoint *p) {
        for (size_t i = 0; i < ELEMENTSOF(units); i++)
                if (strcmp(p->components.items[1].name, units[i].name) == 0)
                        return units[i].nsec ?: jiffy_nsec(w, p);
        return 0;
}

static int read_interval(ProbeWorld *w, const ProbePoint *p, ProbeAttach *ret) {
        int64_t n = point_number(p, 1), nsec = unit_nsec(w, p);
        if (!nsec)
                return PROBE_FAILED;
        if (n <= 0)
                return complain(w, p, 1, "a timer's interval must be above 0");
        if (__builtin_mul_overflow(n, nsec, &ret->number))
                return complain(w, p, 1, "a timer's interval must be below 292 years");
        if (ret->number < MIN_NSEC)
                return complain(w, p, 1, "a timer's interval must be at least 10 microseconds");
        if (p->components.n < 3)
                return PROBE_DONE;
        int64_t random = point_number(p, 2);
        if (random < 0 || random > n)
                return complain(w, p, 2, "randomize() takes a number between 0 and the timer's interval");
        ret->randomize = random * nsec;
        return PROBE_DONE;
}

static int read_frequency(ProbeWorld *w, const ProbePoint *p, ProbeAttach *ret) {
        int64_t hz = point_number(p, 1);
        if (hz <= 0 || hz > MAX_HZ)
                return complain(w, p, 1, "a timer's frequency must be between 1 and 100000");
        ret->number = NSEC_PER_SEC / hz;
        return PROBE_DONE;
}

static int resolve(ProbeWorld *w, const ProbePoint *p, ProbePlaceVec *ret) {
        unsigned form;
        ProbeAttach attach = { .kind = STP_TIMER };
        int r = point_form(w, p, patterns, &form);
        if (r == PROBE_DONE)
                r = form == 0 ? read_frequency(w, p, &attach) : read_interval(w, p, &attach);
        if (r == PROBE_DONE)
                place_add(w, &probe_family_timer, p, probe_point_text(w->arena, p), ret)->attach = attach;
        return r;
}

const ProbeFamily probe_family_timer = { .name = "timer", .patterns = patterns, .resolve = resolve };
