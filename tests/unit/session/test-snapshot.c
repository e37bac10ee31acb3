/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A snapshot is a job: done, taken back, failed, and taken over by another stapd. In the place of
 * stapd-stream is this program itself, which does to the reader what the name of the session says.
 */
#include "session/snapshot.h"
#include <limits.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>
#include "base/cleanup.h"
#include "base/fds.h"
#include "manifest/ledger-layout.h"
#include "session/describe.h"
#include "session/lifecycle.h"
#include "session/manager.h"
#include "unit/test.h"

#define WORDS "some words"

/* ------------------------------------------------------------------ the stream's side */

/* A quarter of the records, and as many bytes as were written. */
static void note_progress(int ledger_fd, int queue_fd) {
        Ledger *l = mmap(NULL, sizeof(Ledger), PROT_READ | PROT_WRITE, MAP_SHARED, ledger_fd, 0);
        QueueHeader *q = mmap(NULL, QUEUE_HEADER_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, queue_fd, 0);
        if (l == MAP_FAILED || q == MAP_FAILED)
                _exit(3);
        q->progress = (sizeof(WORDS) - 1) << 1;
        l->states[0].readers[0] = (LedgerReader) { .used = 1, .id = 1, .next = 101, .until = 200 };
        l->magic = LEDGER_MAGIC;
        (void) usleep(300000); /* two looks */
        l->states[0].readers[0].next = 126;
}

static void say(const char *text) {
        if (fds_send(STREAM_CONTROL_FD, text, strlen(text), NULL, 0) < 0)
                _exit(4);
}

static void serve_reader(const char *name, int ledger_fd, const int *fds) {
        if (write(fds[0], WORDS, sizeof(WORDS) - 1) != sizeof(WORDS) - 1)
                _exit(5);
        note_progress(ledger_fd, fds[1]);
        close(fds[0]);
        if (strcmp(name, "whole") == 0)
                say("{\"type\":\"reader\",\"id\":1,\"state\":\"complete\",\"error\":null,\"lost\":0}");
        else if (strcmp(name, "gone") == 0)
                say("{\"type\":\"reader\",\"id\":1,\"state\":\"closed\",\"error\":null,\"lost\":0}");
        else if (strcmp(name, "full") == 0)
                say("{\"type\":\"reader\",\"id\":1,\"state\":\"failed\",\"error\":\"No space left\",\"lost\":0}");
        else if (strcmp(name, "over") == 0)
                say("{\"type\":\"done\",\"records\":1,\"lost\":0,\"readerLost\":0,\"errors\":0,\"skipped\":0,\"bytes\":1}");
}

/* The messages that matter here have the descriptors of the setup and of the reader. */
static void __attribute__((noreturn)) be_stream(void) {
        char text[STREAM_MESSAGE_MAX], name[32] = "";
        int ledger_fd = -1, fds[FDS_MAX];
        for (;;) {
                size_t n = FDS_MAX;
                ssize_t len = fds_recv(STREAM_CONTROL_FD, text, sizeof(text) - 1, fds, &n);
                if (len <= 0)
                        _exit(0);
                text[len] = 0;
                const char *is = strstr(text, "\"name\":");
                if (strstr(text, "\"setup\"") && is) {
                        (void) sscanf(is, "\"name\":\"%31[^\"]", name);
                        (void) sscanf(is, "\"name\": \"%31[^\"]", name);
                        ledger_fd = fds[1];
                } else if (strstr(text, "\"reader\"")) {
                        serve_reader(name, ledger_fd, fds);
                } else if (strstr(text, "\"detach\"")) {
                        say("{\"type\":\"reader\",\"id\":1,\"state\":\"closed\",\"error\":null,\"lost\":0}");
                }
        }
}

static void __attribute__((constructor)) choose(int argc, char **argv) {
        if (argc > 0 && strcmp(argv[0], "stapd-stream") == 0)
                be_stream();
}

/* ------------------------------------------------------------------ stapd's side */

typedef struct Case {
        Manager m;
        Session s;
        Request request;
        Watcher watcher;
        int client;
        double progress;      /* the most that was told while it ran */
        char result[16], text[64];
        int64_t bytes;
        bool stream_done;
} Case;

