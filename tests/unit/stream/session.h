/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * A stream in a child process, with the test in stapd's place. Uses the fake kernel.
 */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include "base/buf.h"
#include "base/fds.h"
#include "manifest/manifest.h"
#include "manifest/stream-protocol.h"
#include "stream/sandbox.h"
#include "stream/stream.h"
#include "unit/stream/fake-kernel.h"
#include "unit/test.h"

typedef struct TestReader {
        int fd;        /* the test's end */
        int theirs;    /* the stream's */
        int queue[STREAM_QUEUE_FDS];
        const char *format, *overflow;
        const char *more; /* members of its message, with a comma in front; may be NULL */
        Buf got;
        bool ended;
} TestReader;

typedef struct TestSession {
        FakeKernel *kernel;
        Manifest *manifest;
        int ledger, keep, control;
        const char *setup; /* members of the setup, with a comma in front; may be NULL */
        pid_t pid;
        Buf messages; /* of the stream, one a line */
} TestSession;

static inline Manifest *session_manifest(void) {
        Manifest *m = manifest_new();
        ASSERT_OK(manifest_add_probe(m, "kernel.function(\"vfs_read\")", "vfs.read"));
        ASSERT_OK(manifest_add_format(m, "%s %d\n", "t.stp:1:1"));
        ASSERT_OK(manifest_add_field(m, 0, "execname", FIELD_STRING, false));
        ASSERT_OK(manifest_add_field(m, 0, "count", FIELD_LONG, false));
        ASSERT_OK(manifest_add_format(m, "hello\n", "t.stp:2:1"));
        return m;
}

static inline void session_send(TestSession *t, const char *json, const int *fds, size_t n) {
        ASSERT_OK(fds_send(t->control, json, strlen(json), fds, n));
}

static inline void session_spawn(TestSession *t) {
        int pair[2];
        ASSERT(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) == 0);
        t->pid = fork();
        ASSERT(t->pid >= 0);
        if (t->pid == 0) {
                close(pair[0]);
                signal(SIGPIPE, SIG_IGN);
                _exit(sandbox_enter() < 0 ? 2 : stream_run(pair[1], &fake_ops, t->kernel) < 0 ? 1 : 0);
        }
        close(pair[1]);
        t->control = pair[0];
        Buf json = BUF_INIT;
        ASSERT_OK(manifest_to_json(t->manifest, &json));
        int fds[4] = { t->kernel->event, t->ledger, fds_new_sealed("manifest", json.data, json.len), t->keep };
        ASSERT_OK(fds[2]);
        char setup[256];
        snprintf(setup, sizeof(setup),
                 "{\"type\":\"setup\",\"session\":\"0123\",\"name\":\"t\",\"args\":[\"a\"],"
                 "\"manifest\":\"json\"%s}",
                 t->setup ?: "");
        session_send(t, setup, fds, 4);
        close(fds[2]);
        buf_done(&json);
}

static inline TestSession session_new_with(FakeKernel *k, const char *setup) {
        TestSession t = {
                .kernel = k, .manifest = session_manifest(), .ledger = stream_ledger_new(),
                .keep = stream_keep_new(STREAM_KEEP_MIN), .setup = setup,
        };
        ASSERT_OK(t.ledger);
        ASSERT_OK(t.keep);
        session_spawn(&t);
        return t;
}

static inline TestSession session_new(FakeKernel *k) {
        return session_new_with(k, NULL);
}


static inline void session_attach(TestSession *t, TestReader *r, unsigned id) {
        char json[512];
        snprintf(json, sizeof(json),
                 "{\"type\":\"reader\",\"id\":%u,\"format\":\"%s\",\"overflow\":\"%s\"%s}", id, r->format,
                 r->overflow, r->more ?: "");
        session_send(t, json, (int[]) { r->theirs, r->queue[0], r->queue[1], r->queue[2] }, 4);
}

/* Pipe or socket, as `type` says (0 or SOCK_STREAM). */
static inline TestReader reader_new_with(TestSession *t, unsigned id, const char *format,
                                         const char *overflow, int type, const char *more) {
        TestReader r = { .format = format, .overflow = overflow, .more = more };
        int ends[2];
        ASSERT((type ? socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, ends) : pipe2(ends, O_CLOEXEC)) == 0);
        r.fd = ends[0];
        r.theirs = ends[1];
        fcntl(r.fd, F_SETFL, O_NONBLOCK);
        ASSERT_OK(stream_queue_new(STREAM_QUEUE_MIN, r.queue));
        session_attach(t, &r, id);
        return r;
}

