/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Records per second that one stapd-stream carries from mapped buffers through pipes to READERS (1), each of whom
 * gets all of them, as text and as JSON lines. RECORDS in the environment says how many. Prints one line per format.
 * With RATE, so many records a second instead, as text, until it is killed. NICE is the stream's priority, not the
 * reader's: as stapd has it.
 */
#include <sys/resource.h>

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

static void set_priority(const TestSession *t) {
        const char *nice = getenv("NICE");
        if (nice && setpriority(PRIO_PROCESS, (id_t) t->pid, (int) strtol(nice, NULL, 10)) < 0)
                test_fail(__FILE__, __LINE__, "NICE needs root");
}

/* A hundred times a second what has come to be by then. */
static void run_steadily(unsigned rate) {
        TestSession t = session_new(fake_new(CPUS, SUBBUFS, SUBBUF_SIZE));
        TestReader r = reader_new(&t, 1, "text", "drop", 0);
        set_priority(&t);
        session_send(&t, "{\"type\":\"go\"}", NULL, 0);
        for (double start = seconds(), n = 0;; usleep(10000)) {
                fake_lock(t.kernel);
                for (; n < (seconds() - start) * rate; n++)
                        (void) fake_print(t.kernel, (unsigned) n % CPUS, fake_now(), 0, "dd", (int64_t) n);
                fake_unlock(t.kernel);
                fake_wake(t.kernel);
                reader_take(&r, SIZE_MAX);
                r.got.len = 0;
        }
}

/* Takes what each reader gets, until all have all. */
static size_t take_all(struct pollfd *polls, unsigned n) {
        static char sink[1 << 20];
        size_t bytes = 0;
        for (unsigned left = n; left > 0;) {
                poll(polls, n, -1);
                for (unsigned i = 0; i < n; i++) {
                        if (polls[i].fd < 0 || !polls[i].revents)
                                continue;
                        ssize_t got = read(polls[i].fd, sink, sizeof(sink));
                        bytes += (size_t) MAX2(got, (ssize_t) 0);
                        if (got != 0)
                                continue;
                        polls[i].fd = -1;
                        left--;
                }
        }
        return bytes;
}

static void run(const char *format, unsigned max, unsigned n_readers) {
        TestReader readers[STREAM_READERS_MAX];
        struct pollfd polls[STREAM_READERS_MAX];
        TestSession t = session_new(fake_new(CPUS, SUBBUFS, SUBBUF_SIZE));
        unsigned n = fill_buffers(t.kernel, max);
        for (unsigned i = 0; i < n_readers; i++) {
                readers[i] = reader_new(&t, i + 1, format, "pause", 0);
                polls[i] = (struct pollfd) { .fd = readers[i].fd, .events = POLLIN };
        }
        set_priority(&t);
        session_wait(&t, "ready", NULL, 0);
        double start = seconds();
        session_send(&t, "{\"type\":\"go\"}", NULL, 0);
        t.kernel->state = STP_STATE_STOPPED;
        session_send(&t, "{\"type\":\"finish\",\"result\":\"stop\"}", NULL, 0);
        for (unsigned i = 0; i < n_readers; i++)
                reader_forget(&readers[i]);
        size_t bytes = take_all(polls, n_readers);
        double took = seconds() - start;
        session_wait(&t, "\"done\"", NULL, 0);
        waitpid(t.pid, NULL, 0);
        printf("stream %s: %u records, %zu bytes in %.3f s: %.0f records/s\n", format, n, bytes, took,
               n / took);
        for (unsigned i = 0; i < n_readers; i++)
                reader_free(&readers[i]);
        session_free(&t);
}

TEST(throughput) {
        const char *records = getenv("RECORDS");
        const char *rate = getenv("RATE");
        if (rate)
                run_steadily((unsigned) strtoul(rate, NULL, 10));
        unsigned max = records ? (unsigned) strtoul(records, NULL, 10) : 1000000;
        const char *readers = getenv("READERS");
        unsigned n = readers ? (unsigned) strtoul(readers, NULL, 10) : 1;
        ASSERT(n > 0 && n <= STREAM_READERS_MAX);
        run("text", max, n);
        run("json", max, n);
}
