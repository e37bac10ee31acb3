/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Readers that come late, come back, or come only for what there was. */
#include "manifest/cursor.h"
#include "unit/stream/lines.h"
#include "unit/stream/schema.h"
#include "unit/stream/session.h"

#define GO(t) session_send(t, "{\"type\":\"go\"}", NULL, 0)
#define T0 1000000000ull
#define ONE_EVENT "\"kind\":\"event\""

/* Records that are there at once, in the past. */
static void print(TestSession *t, unsigned from, unsigned n) {
        fake_lock(t->kernel);
        for (unsigned i = 0; i < n; i++)
                ASSERT(fake_print(t->kernel, i % t->kernel->n_cpus, T0 + from + i, 0, "dd", from + i));
        fake_unlock(t->kernel);
        fake_wake(t->kernel);
}

static void wait_for(TestReader *r, const char *what) {
        for (unsigned i = 0; i < 60000 && !(r->got.data && strstr(r->got.data, what)); i++) {
                struct pollfd p = { .fd = r->fd, .events = POLLIN };
                poll(&p, 1, 1);
                reader_take(r, SIZE_MAX);
        }
        if (!r->got.data || !strstr(r->got.data, what))
                test_fail(__FILE__, __LINE__, "did not get %s; but: %s", what, r->got.data ?: "nothing");
}

/* A session that has told one reader of all its n records, of which only the youngest are kept. */
static TestSession session_with(unsigned n, TestReader *first) {
        TestSession t = session_new(fake_new(2, 512, 4096));
        *first = reader_new(&t, 1, "text", "pause", 0);
        GO(&t);
        print(&t, 0, n);
        char last[32];
        snprintf(last, sizeof(last), "dd %u\n", n - 1);
        wait_for(first, last);
        return t;
}

TEST(from_the_start_then_live) {
        TestReader r[3];
        TestSession t = session_with(100, &r[0]);
        r[1] = reader_new_with(&t, 2, "json", "drop", 0, ",\"from\":\"start\"");
        r[2] = reader_new_with(&t, 3, "text", "drop", SOCK_STREAM, ",\"from\":\"start\"");
        wait_for(&r[1], "\"count\":99}");
        print(&t, 100, 50);
        session_finish(&t, r, 3);
        ASSERT_MEMEQ(r[2].got.data, r[0].got.data, r[0].got.len);
        ASSERT_EQ(r[2].got.len, r[0].got.len);
        ASSERT_EQ(count(&r[1].got, ONE_EVENT), 150);
        Sums s = lines_sum(&r[1].got);
        ASSERT(s.first == 1 && s.lost == 0 && s.received == number(&r[1].got, "\"eventsTotal\":"));
        for (unsigned i = 0; i < 3; i++)
                reader_free(&r[i]);
        session_free(&t);
}

TEST(from_now_has_nothing_old) {
        TestReader r[2];
        TestSession t = session_with(100, &r[0]);
        r[1] = reader_new_with(&t, 2, "json", "drop", 0, ",\"from\":\"now\"");
        wait_for(&r[1], "header");
        print(&t, 100, 5);
        session_finish(&t, r, 2);
        ASSERT_EQ(count(&r[1].got, ONE_EVENT), 5);
        ASSERT_EQ(lines_sum(&r[1].got).first, 101);
        reader_free(&r[0]);
        reader_free(&r[1]);
        session_free(&t);
}

TEST(tail_counts_what_the_format_shows) {
        static const struct {
                unsigned number, text, json;
        } cases[] = { { 0, 0, 0 }, { 1, 1, 1 }, { 7, 7, 6 }, { 1000, 60, 60 } };
        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                TEST_CASE("tail %u", cases[i].number);
                char more[64];
                TestReader r[3];
                TestSession t = session_with(60, &r[0]);
                session_send(&t, "{\"type\":\"state\",\"state\":\"running\",\"result\":null}", NULL, 0);
                snprintf(more, sizeof(more), ",\"from\":\"tail\",\"number\":%u,\"follow\":false",
                         cases[i].number);
                r[1] = reader_new_with(&t, 2, "text", "drop", 0, more);
                r[2] = reader_new_with(&t, 3, "json", "drop", 0, more);
                session_finish(&t, r, 3);
                ASSERT_EQ(count(&r[1].got, "dd "), cases[i].text);
                ASSERT_EQ(count(&r[2].got, ONE_EVENT), cases[i].json - (cases[i].number == 1));
                lines_sum(&r[2].got);
                for (unsigned k = 0; k < 3; k++)
                        reader_free(&r[k]);
                session_free(&t);
        }
}

