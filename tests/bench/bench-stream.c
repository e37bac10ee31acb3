/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Records per second that one stapd-stream carries from mapped buffers through a pipe to a reader, as text
 * and as JSON lines. RECORDS in the environment says how many. Prints one line per format.
 */

#include "unit/stream/session.h"

#define CPUS 2
#define SUBBUFS 1024
#define SUBBUF_SIZE 65536

static double seconds(void) {
        struct timespec t;
        clock_gettime(CLOCK_MONOTONIC, &t);
        return (double) t.tv_sec + (double) t.tv_nsec / 1e9;
}

/* As many as find room, alternating between CPUs. */
static unsigned fill_buffers(FakeKernel *k, unsigned max) {
        unsigned n = 0;
        while (n < max && fake_print(k, n % CPUS, 1000 + n, 0, "dd", n))
                n++;
        return n;
}

static void run(const char *format, unsigned max) {
        static char sink[1 << 20];
        TestSession t = session_new(fake_new(CPUS, SUBBUFS, SUBBUF_SIZE));
        unsigned n = fill_buffers(t.kernel, max);
        TestReader r = reader_new(&t, 1, format, "pause", 0);
        size_t bytes = 0;
        session_wait(&t, "ready", NULL, 0);
        fcntl(r.fd, F_SETFL, 0);
        double start = seconds();
        session_send(&t, "{\"type\":\"go\"}", NULL, 0);
        t.kernel->state = STP_STATE_STOPPED;
        session_send(&t, "{\"type\":\"finish\",\"result\":\"stop\"}", NULL, 0);
        reader_forget(&r);
        for (ssize_t got; (got = read(r.fd, sink, sizeof(sink))) > 0;)
                bytes += (size_t) got;
        double took = seconds() - start;
        session_wait(&t, "\"done\"", NULL, 0);
        waitpid(t.pid, NULL, 0);
        printf("stream %s: %u records, %zu bytes in %.3f s: %.0f records/s\n", format, n, bytes, took,
               n / took);
        reader_free(&r);
        session_free(&t);
}

TEST(throughput) {
        const char *records = getenv("RECORDS");
        unsigned max = records ? (unsigned) strtoul(records, NULL, 10) : 1000000;
        run("text", max);
        run("json", max);
}
