/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/cleanup.h"
#include "base/fds.h"
#include "session/config.h"
#include "unit/test.h"

static int read_text(Config *c, const char *text, unsigned *line, const char **error) {
        char path[] = "/tmp/stapd-config-XXXXXX";
        int fd = mkstemp(path);
        ASSERT_OK(fd);
        ASSERT_OK(fds_write_all(fd, text, strlen(text)));
        close(fd);
        int r = config_read(c, path, line, error);
        unlink(path);
        return r;
}

TEST(settings_are_read_over_the_defaults) {
        _cleanup_(config_done) Config c = {};
        unsigned line;
        const char *error;
        ASSERT_OK(config_init(&c));
        ASSERT_EQ(c.sessions_max, 64);
        ASSERT_OK(read_text(&c, "# a comment\n\n[Daemon]\n Group = tracers \nAllowGuru=yes\nSessionsMax=3\n",
                            &line, &error));
        ASSERT_STREQ(c.group, "tracers");
        ASSERT(c.allow_guru);
        ASSERT_EQ(c.sessions_max, 3);
        ASSERT_EQ(c.sessions_per_user, 16);
}

TEST(what_is_wrong_is_told_with_its_line) {
        static const struct {
                const char *text, *error;
                unsigned line;
        } rows[] = {
                { "[Daemon]\nGruop=x\n", "no such setting", 2 },
                { "[Daemon]\nAllowGuru=maybe\n", "expected yes or no", 2 },
                { "[Daemon]\n\nSessionsMax=-1\n", "expected a number from 1 to 1000000", 3 },
                { "[Daemon]\nSessionsMax=99999999999999999999\n", "expected a number from 1 to 1000000", 2 },
                { "Group=x\n", "expected a [Section] before the first setting", 1 },
                { "[Demon]\n", "expected the section [Daemon]", 1 },
                { "[Daemon]\nGroup\n", "expected Setting=value", 2 },
        };
        for (size_t i = 0; i < ELEMENTSOF(rows); i++) {
                TEST_CASE("row %zu", i);
                _cleanup_(config_done) Config c = {};
                unsigned line = 0;
                const char *error = NULL;
                ASSERT_OK(config_init(&c));
                ASSERT_ERROR(read_text(&c, rows[i].text, &line, &error), -EINVAL);
                ASSERT_EQ(line, rows[i].line);
                ASSERT_STREQ(error, rows[i].error);
        }
}

TEST(a_file_that_others_can_write_is_refused) {
        _cleanup_(config_done) Config c = {};
        unsigned line;
        const char *error;
        char path[] = "/tmp/stapd-config-XXXXXX";
        int fd = mkstemp(path);
        ASSERT_OK(fd);
        close(fd);
        ASSERT_OK(config_init(&c));
        ASSERT_OK(chmod(path, 0666));
        ASSERT_ERROR(config_read(&c, path, &line, &error), -EPERM);
        unlink(path);
        ASSERT_ERROR(config_read(&c, path, &line, &error), -ENOENT);
}