TEST(without_follow_it_ends_where_the_stream_stood) {
        TestReader r[2];
        TestSession t = session_with(40, &r[0]);
        r[1] = reader_new_with(&t, 2, "json", "drop", 0, ",\"from\":\"start\",\"follow\":false");
        session_wait(&t, "{\"type\":\"reader\",\"id\":2,\"state\":\"complete\"", NULL, 0);
        print(&t, 40, 10);
        wait_for(&r[0], "dd 49\n");
        reader_forget(&r[1]);
        reader_take(&r[1], SIZE_MAX);
        ASSERT(r[1].ended);
        ASSERT_EQ(count(&r[1].got, ONE_EVENT), 40);
        ASSERT_NOT_NULL(strstr(r[1].got.data, "\"kind\":\"end\",\"session\":\"0123\",\"seq\":41,"));
        ASSERT_NOT_NULL(strstr(r[1].got.data, "\"result\":\"snapshot\""));
        ASSERT_EQ(lines_sum(&r[1].got).last, 40);
        session_finish(&t, r, 1);
        reader_free(&r[0]);
        reader_free(&r[1]);
        session_free(&t);
}

/* Who takes nothing of what he asked for: the stream says what he has, and lets go of him when it is told. */
TEST(a_reader_is_cut_off) {
        TestReader r[2];
        TestSession t = session_with(6000, &r[0]);
        r[1] = reader_new_with(&t, 2, "json", "drop", 0, ",\"from\":\"start\",\"follow\":false");
        reader_wait(&r[1], 1);
        session_send(&t, "{\"type\":\"detach\",\"id\":2}", NULL, 0);
        session_send(&t, "{\"type\":\"detach\",\"id\":77}", NULL, 0); /* of one that is gone */
        session_wait(&t, "{\"type\":\"reader\",\"id\":2,\"state\":\"closed\"", NULL, 0);
        reader_forget(&r[1]);
        reader_take(&r[1], SIZE_MAX);
        ASSERT(r[1].ended);
        ASSERT_NULL(strstr(r[1].got.data, "\"kind\":\"end\""));
        print(&t, 6000, 1);
        wait_for(&r[0], "dd 6000\n");
        session_finish(&t, r, 1);
        r[1].format = "cut"; /* no lines for the schema */
        reader_free(&r[0]);
        reader_free(&r[1]);
        session_free(&t);
}

/* More than is kept: the reader is told exactly what it missed. */
TEST(who_was_away_too_long_is_told) {
        TestReader r[3];
        unsigned n = 20000;
        TestSession t = session_with(n, &r[0]);
        r[1] = reader_new_with(&t, 2, "json", "drop", 0, ",\"from\":\"after\",\"number\":10");
        r[2] = reader_new_with(&t, 3, "text", "drop", 0, ",\"from\":\"after\",\"number\":10");
        session_finish(&t, r, 3);
        Sums s = lines_sum(&r[1].got);
        ASSERT_EQ(s.first, 11);
        ASSERT_EQ(s.last, n + 1);
        ASSERT_EQ(s.lost, sum(&r[1].got, "\"where\":\"retention\",\"count\":"));
        ASSERT(s.lost > 0);
        ASSERT_EQ(count(&r[1].got, "retention"), 1);
        ASSERT_NOT_NULL(strstr(r[1].got.data, "\"resumedAfter\":10"));
        unsigned texts = count(&r[2].got, "dd ");
        ASSERT_EQ(texts, s.received - 1);
        ASSERT_EQ(number(&t.messages, "\"readerLost\":"), 2 * s.lost);
        for (unsigned i = 0; i < 3; i++)
                reader_free(&r[i]);
        session_free(&t);
}

TEST(a_cursor_of_the_future_is_refused) {
        TestReader r[2];
        TestSession t = session_with(5, &r[0]);
        r[1] = reader_new_with(&t, 2, "json", "drop", 0, ",\"from\":\"after\",\"number\":6");
        session_wait(&t, "{\"type\":\"reader\",\"id\":2,\"state\":\"failed\"", NULL, 0);
        session_finish(&t, r, 2);
        ASSERT_EQ(r[1].got.len, 0);
        reader_free(&r[0]);
        reader_free(&r[1]);
        session_free(&t);
}

/* Goes away and comes back by the cursor of the last record that it has, while the stream is killed in
 * between. */
