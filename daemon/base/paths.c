/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/paths.h"
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "base/cleanup.h"
#include "config.h"

static bool executable_is_below(const char *root) {
        char exe[PATH_MAX], real[PATH_MAX];
        ssize_t n = readlink("/proc/self/exe", exe, sizeof(exe) - 1);
        if (n <= 0 || !realpath(root, real))
                return false;
        exe[n] = 0;
        size_t len = strlen(real);
        return strncmp(exe, real, len) == 0 && exe[len] == '/';
}

bool paths_in_build_tree(void) {
        static int answer = -1;
        if (answer < 0)
                answer = executable_is_below(STAPD_BUILD_ROOT);
        return answer;
}

const char *paths_tapsets(void) {
        return paths_in_build_tree() ? STAPD_SOURCE_ROOT "/tapsets" : STAPD_DATA_DIR "/tapsets";
}

const char *paths_runtime(void) {
        return paths_in_build_tree() ? STAPD_SOURCE_ROOT "/runtime" : STAPD_DATA_DIR "/runtime";
}

const char *const *paths_policy(void) {
        static const char *const folders[] = { STAPD_SYSCONF_DIR "/policy.d", STAPD_LIB_DIR "/policy.d", NULL };
        return folders;
}

const char *const *paths_scripts(void) {
        static const char *folders[] = { STAPD_SYSCONF_DIR "/scripts.d", STAPD_RUNTIME_DIR "/scripts.d",
                                         STAPD_LIB_DIR "/scripts.d", NULL };
        if (paths_in_build_tree())
                folders[2] = STAPD_SOURCE_ROOT "/policy/scripts";
        return folders;
}

const char *paths_program(const char *name) {
        static const struct {
                const char *name;
                const char *built, *installed;
        } programs[] = {
#define PROGRAM(n) { n, STAPD_BUILD_ROOT "/daemon/" n, STAPD_LIBEXEC_DIR "/" n }
                PROGRAM("stapd"),
                PROGRAM("stapd-compile"),
                PROGRAM("stapd-stream"),
        };
        for (size_t i = 0; i < ELEMENTSOF(programs); i++)
                if (strcmp(programs[i].name, name) == 0)
                        return paths_in_build_tree() ? programs[i].built : programs[i].installed;
        return NULL;
}
