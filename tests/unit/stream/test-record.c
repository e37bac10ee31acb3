/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Recordings: the test is the client that opens the files. */
#include <openssl/evp.h>
#include <sys/stat.h>
#include <zlib.h>
#include "unit/stream/lines.h"
#include "unit/stream/schema.h"
#include "unit/stream/session.h"

#define GO(t) session_send(t, "{\"type\":\"go\"}", NULL, 0)
#define T0 1000000000ull

typedef struct Recording {
        TestReader reader;
        char dir[32];
        unsigned asked; /* numbers of files, one more */
} Recording;

static const char *path_of(const Recording *r, unsigned n) {
        static char path[64];
        snprintf(path, sizeof(path), "%s/%u", r->dir, n);
        return path;
}

static Recording recording_new(TestSession *t, const char *format, const char *overflow, const char *more) {
        Recording r = { .dir = "/tmp/stream-test-XXXXXX" };
        ASSERT_NOT_NULL(mkdtemp(r.dir));
        r.reader = reader_new_with(t, 1, format, overflow, SOCK_STREAM, more);
        return r;
}

/* Answers what it is asked. */
static void serve(Recording *r) {
        r->reader.got.len = 0;
        reader_take(&r->reader, SIZE_MAX);
        const char *p = r->reader.got.data;
        while (p && (p = next(&r->reader.got, p, "want "))) {
                uint32_t n = (uint32_t) strtoul(p, NULL, 10);
                int fd = open(path_of(r, n), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
                ASSERT_OK(fd);
                (void) fds_send(r->reader.fd, &n, sizeof(n), &fd, 1);
                close(fd);
                r->asked = MAX2(r->asked, n + 1);
        }
}

static void serve_until(TestSession *t, Recording *r, const char *what) {
        for (unsigned i = 0; i < 60000 && !session_was_told(t, what); i++) {
                struct pollfd p[] = { { .fd = t->control, .events = POLLIN }, { .fd = r->reader.fd, .events = POLLIN } };
                poll(p, 2, 1);
                serve(r);
                session_take_messages(t);
        }
        ASSERT(session_was_told(t, what));
}

static void finish(TestSession *t, Recording *r) {
        int status;
        t->kernel->state = STP_STATE_STOPPED;
        session_send(t, "{\"type\":\"finish\",\"result\":\"stop\",\"exitStatus\":0}", NULL, 0);
        reader_forget(&r->reader);
        serve_until(t, r, "\"done\"");
        ASSERT(waitpid(t->pid, &status, 0) == t->pid);
        ASSERT_EQ(status, 0);
}

static Buf read_file(const Recording *r, unsigned n) {
        Buf b = BUF_INIT;
        gzFile f = gzopen(path_of(r, n), "rb"); /* plain files, too */
        ASSERT_NOT_NULL(f);
        for (int k = 1; k > 0;) {
                char *to = buf_reserve(&b, 65536);
                k = gzread(f, to, 65535);
                ASSERT(k >= 0);
                b.len += (size_t) k;
                b.data[b.len] = 0;
        }
        gzclose(f);
        return b;
}

/* Header, count and digest of one file. */
static void check_file(const Buf *b, unsigned n, const char *reason) {
        char want[64], hex[65] = "";
        unsigned char md[32];
        ASSERT(strncmp(b->data, "{\"v\":1,\"kind\":\"header\"", 22) == 0);
        const char *last = memrchr(b->data, '\n', b->len - 1);
        ASSERT(last && ++last);
        snprintf(want, sizeof(want), "\"number\":%u,\"reason\":\"%s\"", n, reason);
        if (!strstr(last, "\"kind\":\"segment\"") || !strstr(last, want))
                test_fail(__FILE__, __LINE__, "no %s in %s", want, last);
        ASSERT_EQ(in_line(last, "\"records\":"), count(b, "\n") - 2);
        ASSERT_EQ(in_line(last, "\"bytes\":"), last - b->data);
        ASSERT(EVP_Digest(b->data, (size_t) (last - b->data), md, NULL, EVP_sha256(), NULL) == 1);
        for (unsigned i = 0; i < 32; i++)
                sprintf(hex + 2 * i, "%02x", md[i]);
        ASSERT_NOT_NULL(strstr(last, hex));
        buf_add(&session_lines, b->data, b->len);
}

/* All files hold each of the n records once, in order. */
static void check_all(Recording *r, unsigned n, const char *reason) {
        unsigned seen = 0;
        unsigned long long seq = 0;
        for (unsigned i = 0; i < r->asked; i++) {
                TEST_CASE("file %u of %u", i, r->asked);
                Buf b = read_file(r, i);
                check_file(&b, i, i + 1 < r->asked ? reason : "end");
                Sums s = lines_sum(&b);
                ASSERT_EQ(s.first, seq + 1);
                seq = s.last;
                for (const char *p = b.data; (p = next(&b, p, "\"text\":\"dd "));)
                        ASSERT_EQ(strtoul(p, NULL, 10), seen++);
                buf_done(&b);
        }
        ASSERT_EQ(seen, n);
        ASSERT_EQ(seq, n + 1); /* and the end */
}

static void recording_free(Recording *r) {
        for (unsigned i = 0; i < r->asked + 1; i++)
                unlink(path_of(r, i));
        rmdir(r->dir);
        r->reader.got.len = 0; /* not JSON */
        reader_free(&r->reader);
}

static void print_more(TestSession *t, unsigned from, unsigned n) {
        for (unsigned i = from; i < from + n; i++)
                ASSERT(fake_print(t->kernel, i % t->kernel->n_cpus, T0 + i, 0, "dd", i));
}

static void print(TestSession *t, unsigned n) { print_more(t, 0, n); }

TEST(by_size) {
        TestSession t = session_new(fake_new(2, 64, 4096));
        print(&t, 3000);
        Recording r = recording_new(&t, "record", "pause", ",\"segmentBytes\":100000");
        GO(&t);
        finish(&t, &r);
        ASSERT(r.asked > 5);
        check_all(&r, 3000, "size");
        for (unsigned i = 0; i < r.asked; i++) {
                struct stat st;
                ASSERT(stat(path_of(&r, i), &st) == 0 && st.st_size < 102000 &&
                       (st.st_size > 90000 || i + 1 == r.asked));
        }
        recording_free(&r);
        session_free(&t);
}

TEST(in_one_file_compressed) {
        TestSession t = session_new(fake_new(2, 64, 4096));
        print(&t, 3000);
        Recording r = recording_new(&t, "record", "pause", ",\"compress\":true");
        GO(&t);
        finish(&t, &r);
        ASSERT_EQ(r.asked, 1);
        check_all(&r, 3000, "end");
        struct stat st;
        ASSERT(stat(path_of(&r, 0), &st) == 0 && st.st_size < 200000);
        recording_free(&r);
        session_free(&t);
}

/* Killed while it writes: nothing is missing, nothing stands twice, and the digests are right. */
TEST(kill_costs_no_record) {
        static const char *const mores[] = { ",\"segmentBytes\":300000", ",\"segmentBytes\":30000,\"compress\":true" };
        for (unsigned m = 0; m < 2; m++) {
                TEST_CASE("%s", mores[m]);
                TestSession t = session_new(fake_new(2, 600, 4096));
                Recording r = recording_new(&t, "record", "pause", mores[m]);
                GO(&t);
                srandom(5);
                for (unsigned kills = 0; kills < 25; kills++) {
                        print_more(&t, kills * 800, 800);
                        for (unsigned i = (unsigned) random() % 30; i > 0; i--) {
                                serve(&r);
                                usleep((unsigned) random() % 500);
                        }
                        session_kill(&t);
                        t.messages.len = 0;
                        session_attach(&t, &r.reader, 1);
                        GO(&t);
                        serve_until(&t, &r, "ready");
                }
                finish(&t, &r);
                check_all(&r, 20000, "size");
                recording_free(&r);
                session_free(&t);
        }
}

TEST(on_command_and_when_the_client_goes) {
        TestSession t = session_new(fake_new(1, 64, 4096));
        print(&t, 10);
        Recording r = recording_new(&t, "record", "pause", NULL);
        GO(&t);
        struct stat st = {};
        for (unsigned i = 0; i < 60000 && st.st_size == 0; i++) {
                serve(&r);
                (void) stat(path_of(&r, 0), &st);
                usleep(1000);
        }
        session_send(&t, "{\"type\":\"rotate\"}", NULL, 0);
        fake_print(t.kernel, 0, fake_now(), 0, "dd", 10);
        fake_wake(t.kernel);
        for (unsigned i = 0; i < 60000 && (r.asked < 2 || stat(path_of(&r, 1), &st) < 0 || st.st_size == 0);
             i++) {
                serve(&r);
                usleep(1000);
        }
        ASSERT_EQ(r.asked, 2);
        reader_forget(&r.reader);
        r.reader.fd = close_fd(r.reader.fd);
        session_wait(&t, "{\"type\":\"reader\",\"id\":1,\"state\":\"closed\"", NULL, 0);
        Buf first = read_file(&r, 0), second = read_file(&r, 1);
        check_file(&first, 0, "command");
        check_file(&second, 1, "client-gone");
        ASSERT_EQ(count(&first, "\"kind\":\"event\""), 10);
        ASSERT_EQ(count(&second, "\"kind\":\"event\""), 1);
        session_finish(&t, NULL, 0);
        buf_done(&first);
        buf_done(&second);
        recording_free(&r);
        session_free(&t);
}

TEST(text_is_nothing_but_the_text) {
        TestSession t = session_new(fake_new(1, 64, 4096));
        print(&t, 1000);
        Recording r = recording_new(&t, "recordText", "pause", ",\"segmentBytes\":3000");
        GO(&t);
        finish(&t, &r);
        ASSERT(r.asked > 1);
        unsigned n = 0;
        for (unsigned i = 0; i < r.asked; i++) {
                Buf b = read_file(&r, i);
                ASSERT(b.len <= 3000);
                for (char *p = b.data; *p; n++) {
                        ASSERT(strncmp(p, "dd ", 3) == 0);
                        ASSERT_EQ(strtoul(p + 3, &p, 10), n);
                        ASSERT_EQ(*p++, '\n');
                }
                buf_done(&b);
        }
        ASSERT_EQ(n, 1000);
        recording_free(&r);
        session_free(&t);
}

/* There is never as much free as it wants: nothing waits for it, and what it loses is counted, each record once, and told
 * in the file. */
TEST(no_room_holds_nobody_back) {
        TestSession t = session_new(fake_new(1, 64, 4096));
        print(&t, 2000);
        Recording r = recording_new(&t, "record", "pause", ",\"minFreeBytes\":1152921504606846976");
        TestReader other = reader_new(&t, 2, "text", "drop", 0);
        GO(&t);
        for (unsigned i = 0; i < 60000 && !next(&other.got, other.got.data, "dd 1999\n"); i++) {
                serve(&r);
                reader_take(&other, SIZE_MAX);
                usleep(1000);
        }
        ASSERT_EQ(count(&other.got, "dd "), 2000);
        reader_forget(&other);
        finish(&t, &r);
        ASSERT(session_was_told(
                &t, "{\"type\":\"reader\",\"id\":1,\"state\":\"failed\",\"error\":\"No space left"));
        Buf b = read_file(&r, 0);
        check_file(&b, 0, "store-full");
        ASSERT_EQ(count(&b, "\n"), 3);
        const char *loss = strstr(b.data, "\"kind\":\"lost\"");
        ASSERT(loss && strstr(loss, "\"where\":\"store-full\""));
        ASSERT_EQ(in_line(loss, "\"fromSeq\":"), 1);
        ASSERT_EQ(in_line(loss, "\"toSeq\":"), 2001); /* and the end */
        ASSERT_EQ(in_line(loss, "\"count\":"), 2001);
        ASSERT_EQ(in_line(loss, "\"total\":"), 2001);
        buf_done(&b);
        reader_free(&other);
        recording_free(&r);
        session_free(&t);
}

TEST(a_quota_ends_it) {
        TestSession t = session_new(fake_new(1, 64, 4096));
        print(&t, 2000);
        Recording r = recording_new(&t, "record", "drop", ",\"maxBytes\":50000");
        GO(&t);
        serve_until(&t, &r, "{\"type\":\"reader\",\"id\":1,\"state\":\"closed\"");
        Buf b = read_file(&r, 0);
        check_file(&b, 0, "quota");
        buf_done(&b);
        reader_forget(&r.reader);
        session_finish(&t, NULL, 0);
        recording_free(&r);
        session_free(&t);
}

TEST(only_files_that_can_be_written) {
        static const struct {
                const char *path;
                int flags;
        } cases[] = { { "/dev/null", O_RDWR }, { "/etc/passwd", O_RDONLY }, { "/tmp", O_RDONLY | O_DIRECTORY } };
        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                TEST_CASE("%s", cases[i].path);
                TestSession t = session_new(fake_new(1, 8, 4096));
                print(&t, 1);
                TestReader r = reader_new(&t, 1, "record", "drop", SOCK_STREAM);
                GO(&t);
                reader_wait(&r, 7);
                ASSERT_STREQ(r.got.data, "want 0\n");
                uint32_t n = 0;
                int fd = open(cases[i].path, cases[i].flags | O_CLOEXEC);
                ASSERT_OK(fds_send(r.fd, &n, sizeof(n), &fd, 1));
                close(fd);
                session_wait(&t, "{\"type\":\"reader\",\"id\":1,\"state\":\"failed\"", NULL, 0);
                reader_take(&r, SIZE_MAX);
                ASSERT_NOT_NULL(strstr(r.got.data, "failed a recording needs a regular file"));
                r.got.len = 0;
                session_finish(&t, &r, 1);
                r.got.len = 0;
                reader_free(&r);
                session_free(&t);
        }
}

TEST(every_line_of_these_tests_is_of_the_schema) {
        schema_check(session_lines.data, session_lines.len, count(&session_lines, "\n"));
}
