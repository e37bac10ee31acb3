/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The table of states: every way leads to the end, and nothing in the kernel is skipped on it. */
#include "session/state.h"
#include "unit/test.h"

static bool reaches_end(SessionState s, unsigned steps) {
        if (s == SESSION_ENDED)
                return true;
        for (SessionState to = 0; steps > 0 && to < _SESSION_STATE_MAX; to++)
                if (session_state_may_follow(s, to) && reaches_end(to, steps - 1))
                        return true;
        return false;
}

TEST(every_state_leads_to_the_end) {
        for (SessionState s = 0; s < _SESSION_STATE_MAX; s++) {
                TEST_CASE("%s", session_state_to_string(s));
                ASSERT(reaches_end(s, _SESSION_STATE_MAX));
        }
}

TEST(what_is_in_the_kernel_is_unloaded_before_the_end) {
        for (SessionState s = 0; s < _SESSION_STATE_MAX; s++) {
                TEST_CASE("%s", session_state_to_string(s));
                if (session_state_in_kernel(s))
                        ASSERT_EQ(session_state_may_follow(s, SESSION_ENDED), s == SESSION_UNLOADING);
        }
}

TEST(no_way_back) {
        for (SessionState s = 0; s < _SESSION_STATE_MAX; s++)
                for (SessionState to = 0; to <= s; to++)
                        ASSERT(!session_state_may_follow(s, to));
}

TEST(words) {
        ASSERT_STREQ(session_state_to_string(SESSION_HELD), "held");
        ASSERT_STREQ(session_state_to_string(_SESSION_STATE_INVALID), "unknown");
}
