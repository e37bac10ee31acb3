/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * In a guest with stapd_core loaded: the real stapd-stream on the real buffers, with this program in stapd's
 * place. Uses the script module stap_t_storm of tests/core: one record of three longs per write of one byte.
 * guest-stream STAPD-STREAM MODULE-DIR. Prints TAP.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "base/buf.h"
#include "base/fds.h"
#include "core/session.h"
#include "core/tap.h"
#include "manifest/manifest.h"
#include "manifest/stream-protocol.h"

#define WRITES 300000 /* per CPU */
#define PATIENCE 120.0 /* seconds for what must come: a stream that hangs fails, a guest that is slow does not */

typedef struct Stream {
        const char *program;
        Session session;
        int ledger, keep, control, manifest;
        int theirs, ours, queue[STREAM_QUEUE_FDS];
        pid_t pid;
        Buf text, messages;
        bool ended;
} Stream;

static int make_manifest(void) {
        Manifest *m = manifest_new();
        Buf json = BUF_INIT;
        for (unsigned i = 0; i < 2; i++)
                manifest_add_probe(m, "probe", "probe");
        for (int i = 0; i < F_MAX; i++) {
                static const char *const names[] = { "n", "cpu", "tid" };
                bool three = i == F_FUNCTION;
                manifest_add_format(m, three ? "%d %d %d\n" : "end %d\n", "");
                for (unsigned k = 0; k < (three ? 3 : 1); k++)
                        manifest_add_field(m, (unsigned) i, names[k], FIELD_LONG, false);
        }
        manifest_to_json(m, &json);
        int fd = fds_new_sealed("manifest", json.data, json.len);
        buf_done(&json);
        manifest_free(m);
        return fd;
}

static void tell(Stream *s, const char *json, const int *fds, size_t n) {
        if (fds_send(s->control, json, strlen(json), fds, n) < 0)
                check(false, "sends %s", json);
}

static void spawn(Stream *s) {
        int pair[2];
        if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
                exit(1);
        s->pid = fork();
        if (s->pid == 0) {
                dup2(pair[1], STREAM_CONTROL_FD);
                execl(s->program, "stapd-stream", NULL);
                _exit(127);
        }
        close(pair[1]);
        s->control = pair[0];
        fcntl(s->control, F_SETFD, FD_CLOEXEC);
        tell(s, "{\"type\":\"setup\",\"session\":\"guest\",\"manifest\":\"json\"}",
             (int[]) { s->session.reader, s->ledger, s->manifest, s->keep }, 4);
        tell(s, "{\"type\":\"reader\",\"id\":1,\"format\":\"text\",\"overflow\":\"pause\"}",
             (int[]) { s->theirs, s->queue[0], s->queue[1], s->queue[2] }, 4);
        tell(s, "{\"type\":\"go\"}", NULL, 0);
}

static bool stream_open(Stream *s, const char *program) {
        int ends[2];
        *s = (Stream) { .program = program, .ledger = stream_ledger_new(),
                          .keep = stream_keep_new(STREAM_KEEP_DEFAULT), .manifest = make_manifest() };
        if (!check_eq(session_load(&s->session, "stap_t_storm", 0, 0), 0, "loads") ||
            pipe2(ends, O_CLOEXEC) < 0 || stream_queue_new(STREAM_QUEUE_DEFAULT, s->queue) < 0)
                return false;
        s->ours = ends[0];
        s->theirs = ends[1];
        fcntl(s->ours, F_SETFL, O_NONBLOCK);
        spawn(s);
        return check_eq(session_start(&s->session), 0, "starts");
}

static void take(Stream *s, int wait_ms) {
        struct pollfd p[2] = { { .fd = s->ours, .events = POLLIN }, { .fd = s->control, .events = POLLIN } };
        poll(p, 2, wait_ms);
        for (;;) {
                char *to = buf_reserve(&s->text, 1 << 16);
                ssize_t n = read(s->ours, to, 1 << 16);
                if (n <= 0) {
                        s->ended = n == 0;
                        break;
                }
                s->text.len += (size_t) n;
        }
        char *to = buf_reserve(&s->messages, STREAM_MESSAGE_MAX);
        ssize_t n = recv(s->control, to, STREAM_MESSAGE_MAX, MSG_DONTWAIT);
        if (n > 0)
                s->messages.len += (size_t) n;
}

static unsigned long long told(const Stream *s, const char *key) {
        const char *done = memmem(s->messages.data, s->messages.len, "\"done\"", 6);
        const char *at = done ? strstr(done, key) : NULL;
        return at ? strtoull(at + strlen(key), NULL, 10) : 0;
}

static void stream_finish(Stream *s) {
        session_stop(&s->session);
        tell(s, "{\"type\":\"finish\",\"result\":\"stop\"}", NULL, 0);
        s->theirs = close_fd(s->theirs);
        for (unsigned i = 0; i < STREAM_QUEUE_FDS; i++)
                s->queue[i] = close_fd(s->queue[i]);
        double end = now() + PATIENCE;
        int status = -1;
        while (now() < end && (!s->ended || !memmem(s->messages.data, s->messages.len, "\"done\"", 6)))
                take(s, 10);
        check(s->ended, "the reader comes to its end");
        if (!s->ended)
                kill(s->pid, SIGKILL);
        waitpid(s->pid, &status, 0);
        check_eq(status, 0, "the stream exits without an error");
}

