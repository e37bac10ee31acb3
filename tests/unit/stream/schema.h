/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/* Lines against doc/event-v1.schema.json, by tests/check-events. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include "base/fds.h"
#include "unit/test.h"

static inline void schema_check(const char *lines, size_t len, unsigned n) {
        char path[] = "/tmp/test-schema-XXXXXX", command[1024], said[1024];
        int fd = mkstemp(path);
        ASSERT_OK(fd);
        close(fd);
        ASSERT_OK(fds_write_file_atomic(path, lines, len, 0600));
        snprintf(command, sizeof(command), "'%s/tests/check-events' %s", getenv("SOURCE_ROOT") ?: ".", path);
        FILE *p = popen(command, "r");
        ASSERT_NOT_NULL(p);
        said[fread(said, 1, sizeof(said) - 1, p)] = 0;
        int status = pclose(p);
        unlink(path);
        if (WIFEXITED(status) && WEXITSTATUS(status) == 77)
                SKIP("python3-jsonschema is not installed");
        if (status != 0)
                test_fail(__FILE__, __LINE__, "%s", said);
        ASSERT_EQ(strtoul(said, NULL, 10), n);
}