TEST(cursors_survive_restarts) {
        TestReader r[2];
        TestSession t = session_with(50, &r[0]);
        unsigned events = 0;
        uint64_t after = 0;
        for (unsigned round = 0; round < 6; round++) {
                char more[96];
                TEST_CASE("round %u", round);
                snprintf(more, sizeof(more), ",\"cursors\":true,\"from\":\"%s\",\"number\":%llu",
                         after ? "after" : "start", (unsigned long long) after);
                r[1] = reader_new_with(&t, 2 + round, "json", "drop", 0, more);
                print(&t, 50 + round * 10, 10);
                char last[32];
                snprintf(last, sizeof(last), "\"count\":%u}", 59 + round * 10);
                wait_for(&r[1], last);
                const char *cursor = NULL;
                for (const char *p = r[1].got.data; (p = next(&r[1].got, p, "\"cursor\":\""));)
                        cursor = p;
                char text[CURSOR_MAX] = "", boot[64] = "";
                snprintf(text, sizeof(text), "%.*s", (int) strcspn(cursor, "\""), cursor);
                snprintf(boot, sizeof(boot), "%.36s", next(&r[1].got, r[1].got.data, "\"bootId\":\""));
                ASSERT_OK(cursor_parse(text, "0123", boot, &after));
                events += count(&r[1].got, ONE_EVENT);
                ASSERT_EQ(events, 60 + round * 10);
                lines_sum(&r[1].got);
                reader_forget(&r[1]);
                reader_free(&r[1]);
                session_kill(&t);
                t.messages.len = 0;
                session_attach(&t, &r[0], 1);
                GO(&t);
                session_wait(&t, "ready", NULL, 0);
        }
        session_finish(&t, r, 1);
        ASSERT_EQ(count(&r[0].got, "dd "), 110);
        reader_free(&r[0]);
        session_free(&t);
}

TEST(only_when_it_has_ended) {
        TestSession t = session_new_with(fake_new(1, 512, 4096), ",\"consume\":true");
        TestReader r = reader_new_with(&t, 1, "text", "drop", 0, ",\"from\":\"end\"");
        GO(&t);
        print(&t, 0, 15000);
        for (unsigned i = 0; i < 60000 && t.kernel->cpus[0].consumed < t.kernel->cpus[0].produced; i++)
                usleep(1000);
        reader_take(&r, SIZE_MAX);
        ASSERT_EQ(r.got.len, 0);
        session_kill(&t);
        session_attach(&t, &r, 1);
        GO(&t);
        session_finish(&t, &r, 1);
        unsigned n = count(&r.got, "dd ");
        ASSERT(n > 1000 && n < 15000);
        ASSERT_NOT_NULL(strstr(r.got.data, "dd 14999\n"));
        ASSERT_EQ(number(&t.messages, "\"readerLost\":") + n, 15000);
        reader_free(&r);
        session_free(&t);
}

TEST(consumes_without_readers_when_told) {
        TestSession t = session_new_with(fake_new(1, 8, 4096), ",\"consume\":true");
        GO(&t);
        print(&t, 0, 10);
        for (unsigned i = 0; i < 60000 && t.kernel->cpus[0].consumed == 0; i++)
                usleep(1000);
        ASSERT(t.kernel->cpus[0].consumed > 0);
        TestReader r = reader_new_with(&t, 1, "text", "drop", 0, ",\"from\":\"start\"");
        session_finish(&t, &r, 1);
        ASSERT_EQ(count(&r.got, "dd "), 10);
        reader_free(&r);
        session_free(&t);
}

TEST(json_seq_and_text_members) {
        TestReader r[3];
        TestSession t = session_with(3, &r[0]);
        r[1] = reader_new_with(&t, 2, "jsonSeq", "drop", 0, ",\"from\":\"start\"");
        r[2] = reader_new_with(&t, 3, "json", "drop", 0, ",\"from\":\"start\",\"withText\":true");
        session_finish(&t, r, 3);
        unsigned lines = 0;
        for (const char *p = r[1].got.data, *end; *p; p = end + 1, lines++) {
                end = strchr(p, '\n');
                ASSERT(end && p[0] == 0x1e && p[1] == '{' && end[-1] == '}');
        }
        ASSERT_EQ(lines, count(&r[2].got, "\n"));
        ASSERT_EQ(count(&r[2].got, ",\"text\":\"dd "), 3);
        ASSERT_NOT_NULL(strstr(r[2].got.data, "\"count\":2},\"text\":\"dd 2\\n\"}\n"));
        for (unsigned i = 0; i < 3; i++)
                reader_free(&r[i]);
        session_free(&t);
}