static void stream_close(Stream *s) {
        close_fd(s->control);
        close_fd(s->ours);
        close_fd(s->ledger);
        close_fd(s->keep);
        close_fd(s->manifest);
        buf_done(&s->text);
        buf_done(&s->messages);
        session_close(&s->session);
}

/* ------------------------------------------------------------------ */

static pid_t writer(int cpu, unsigned n) {
        cpu_set_t set;
        pid_t pid = fork();
        if (pid)
                return pid;
        CPU_ZERO(&set);
        CPU_SET(cpu, &set);
        sched_setaffinity(0, sizeof(set), &set);
        int null = open("/dev/null", O_WRONLY);
        for (unsigned i = 0; i < n; i++)
                if (write(null, "x", 1) != 1)
                        _exit(1);
        _exit(0);
}

/* Every number at most once; how many there are. */
static uint64_t count_unique(Stream *s, uint64_t *ret_end) {
        uint8_t *seen = calloc(1, 1 << 22);
        uint64_t n = 0;
        for (char *p = s->text.data, *end;
             s->text.len && (end = memchr(p, '\n', (size_t) (s->text.data + s->text.len - p)));
             p = end + 1) {
                if (strncmp(p, "end ", 4) == 0) {
                        *ret_end = strtoull(p + 4, NULL, 10);
                        continue;
                }
                uint64_t v = strtoull(p, NULL, 10);
                if (v == 0 || v >= 1 << 22 || seen[v]++)
                        check(false, "number %llu comes once", (unsigned long long) v);
                n++;
        }
        free(seen);
        return n;
}

static long switches(pid_t pid) {
        char path[64], *status;
        snprintf(path, sizeof(path), "/proc/%d/status", (int) pid);
        if (fds_read_file(path, 65536, &status, NULL) < 0)
                return -1;
        long n = strtol(strstr(status, "\nvoluntary_ctxt_switches:") + 25, NULL, 10);
        free(status);
        return n;
}

static uint64_t count_lines(const Stream *s) {
        uint64_t n = 0;
        for (size_t i = 0; i < s->text.len; i++)
                n += s->text.data[i] == '\n';
        return n;
}

/* Until all that the kernel has written is read. */
static void await_all(Stream *s) {
        uint64_t records = session_stat(&s->session).records;
        for (double end = now() + PATIENCE; count_lines(s) < records && now() < end;)
                take(s, 100);
}

static void test_storm(const char *program, bool kills) {
        Stream s;
        group(kills ? "a storm, the stream killed again and again" : "a storm");
        if (!stream_open(&s, program))
                return;
        double start = now();
        writer(0, WRITES);
        writer(1, WRITES);
        unsigned running = 2, killed = 0, takes = 0;
        while (running > 0) {
                take(&s, 1);
                takes++;
                if (kills && s.text.len > 0 && killed < 20 && random() % 10 == 0) {
                        kill(s.pid, SIGKILL);
                        waitpid(s.pid, NULL, 0);
                        close(s.control);
                        spawn(&s);
                        killed++;
                }
                for (pid_t pid; running > 0 && (pid = waitpid(-1, NULL, WNOHANG)) > 0;)
                        if (pid != s.pid)
                                running--;
        }
        start = now() - start;
        note("%.2f s, %u takes, %zu bytes of text so far, %ld switches of the stream", start, takes,
             s.text.len, switches(s.pid));
        await_all(&s); /* the end probe must find room */
        stream_finish(&s);
        uint64_t end = 0, n = count_unique(&s, &end);
        struct stp_stat st = session_stat(&s.session);
        check(end >= 2 * WRITES, "the end probe is heard");
        if (kills)
                check(killed > 0, "the stream was killed: %u times", killed);
        check_eq(n + st.lost, end, "received + lost is what was hit, exactly");
        check_eq(told(&s, "\"records\":"), st.records, "the stream counts what the kernel wrote");
        check_eq(told(&s, "\"lost\":"), st.lost, "and what it lost");
        note("%u kills, %.0f records/s, %llu lost of %llu", killed, n / start, (unsigned long long) st.lost,
             (unsigned long long) end);
        stream_close(&s);
}

/* A stream that looks again and again whether there is something never has a second without a wake-up. */
static bool falls_asleep(Stream *s) {
        for (double end = now() + PATIENCE; now() < end;) {
                long before = switches(s->pid);
                sleep(1);
                if (switches(s->pid) == before)
                        return true;
        }
        return false;
}

/* Each record comes by itself: no other follows that could push it. */
static void test_alone(const char *program) {
        Stream s;
        int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
        group("one record at a time");
        if (!stream_open(&s, program))
                return;
        for (unsigned i = 0; i < 3; i++) {
                check(falls_asleep(&s), "with nothing to do the stream sleeps");
                size_t before = s.text.len;
                double start = now();
                check_eq(write(null, "x", 1), 1, "a record");
                while (s.text.len == before && now() < start + PATIENCE)
                        take(&s, 100);
                check(s.text.len > before, "is there");
                note("record %u: %.1f ms", i, (now() - start) * 1e3);
        }
        stream_finish(&s);
        stream_close(&s);
        close(null);
}

int main(int argc, char **argv) {
        if (argc != 3)
                return 2;
        signal(SIGPIPE, SIG_IGN);
        module_dir = argv[2];
        setvbuf(stdout, NULL, _IOLBF, 0);
        srandom(3);
        test_alone(argv[1]);
        test_storm(argv[1], false);
        test_storm(argv[1], true);
        return finish();
}
