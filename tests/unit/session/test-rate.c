/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How much may be printed in a second. */
#include "session/rate.h"
#include "unit/test.h"

TEST(what_was_printed_since_the_last_look_counts) {
        Rate r = {};
        ASSERT(!rate_look(&r, 5000000, 1 << 30, 1000)); /* before anybody looked */
        ASSERT(!rate_look(&r, 6000000, (1 << 30) + 1000, 1000));
        ASSERT(rate_look(&r, 7000000, (1 << 30) + 2001, 1000));
        ASSERT(!rate_look(&r, 8000000, (1 << 30) + 2001, 1000));
}

TEST(a_late_look_allows_for_the_time) {
        Rate r = {};
        ASSERT(!rate_look(&r, 1, 0, 1000));
        ASSERT(!rate_look(&r, 10000001, 10000, 1000));
        ASSERT(rate_look(&r, 20000001, 20001, 1000));
        ASSERT(rate_look(&r, 20500001, 20600, 1000)); /* half a second: half as much */
}