TEST(the_journal_gets_entries) {
        TestSession t = session_new(fake_new(1, 8, 4096));
        TestReader r = reader_new(&t, 1, "journal", "drop", SOCK_DGRAM);
        ASSERT(fake_print(t.kernel, 0, T0, 0, "a b", -7));
        ASSERT(fake_print(t.kernel, 0, T0 + 1, 0, "two\nlines", 8));
        ASSERT(fake_message(t.kernel, 0, T0 + 2, STP_RECORD_ERROR, "division by 0"));
        GO(&t);
        session_send(&t, "{\"type\":\"state\",\"state\":\"running\",\"result\":null}", NULL, 0);
        session_finish(&t, &r, 1);
        static const char *const wanted[] = {
                "SYSLOG_IDENTIFIER=stapd\nSTAPD_SESSION=0123\nSTAPD_SCRIPT=t\n", "STAPD_KIND=event\nPRIORITY=6\n",
                "STAPD_PROBE=kernel.function(\"vfs_read\")\n", "STAPD_PID=100\nSTAPD_TID=101\nSTAPD_UID=1000\n",
                "STAPD_DATA_EXECNAME=a b\nSTAPD_DATA_COUNT=-7\nMESSAGE=a b -7\n",
                "STAPD_DATA_EXECNAME\n\x09",
                "STAPD_DATA_COUNT=8\nMESSAGE\n\x0b", "STAPD_KIND=error\nPRIORITY=3\n", "MESSAGE=division by 0\n",
                "MESSAGE={\"v\":1,\"kind\":\"end\"",
        };
        const char *at = r.got.data;
        for (size_t i = 0; i < ELEMENTSOF(wanted); i++) {
                TEST_CASE("%s", wanted[i]);
                at = next(&r.got, at, wanted[i]);
                ASSERT_NOT_NULL(at);
        }
        static const char binary[] = "EXECNAME\n\x09\0\0\0\0\0\0\0two\nlines\n";
        ASSERT_NOT_NULL(memmem(r.got.data, r.got.len, binary, sizeof(binary) - 1));
        ASSERT_EQ(count(&r.got, "SYSLOG_IDENTIFIER="), 5); /* with the state */
        reader_free(&r);
        session_free(&t);
}

TEST(silence_has_heartbeats_for_json_alone) {
        TestSession t = session_new_with(fake_new(1, 8, 4096), ",\"heartbeatUSec\":20000");
        TestReader r[2] = { reader_new(&t, 1, "json", "drop", 0), reader_new(&t, 2, "text", "drop", 0) };
        GO(&t);
        print(&t, 0, 2);
        wait_for(&r[0], "\"kind\":\"heartbeat\",\"session\":\"0123\",\"seq\":3,");
        wait_for(&r[0], "\"eventsTotal\":2,\"lostTotal\":0,\"queueBytes\":");
        session_finish(&t, r, 2);
        ASSERT_STREQ(r[1].got.data, "dd 0\ndd 1\n");
        lines_sum(&r[0].got);
        reader_free(&r[0]);
        reader_free(&r[1]);
        session_free(&t);
}

TEST(who_sets_the_clock_is_told_of) {
        TestSession t = session_new(fake_new(1, 8, 4096));
        TestReader r = reader_new(&t, 1, "json", "drop", 0);
        GO(&t);
        print(&t, 0, 1);
        wait_for(&r, "\"count\":0}");
        long long before = (long long) number(&r.got, "\"t\":");
        __atomic_store_n(&t.kernel->realtime, -86400000000000ll, __ATOMIC_RELEASE);
        print(&t, 1, 1);
        wait_for(&r, "\"count\":1}");
        ASSERT_EQ(count(&r.got, "\"kind\":\"clock\""), 1);
        const char *step = next(&r.got, r.got.data, "\"stepUSec\":");
        ASSERT(llabs(strtoll(step, NULL, 10) + 86400000000ll) < 1000000);
        long long after = (long long) number(&r.got, "\"t\":");
        ASSERT(llabs(after - before + 86400000000ll) < 1000000);
        session_finish(&t, &r, 1);
        lines_sum(&r.got);
        reader_free(&r);
        session_free(&t);
}