static inline TestReader reader_new(TestSession *t, unsigned id, const char *format, const char *overflow,
                                    int type) {
        return reader_new_with(t, id, format, overflow, type, NULL);
}

/* As stapd does when it is told that a reader is gone. */
static inline void reader_forget(TestReader *r) {
        r->theirs = close_fd(r->theirs);
        for (unsigned i = 0; i < STREAM_QUEUE_FDS; i++)
                r->queue[i] = close_fd(r->queue[i]);
}

/* What readers of JSON got in all tests of this program: schema.h holds it against the schema. */
static Buf session_lines __attribute__((unused));

static inline void reader_free(TestReader *r) {
        if (strcmp(r->format, "json") == 0 && r->got.len > 0 && r->got.data[r->got.len - 1] == '\n')
                buf_add(&session_lines, r->got.data, r->got.len);
        reader_forget(r);
        close_fd(r->fd);
        buf_done(&r->got);
}

/* Takes what is there, at most `max` bytes. */
static inline void reader_take(TestReader *r, size_t max) {
        while (max > 0 && !r->ended) {
                char *to = buf_reserve(&r->got, 65536);
                *to = 0;
                ssize_t n = read(r->fd, to, MIN2(max, (size_t) 65536));
                if (n < 0)
                        return;
                r->ended = n == 0;
                r->got.len += (size_t) n;
                r->got.data[r->got.len] = 0;
                max -= (size_t) n;
        }
}

/* All that are there. */
static inline void session_take_messages(TestSession *t) {
        for (;;) {
                char *to = buf_reserve(&t->messages, STREAM_MESSAGE_MAX + 1);
                *to = 0;
                ssize_t n = recv(t->control, to, STREAM_MESSAGE_MAX, MSG_DONTWAIT);
                if (n <= 0)
                        return;
                t->messages.len += (size_t) n;
                buf_char(&t->messages, '\n');
        }
}

/* Killed, and another in its place; readers do not come back by themselves. What it said last is still
 * heard. */
static inline void session_kill(TestSession *t) {
        kill(t->pid, SIGKILL);
        ASSERT(waitpid(t->pid, NULL, 0) == t->pid);
        session_take_messages(t);
        close(t->control);
        session_spawn(t);
}

static inline bool session_was_told(const TestSession *t, const char *what) {
        return t->messages.data && strstr(t->messages.data, what);
}

/* Until the stream says so, taking what readers get. Fails after a minute. */
static inline void session_wait(TestSession *t, const char *what, TestReader *readers, unsigned n) {
        for (unsigned i = 0; i < 60000 && !session_was_told(t, what); i++) {
                struct pollfd p = { .fd = t->control, .events = POLLIN };
                poll(&p, 1, 1);
                session_take_messages(t);
                for (unsigned k = 0; k < n; k++)
                        reader_take(&readers[k], SIZE_MAX);
        }
        if (!session_was_told(t, what))
                test_fail(__FILE__, __LINE__, "not told: %s; but: %s", what, t->messages.data ?: "nothing");
}

/* Until the reader has so many bytes. */
static inline void reader_wait(TestReader *r, size_t bytes) {
        for (unsigned i = 0; i < 60000 && r->got.len < bytes; i++) {
                struct pollfd p = { .fd = r->fd, .events = POLLIN };
                poll(&p, 1, 1);
                reader_take(r, SIZE_MAX);
        }
        ASSERT(r->got.len >= bytes);
}

/* The end of a session: the stream drains everything and exits without an error. */
static inline void session_finish(TestSession *t, TestReader *readers, unsigned n) {
        t->kernel->state = STP_STATE_STOPPED;
        session_send(t, "{\"type\":\"finish\",\"result\":\"stop\",\"exitStatus\":0}", NULL, 0);
        for (unsigned k = 0; k < n; k++)
                reader_forget(&readers[k]);
        session_wait(t, "\"done\"", readers, n);
        int status;
        ASSERT(waitpid(t->pid, &status, 0) == t->pid);
        ASSERT_EQ(status, 0);
        for (unsigned k = 0; k < n; k++)
                reader_take(&readers[k], SIZE_MAX);
}

static inline void session_free(TestSession *t) {
        fake_free(t->kernel);
        manifest_free(t->manifest);
        close_fd(t->ledger);
        close_fd(t->keep);
        close_fd(t->control);
        buf_done(&t->messages);
}
