/* SPDX-License-Identifier: GPL-2.0-or-later */
/* begin, end and error, in ascending order of their priorities. */
#include "probe/families.h"
#include "probe/point.h"

static const char *const patterns[] = {
        "begin", "begin(number)", "end", "end(number)", "error", "error(number)", NULL,
};
static const enum stp_attach kinds[] = { STP_BEGIN, STP_BEGIN, STP_END, STP_END, STP_ERROR, STP_ERROR };

static int resolve(ProbeWorld *w, const ProbePoint *p, ProbePlaceVec *ret) {
        unsigned form;
        int r = point_form(w, p, patterns, &form);
        if (r != PROBE_DONE)
                return r;
        ProbePlace *place = place_add(w, &probe_family_begin, p, probe_point_text(w->arena, p), ret);
        place->attach.kind = kinds[form];
        place->attach.number = p->components.items[0].arg ? point_number(p, 0) : 0;
        return PROBE_DONE;
}

const ProbeFamily probe_family_begin = { .name = "begin", .patterns = patterns, .resolve = resolve };