static void on_job(void *userdata, Job *j, Change change) {
        Case *c = userdata;
        if (change == CHANGE_CHANGED)
                c->progress = MAX2(c->progress, j->progress);
        if (change != CHANGE_REMOVED)
                return;
        c->bytes = (int64_t) j->bytes;
        snprintf(c->result, sizeof(c->result), "%s", job_result_to_string(j->result));
        snprintf(c->text, sizeof(c->text), "%s", j->text ?: "");
}

static void on_done(void *userdata, const StreamTotals *totals, const char *error) {
        Session *s = userdata;
        ((Case *) ((char *) s - offsetof(Case, s)))->stream_done = true;
}

static void on_message(void *userdata, const char *severity, const char *text) {
}

static const StreamerHandler handler = { .message = on_message, .reader_gone = snapshot_on_reader_gone, .done = on_done };

static void start(Case *c, const char *name) {
        char exe[PATH_MAX];
        sigset_t child;
        sigemptyset(&child);
        sigaddset(&child, SIGCHLD);
        ASSERT(sigprocmask(SIG_BLOCK, &child, NULL) == 0); /* sd-event wants it so */
        ssize_t n = readlink("/proc/self/exe", exe, sizeof(exe) - 1);
        ASSERT(n > 0);
        exe[n] = 0;
        *c = (Case) { .m = { .ended_jobs = json_object_new_array() }, .request = { .name = (char *) name } };
        ASSERT_OK(sd_event_new(&c->m.event));
        c->watcher = (Watcher) { .job = on_job, .userdata = c };
        manager_watch(&c->m, &c->watcher);
        c->s = (Session) { .manager = &c->m, .state = SESSION_RUNNING, .request = &c->request, .leash = LEASH_INIT,
                           .owner.uid = 7 };
        strcpy(c->s.id, "0123456789abcdef0123456789abcdef");
        StreamerOptions o = { .session = c->s.id, .name = name, .keep = STREAM_KEEP_MIN, .program = exe,
                              .reader_fd = STDERR_FILENO, .module_fd = STDERR_FILENO, .helper_usec = 60000000 };
        ASSERT_OK(streamer_new(c->m.event, &o, &handler, &c->s, &c->s.streamer));
}

static Job *snapshot(Case *c) {
        int pair[2];
        ASSERT(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) == 0);
        Job *j = job_new_snapshot(&c->s, 7, 0);
        ASSERT_NOT_NULL(j);
        c->client = pair[0];
        snapshot_begin(j, pair[1], &(StreamerReader) { .format = "text", .overflow = "drop", .from = "start",
                                                       .no_follow = true, .uid = 7 }, 0);
        return j;
}

static void run(Case *c) {
        for (unsigned i = 0; i < 6000 && !*c->result; i++)
                ASSERT(sd_event_run(c->m.event, 10000) >= 0);
}

static void end(Case *c) {
        manager_unwatch(&c->m, &c->watcher);
        c->s.streamer = streamer_free(c->s.streamer);
        close_fd(c->client);
        json_object_put(c->m.ended_jobs);
        sd_event_unref(c->m.event);
}

static const char *member(json_object *o, const char *name) {
        return json_object_get_string(json_object_object_get(o, name)) ?: "";
}

TEST(ends_have_their_words) {
        static const struct {
                const char *name, *result, *text;
        } cases[] = {
                { "whole", "done", "10 bytes" },
                { "gone", "canceled", "10 bytes" },
                { "full", "failed", "No space left" },
                { "over", "failed", "the session has ended" },
        };
        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                TEST_CASE("%s", cases[i].name);
                Case c;
                uid_t owner = 0;
                start(&c, cases[i].name);
                uint32_t id = snapshot(&c)->id;
                run(&c);
                ASSERT_STREQ(c.result, cases[i].result);
                ASSERT_STREQ(c.text, cases[i].text);
                ASSERT_EQ(c.bytes, (int64_t) sizeof(WORDS) - 1);
                ASSERT(c.progress >= 0.25 && (c.progress < 0.26 || c.progress == 1));
                char got[sizeof(WORDS)] = "";
                ASSERT_EQ(read(c.client, got, sizeof(got)), (ssize_t) sizeof(WORDS) - 1);
                ASSERT_STREQ(got, WORDS);
                /* Whoever asks later still hears it. */
                ASSERT_NULL(job_find(&c.m, id));
                json_object *ended = job_find_ended(&c.m, id, &owner);
                ASSERT_NOT_NULL(ended);
                ASSERT_EQ(owner, 7);
                ASSERT_STREQ(member(ended, "verb"), "snapshot");
                ASSERT_STREQ(member(ended, "session"), c.s.id);
                ASSERT_STREQ(member(ended, "result"), cases[i].result);
                ASSERT_NULL(job_find_ended(&c.m, id + 1, &owner));
                end(&c);
        }
}

