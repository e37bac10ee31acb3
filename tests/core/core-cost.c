/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a hit costs: core-cost MODULES_DIR, in a guest whose clock counts instructions. For each script:
 * instructions that are added to a write(2) of one byte to /dev/null.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <unistd.h>
#include "session.h"

#define N 20000

static int null_fd;

static double loop(void) {
        double best = 1e9;
        int i, k;

        for (k = 0; k < 5; k++) {
                double start = now();

                for (i = 0; i < N / 5; i++)
                        if (write(null_fd, "", 1) != 1)
                                abort();
                start = (now() - start) / (N / 5) * 1e9;
                best = start < best ? start : best;
        }
        return best;
}

static void cost(const char *name, const char *what, int budget, double base) {
        char module[64];
        Session s;

        snprintf(module, sizeof(module), "stap_c_%s", name);
        if (session_load(&s, module, 1 << 20, 16) < 0) {
                printf("%-60s cannot load\n", what);
                return;
        }
        if (!strcmp(name, "filter"))
                ioctl(s.fd, STP_IOC_TARGET, 1L);
        session_start(&s);
        printf("%-60s %5.0f of %d\n", what, loop() - base, budget);
        session_stop(&s);
        reader_close(&s);
        close(s.fd);
        module_unload_wait(module);
}

int main(int argc, char **argv) {
        double base;

        if (argc > 1)
                module_dir = argv[1];
        prctl(PR_SET_NAME, "core-cost");
        null_fd = open("/dev/null", O_WRONLY | O_CLOEXEC);
        loop();
        base = loop();
        printf("%-60s %5.0f\n", "write(2), unprobed", base);
        cost("count", "vfs_write: n++", 100, base);
        cost("stat", "vfs_write: s <<< $count (histogram)", 150, base);
        cost("map", "vfs_write: a[pid()]++", 250, base);
        cost("mapstat", "vfs_write: a[execname(), pid()] <<< $count", 330, base);
        cost("print", "vfs_write: printf(execname, pid, count) after a filter", 400, base);
        cost("latency", "vfs_write: latency by an array, histogram", 900, base);
        cost("trace", "kernel.trace(\"sys_enter\"): n++", 130, base);
        cost("syscall", "syscall.write: n++", 200, base);
        cost("filter", "vfs_write: if (pid() == target()) n++, no match", 80, base);
        return 0;
}
