/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A flight recorder: the kernel overwrites, and its records are taken only when somebody wants them. */
#include "unit/stream/lines.h"
#include "unit/stream/schema.h"
#include "unit/stream/session.h"

#define T0 1000000000ull
#define ONE_EVENT "\"kind\":\"event\""
#define OVERWRITTEN "\"where\":\"overwritten\",\"count\":"
#define SNAPSHOT ",\"from\":\"start\",\"follow\":false"

/* Two buffers of 15 KB: some 200 records each. */
static TestSession flight_new(void) {
        FakeKernel *k = fake_new(2, 4, 4096);
        k->overwrites = true;
        TestSession t = session_new_with(k, ",\"flight\":true");
        session_send(&t, "{\"type\":\"go\"}", NULL, 0);
        return t;
}

static void print(TestSession *t, unsigned from, unsigned n) {
        fake_lock(t->kernel);
        for (unsigned i = from; i < from + n; i++)
                ASSERT(fake_print(t->kernel, i % t->kernel->n_cpus, T0 + i, 0, "dd", i));
        fake_unlock(t->kernel);
        fake_wake(t->kernel);
}

/* What a reader gets that wants what there is. */
static TestReader snapshot(TestSession *t, unsigned id) {
        char told[64];
        snprintf(told, sizeof(told), "\"reader\",\"id\":%u,\"state\":\"complete\"", id);
        TestReader r = reader_new_with(t, id, "json", "drop", 0, SNAPSHOT);
        session_wait(t, told, &r, 1);
        reader_forget(&r);
        reader_take(&r, SIZE_MAX);
        ASSERT(r.ended);
        return r;
}

/* Of n records that were printed, those that are not there are told of, and the last one is. */
static unsigned check_sum(const TestReader *r, unsigned n) {
        unsigned events = count(&r->got, ONE_EVENT);
        lines_sum(&r->got);
        ASSERT_EQ(events + sum(&r->got, OVERWRITTEN), n);
        ASSERT_EQ(number(&r->got, "\"count\":"), n - 1);
        return events;
}

TEST(nobody_wakes_until_somebody_wants_to_know) {
        TestSession t = flight_new();
        for (unsigned i = 0; i < 100; i++) {
                print(&t, i * 100, 100);
                usleep(500);
        }
        ASSERT_EQ(t.kernel->looks, 0);
        TestReader r = snapshot(&t, 1);
        ASSERT_EQ(t.kernel->looks, 1);
        unsigned events = check_sum(&r, 10000);
        ASSERT(events > 200 && events < 600);
        session_finish(&t, NULL, 0);
        reader_free(&r);
        session_free(&t);
}

TEST(the_next_snapshot_has_more) {
        TestSession t = flight_new();
        print(&t, 0, 3000);
        TestReader one = snapshot(&t, 1);
        print(&t, 3000, 50);
        TestReader two = snapshot(&t, 2);
        ASSERT_EQ(check_sum(&two, 3050), check_sum(&one, 3000) + 50);
        print(&t, 3050, 3000);
        TestReader three = snapshot(&t, 3);
        ASSERT(check_sum(&three, 6050) > 300);
        session_finish(&t, NULL, 0);
        reader_free(&one);
        reader_free(&two);
        reader_free(&three);
        session_free(&t);
}

TEST(a_reader_in_the_end_has_all_that_is_left) {
        TestSession t = flight_new();
        TestReader r = reader_new_with(&t, 1, "json", "drop", 0, ",\"from\":\"end\"");
        print(&t, 0, 5000);
        usleep(20000);
        ASSERT_EQ(t.kernel->looks, 0);
        session_finish(&t, &r, 1);
        check_sum(&r, 5000);
        ASSERT_NOT_NULL(strstr(r.got.data, "\"lostTotal\":0,\"lost\":{\"overwritten\":"));
        ASSERT_EQ(t.messages.data && strstr(t.messages.data, "lost record"), 0);
        reader_free(&r);
        session_free(&t);
}

/* While one follows, records come as they are printed; when it is gone, they stay where they are. */
TEST(a_reader_that_follows) {
        TestSession t = flight_new();
        print(&t, 0, 1000);
        TestReader r = reader_new_with(&t, 1, "json", "drop", 0, NULL);
        reader_wait(&r, 1);
        for (unsigned i = 0; i < 10; i++) {
                print(&t, 1000 + i * 10, 10);
                for (unsigned k = 0; k < 60000 && count(&r.got, ONE_EVENT) < (i + 1) * 10; k++) {
                        usleep(1000);
                        reader_take(&r, SIZE_MAX);
                }
        }
        ASSERT_EQ(count(&r.got, ONE_EVENT), 100);
        session_send(&t, "{\"type\":\"detach\",\"id\":1}", NULL, 0);
        session_wait(&t, "\"state\":\"closed\"", NULL, 0);
        print(&t, 1100, 100); /* may be what it waits for */
        usleep(50000);
        uint64_t looks = t.kernel->looks;
        print(&t, 1200, 2000);
        usleep(50000);
        ASSERT_EQ(t.kernel->looks, looks);
        TestReader s = snapshot(&t, 2);
        check_sum(&s, 3200);
        session_finish(&t, NULL, 0);
        reader_free(&r);
        reader_free(&s);
        session_free(&t);
}

/* A sub-buffer that was overwritten while it was copied is told of as any other that is gone. */
TEST(overwritten_while_it_is_read) {
        for (unsigned stale = 1; stale <= 4; stale++) { /* two of each CPU */
                TEST_CASE("%u times", stale);
                TestSession t = flight_new();
                print(&t, 0, 300);
                t.kernel->stale = stale;
                TestReader one = snapshot(&t, 1);
                ASSERT(count(&one.got, ONE_EVENT) < 300);
                ASSERT_EQ(t.kernel->stale, 0);
                print(&t, 300, 2);
                TestReader two = snapshot(&t, 2);
                check_sum(&two, 302);
                session_finish(&t, NULL, 0);
                reader_free(&one);
                reader_free(&two);
                session_free(&t);
        }
}

TEST(killed_between_snapshots) {
        TestSession t = flight_new();
        print(&t, 0, 2000);
        TestReader one = snapshot(&t, 1);
        session_kill(&t);
        session_send(&t, "{\"type\":\"go\"}", NULL, 0);
        print(&t, 2000, 2000);
        TestReader two = snapshot(&t, 2);
        check_sum(&one, 2000);
        ASSERT(check_sum(&two, 4000) > 300);
        session_finish(&t, NULL, 0);
        reader_free(&one);
        reader_free(&two);
        session_free(&t);
}

TEST(every_line_of_these_tests_is_of_the_schema) {
        schema_check(session_lines.data, session_lines.len, count(&session_lines, "\n"));
}