TEST(one_is_taken_back) {
        Case c;
        char byte[64];
        start(&c, "slow");
        Job *j = snapshot(&c);
        for (unsigned i = 0; i < 6000 && c.progress == 0; i++)
                ASSERT(sd_event_run(c.m.event, 10000) >= 0);
        ASSERT_EQ(streamer_n_readers(c.s.streamer), 1);
        ASSERT_OK(job_cancel(j));
        ASSERT_STREQ(c.result, "canceled");
        for (unsigned i = 0; i < 6000 && streamer_n_readers(c.s.streamer) > 0; i++)
                ASSERT(sd_event_run(c.m.event, 10000) >= 0);
        ASSERT_EQ(streamer_n_readers(c.s.streamer), 0);
        ASSERT_EQ(read(c.client, byte, sizeof(byte)), (ssize_t) sizeof(WORDS) - 1);
        ASSERT_EQ(read(c.client, byte, sizeof(byte)), 0); /* nobody has our other end any more */
        end(&c);
}

TEST(the_session_ends_first) {
        Case c;
        start(&c, "slow");
        (void) snapshot(&c);
        snapshot_end_all(&c.s);
        ASSERT_STREQ(c.result, "failed");
        ASSERT_STREQ(c.text, "the session has ended");
        ASSERT_NULL(c.m.jobs);
        end(&c);
}

TEST(it_comes_too_late) {
        Case c;
        start(&c, "slow");
        c.s.state = SESSION_DRAINING;
        (void) snapshot(&c);
        ASSERT_STREQ(c.result, "failed");
        ASSERT_STREQ(c.text, "the session has ended");
        char byte;
        ASSERT_EQ(read(c.client, &byte, 1), 0);
        end(&c);
}

/* Its client asks the next stapd for the number that this one gave. */
TEST(the_reader_is_charged_to_its_user) {
        Case c;
        Config config = { .queue_max_megabytes = 1 };
        const Caller his = { .uid = 7 }, other = { .uid = 8 };
        start(&c, "slow");
        c.m.config = &config;
        c.m.sessions = &c.s;
        ASSERT(manager_may_read(&c.m, &his));
        Job *j = snapshot(&c);
        ASSERT_EQ(streamer_queued(c.s.streamer, 7), STREAM_QUEUE_DEFAULT);
        ASSERT_EQ(streamer_queued(c.s.streamer, 8), 0);
        ASSERT(!manager_may_read(&c.m, &his));
        ASSERT(manager_may_read(&c.m, &other));
        config.queue_max_megabytes = 2;
        ASSERT(manager_may_read(&c.m, &his));
        snapshot_cancel(j);
        end(&c);
}

TEST(another_stapd_goes_on) {
        Case c;
        start(&c, "slow");
        c.m.last_job = 40;
        uint32_t id = snapshot(&c)->id;
        ASSERT_EQ(id, 41);
        json_object *o = streamer_describe(c.s.streamer), *readers = json_object_object_get(o, "readers");
        ASSERT_EQ(json_object_get_int64(json_object_object_get(json_object_array_get_idx(readers, 0), "job")), 41);
        json_object_put(o);
        job_end(job_find(&c.m, id), JOB_FAILED); /* as if it had never been known here */
        c.m.last_job = 0;
        snapshot_adopt_all(&c.s);
        Job *j = job_find(&c.m, id);
        ASSERT_NOT_NULL(j);
        ASSERT_EQ(j->verb, JOB_SNAPSHOT);
        ASSERT_EQ(c.m.last_job, 41); /* the next one is another */
        snapshot_cancel(j);
        end(&c);
}
