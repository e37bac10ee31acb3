/* SPDX-License-Identifier: GPL-2.0-or-later */
/* never: its handler is checked and does not run. */
#include "probe/families.h"
#include "probe/point.h"

static const char *const patterns[] = { "never", NULL };

static int resolve(ProbeWorld *w, const ProbePoint *p, ProbePlaceVec *ret) {
        unsigned form;
        int r = point_form(w, p, patterns, &form);
        if (r == PROBE_DONE)
                place_add(w, &probe_family_never, p, "never", ret)->attach.kind = STP_NEVER;
        return r;
}

const ProbeFamily probe_family_never = { .name = "never", .patterns = patterns, .resolve = resolve };
