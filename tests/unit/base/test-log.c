/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/log.h"
#include <stdio.h>
#include "base/fds.h"
#include "base/cleanup.h"
#include "base/paths.h"
#include "config.h"
#include "unit/test.h"

/* What the calls write to standard error. */
static char *captured(void (*run)(void)) {
        int ends[2], saved = dup(STDERR_FILENO);
        char *data;
        ASSERT(pipe(ends) == 0);
        dup2(ends[1], STDERR_FILENO);
        close(ends[1]);
        run();
        dup2(saved, STDERR_FILENO);
        close(saved);
        ASSERT_OK(fds_read_all(ends[0], 1 << 16, &data, NULL));
        close(ends[0]);
        return data;
}

static void say_three_things(void) {
        log_setup("tester", LOG_INFO);
        log_info("one %d", 1);
        log_debug("not shown");
        errno = ENOENT;
        if (log_errno(-EBUSY, "Cannot: %m") != -EBUSY || errno != ENOENT)
                log_error("wrong");
}

TEST(lines_have_the_identifier_and_the_error) {
        _cleanup_(freep) char *text = captured(say_three_things);
        ASSERT_STREQ(text, "tester: one 1\ntester: Cannot: Device or resource busy\n");
        ASSERT_EQ(log_max_level(), LOG_INFO);
}

static void say_much(void) {
        char long_text[8192];
        memset(long_text, 'x', sizeof(long_text));
        log_info("%.8000s", long_text);
}

TEST(long_lines_are_cut_and_still_end) {
        _cleanup_(freep) char *text = captured(say_much);
        size_t len = strlen(text);
        ASSERT(len > 1000 && len < 4096 && text[len - 1] == '\n');
}

TEST(levels_have_names) {
        static const struct {
                const char *name;
                int level;
        } cases[] = { { "err", LOG_ERR }, { "warning", LOG_WARNING }, { "INFO", LOG_INFO }, { "debug", LOG_DEBUG },
                      { "7", 7 }, { "8", -EINVAL }, { "", -EINVAL }, { "loud", -EINVAL }, { "77", -EINVAL } };
        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                TEST_CASE("%s", cases[i].name);
                ASSERT_EQ(log_level_from_string(cases[i].name), cases[i].level);
        }
        ASSERT_EQ(log_level_from_string(NULL), -EINVAL);
}

TEST(a_test_runs_in_the_build_tree) {
        ASSERT(paths_in_build_tree());
        ASSERT_STREQ(paths_tapsets(), STAPD_SOURCE_ROOT "/tapsets");
        ASSERT_STREQ(paths_runtime(), STAPD_SOURCE_ROOT "/runtime");
        ASSERT_STREQ(paths_program("stapd-stream"), STAPD_BUILD_ROOT "/daemon/stapd-stream");
        ASSERT_NULL(paths_program("sh"));
}