/* A storm, small buffers, readers of every temper that come and go, and a stream that is killed. */
TEST(sums_are_right_whatever_happens) {
        enum { N = 8, ROUNDS = 40 };
        static const char *const overflows[] = { "drop", "pause", "drop", "disconnect", "drop", "drop", "pause", "drop" };
        static const char *const mores[] = { NULL, NULL, ",\"from\":\"start\"", NULL, ",\"cursors\":true",
                                             ",\"withText\":true", ",\"from\":\"start\"", ",\"from\":\"tail\",\"number\":9" };
        TestSession t = session_new(fake_new(2, 16, 4096));
        TestReader r[N] = {};
        unsigned printed = 0, failed = 0, attached = 1;
        bool gone = false;
        srandom(11);
        r[0] = reader_new(&t, 1, "json", overflows[0], 0);
        GO(&t);
        for (unsigned round = 0; round < ROUNDS; round++) {
                if (attached < N && round % 3 == 0) {
                        r[attached] = reader_new_with(&t, attached + 1, "json", overflows[attached],
                                                      attached % 2 ? SOCK_STREAM : 0, mores[attached]);
                        attached++;
                }
                for (unsigned i = 0; i < 40; i++) {
                        fake_lock(t.kernel);
                        for (unsigned k = 0; k < 20; k++) {
                                bool ok = fake_print(t.kernel, (unsigned) random() % 2, fake_now(), 0,
                                                     "storm", printed);
                                printed++;
                                failed += !ok;
                        }
                        fake_unlock(t.kernel);
                        fake_wake(t.kernel);
                        for (unsigned k = 0; k < attached; k++)
                                if (random() % 4 == 0)
                                        reader_take(&r[k], (size_t) random() % (k % 3 ? 3000 : 100000));
                        session_take_messages(&t);
                }
                if (round % 7 != 6)
                        continue;
                session_wait(&t, "ready", NULL, 0);
                session_kill(&t);
                gone |= session_was_told(&t, "\"id\":4,\"state\":\"overflow\"");
                t.messages.len = 0;
                for (unsigned k = 0; k < attached; k++)
                        if (!(gone && k == 3))
                                session_attach(&t, &r[k], k + 1);
                GO(&t);
        }
        session_finish(&t, r, attached);
        unsigned long long last = 0, lost = 0;
        for (unsigned k = 0; k < N; k++) {
                TEST_CASE("reader %u: %s%s", k, overflows[k], mores[k] ?: "");
                Sums s = lines_sum(&r[k].got);
                if (k == 3 && !strstr(r[k].got.data, "\"kind\":\"end\""))
                        continue; /* it was cut off */
                last = last ?: s.last;
                ASSERT_EQ(s.last, last);
                if (strcmp(overflows[k], "pause") == 0)
                        ASSERT_EQ(count(&r[k].got, "reader-queue"), 0);
                lost += s.lost;
        }
        TEST_CASE("the first reader");
        unsigned long long kernel = sum(&r[0].got, "\"kernel-buffer\",\"count\":");
        ASSERT(kernel <= failed);
        ASSERT_EQ(number(&t.messages, "\"records\":") + failed, printed);
        ASSERT_EQ(number(&t.messages, "\"lost\":"), failed);
        ASSERT(number(&t.messages, "\"readerLost\":") >= lost);
        for (unsigned k = 0; k < N; k++)
                reader_free(&r[k]);
        session_free(&t);
}

TEST(cursors_are_checked) {
        char text[CURSOR_MAX], broken[CURSOR_MAX];
        uint64_t seq = 0;
        static const char boot[] = "0f1e2d3c-0011-2233-4455-66778899aabb";
        cursor_format("0123", boot, 77, text);
        ASSERT_OK(cursor_parse(text, "0123", boot, &seq));
        ASSERT_EQ(seq, 77);
        ASSERT_ERROR(cursor_parse(text, "0124", boot, &seq), -ESTALE);
        ASSERT_ERROR(cursor_parse(text, "0123", "1f1e2d3c-0011-2233-4455-66778899aabb", &seq), -ESTALE);
        for (size_t i = 0; text[i]; i++) {
                TEST_CASE("another byte at %zu", i);
                strcpy(broken, text);
                broken[i] ^= 1;
                ASSERT(cursor_parse(broken, "0123", boot, &seq) < 0);
                strcpy(broken, text);
                broken[i] = 0;
                ASSERT(cursor_parse(broken, "0123", boot, &seq) < 0);
        }
        char longer[CURSOR_MAX * 2];
        memset(longer, 'a', sizeof(longer));
        longer[sizeof(longer) - 1] = 0;
        ASSERT_ERROR(cursor_parse(longer, "0123", boot, &seq), -EINVAL);
        cursor_format("0123456789abcdef0123456789abcdef", boot, UINT64_MAX, text);
        ASSERT_OK(cursor_parse(text, "0123456789abcdef0123456789abcdef", boot, &seq));
        ASSERT(seq == UINT64_MAX);
}

TEST(every_line_of_these_tests_is_of_the_schema) {
        schema_check(session_lines.data, session_lines.len, count(&session_lines, "\n"));
}
