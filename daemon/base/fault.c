/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/fault.h"
#ifdef STAPD_FAULT_POINTS
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include "base/cleanup.h"

#define SIZE 4096
#define TAKEN '#'

static char *order; /* the mapped file */
static char environment[256];

/* Before main(): what confines the helpers takes the file away. */
static void __attribute__((constructor)) fault_open(void) {
        const char *path = getenv("STAPD_FAULT");
        if (!path)
                return;
        snprintf(environment, sizeof(environment), "STAPD_FAULT=%s", path);
        _cleanup_(closep) int fd = open(path, O_RDWR | O_CLOEXEC);
        void *map = fd < 0 ? MAP_FAILED : mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
        if (map == MAP_FAILED)
                fprintf(stderr, "STAPD_FAULT: cannot map %s\n", path);
        else
                order = map;
}

char *fault_environment(void) {
        return environment[0] ? environment : NULL;
}

/* Several processes may come by: one of them takes it. */
static bool take(const char *point, char *ret_action, size_t size) {
        size_t len = strlen(point);
        char first = point[0];
        if (!order || strncmp(order, point, len) != 0 || order[len] != ' ')
                return false;
        snprintf(ret_action, size, "%.*s", (int) strcspn(order + len + 1, "\n"), order + len + 1);
        return __atomic_compare_exchange_n(order, &first, TAKEN, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
}

int fault(const char *point) {
        char action[32];
        if (!take(point, action, sizeof(action)))
                return 0;
        if (strcmp(action, "kill") == 0)
                raise(SIGKILL);
        if (strcmp(action, "stop") == 0)
                raise(SIGSTOP);
        return -atoi(action);
}
#endif
