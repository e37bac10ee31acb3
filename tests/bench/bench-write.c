/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The workload of the benches: write(2) of one byte to /dev/null, over and over.
 *
 *   bench-write cost       nanoseconds of one, the best of 40 times 500
 *   bench-write flat N     N of them as fast as it goes; nanoseconds that it took
 *   bench-write rate R N   N of them, R a second, in bursts of a millisecond
 *   bench-write stamp      none; CLOCK_MONOTONIC in seconds
 *
 * Waits for standard input to have a byte, or to end, first.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static int null_fd;

static long long now(void) {
        struct timespec t;
        clock_gettime(CLOCK_MONOTONIC, &t);
        return t.tv_sec * 1000000000ll + t.tv_nsec;
}

static void write_some(long n) {
        for (long i = 0; i < n; i++)
                if (write(null_fd, "", 1) != 1)
                        abort();
}

static double cost(void) {
        double best = 1e18;
        for (int k = 0; k < 40; k++) {
                long long start = now();
                write_some(500);
                double one = (double) (now() - start) / 500;
                best = one < best ? one : best;
        }
        return best;
}

static void at_rate(long rate, long n) {
        long long start = now();
        for (long done = 0; done < n;) {
                long due = (long) ((double) (now() - start) * 1e-9 * (double) rate) + 1;
                due = due < n ? due : n;
                if (due > done + rate / 1000 || due == n) {
                        write_some(due - done);
                        done = due;
                }
        }
}

int main(int argc, char **argv) {
        char go;
        null_fd = open("/dev/null", O_WRONLY | O_CLOEXEC);
        if (argc < 2 || null_fd < 0 || read(STDIN_FILENO, &go, 1) < 0)
                return EXIT_FAILURE;
        if (strcmp(argv[1], "cost") == 0) {
                (void) cost();
                printf("%.1f\n", cost());
                return EXIT_SUCCESS;
        }
        if (strcmp(argv[1], "stamp") == 0) {
                printf("%.6f\n", (double) now() * 1e-9);
                return EXIT_SUCCESS;
        }
        if (argc < 3 || (strcmp(argv[1], "rate") == 0) != (argc == 4))
                return EXIT_FAILURE;
        if (strcmp(argv[1], "flat") != 0 && strcmp(argv[1], "rate") != 0)
                return EXIT_FAILURE;
        long long start = now();
        if (strcmp(argv[1], "flat") == 0)
                write_some(atol(argv[2]));
        else
                at_rate(atol(argv[2]), atol(argv[3]));
        printf("%lld\n", now() - start);
        return EXIT_SUCCESS;
}
