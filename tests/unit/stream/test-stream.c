/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The whole stream, from buffers to readers, in a process of its own. */
#include "unit/stream/lines.h"
#include "unit/stream/schema.h"
#include "unit/stream/session.h"

#define GO(t) session_send(t, "{\"type\":\"go\"}", NULL, 0)
#define T0 1000000000ull

TEST(text_comes_in_order_of_time) {
        TestSession t = session_new(fake_new(4, 16, 4096));
        Buf want = BUF_INIT;
        srandom(1);
        for (unsigned i = 0; i < 800; i++) {
                ASSERT(fake_print(t.kernel, (unsigned) random() % 4, T0 + i, 0, "dd", i));
                buf_printf(&want, "dd %u\n", i);
        }
        TestReader r = reader_new(&t, 1, "text", "pause", 0);
        GO(&t);
        session_finish(&t, &r, 1);
        ASSERT_STREQ(r.got.data, want.data);
        ASSERT_EQ(number(&t.messages, "\"records\":"), 800);
        ASSERT_EQ(number(&t.messages, "\"lost\":"), 0);
        buf_done(&want);
        reader_free(&r);
        session_free(&t);
}

TEST(json_has_all_kinds) {
        TestSession t = session_new(fake_new(2, 4, 4096));
        fake_print(t.kernel, 0, T0, 0, "a\"\xc3\xa9\n", -5);
        fake_record(t.kernel, 1, (struct stp_record) { .kind = STP_RECORD_PRINT, .id = 1, .time = T0 + 1 }, 0);
        fake_message(t.kernel, 0, T0 + 2, STP_RECORD_ERROR, "division by 0");
        fake_message(t.kernel, 0, T0 + 3, STP_RECORD_WARNING, "careful");
        fake_print(t.kernel, 0, T0 + 4, 0, "\xff", 1);
        TestReader r = reader_new(&t, 1, "json", "pause", SOCK_STREAM);
        GO(&t);
        session_wait(&t, "careful", &r, 1);
        session_send(&t, "{\"type\":\"state\",\"state\":\"stopping\",\"result\":\"exit\"}", NULL, 0);
        session_finish(&t, &r, 1);
        static const char *const wanted[] = {
                "{\"v\":1,\"kind\":\"header\",\"session\":\"0123\",\"seq\":1,",
                "\"probes\":[{\"id\":0,\"point\":\"kernel.function(\\\"vfs_read\\\")\"}]",
                "\"fields\":[{\"name\":\"execname\",\"type\":\"string\"},{\"name\":\"count\",\"type\":\"long\"}]",
                "\"kind\":\"event\",\"session\":\"0123\",\"seq\":1,\"tNs\":\"1000000000\",",
                "\"cpu\":0,\"pid\":100,\"tid\":101,\"uid\":1000,\"format\":0,",
                "\"data\":{\"execname\":\"a\\\"\xc3\xa9\\n\",\"count\":-5}}\n",
                "\"kind\":\"text\",\"session\":\"0123\",\"seq\":2,",
                "\"format\":1,\"data\":\"hello\\n\"}\n",
                "\"kind\":\"error\"", "\"message\":\"division by 0\"}\n", "\"kind\":\"warning\"",
                "\"data\":{\"execname\":{\"b64\":\"/w==\"},\"count\":1}}\n",
                "\"state\":\"stopping\",\"result\":\"exit\"}\n",
                "\"kind\":\"end\",\"session\":\"0123\",\"seq\":7,",
                "\"result\":\"stop\",\"exitStatus\":0,\"eventsTotal\":7,\"lostTotal\":0,\"lost\":{}}\n",
        };
        const char *at = r.got.data;
        for (size_t i = 0; i < ELEMENTSOF(wanted); i++) {
                TEST_CASE("%s", wanted[i]);
                at = strstr(at, wanted[i]);
                ASSERT_NOT_NULL(at);
        }
        ASSERT(session_was_told(&t, "\"severity\":\"error\",\"text\":\"division by 0\""));
        reader_free(&r);
        session_free(&t);
}

TEST(records_wait_for_the_first_reader) {
        TestSession t = session_new(fake_new(1, 4, 4096));
        fake_print(t.kernel, 0, T0, 0, "begin", 1);
        GO(&t);
        fake_wake(t.kernel);
        session_wait(&t, "ready", NULL, 0);
        usleep(50000);
        ASSERT_EQ(t.kernel->cpus[0].consumed, 0);
        TestReader r = reader_new(&t, 1, "text", "drop", 0);
        session_finish(&t, &r, 1);
        ASSERT_STREQ(r.got.data, "begin 1\n");
        reader_free(&r);
        session_free(&t);
}

TEST(kernel_losses_are_told_in_their_place) {
        TestSession t = session_new(fake_new(1, 2, 4096));
        uint64_t i = 0;
        while (fake_print(t.kernel, 0, T0 + i, 0, "x", 1))
                i++;
        for (unsigned k = 0; k < 9; k++)
                fake_print(t.kernel, 0, T0 + i + k, 0, "x", 1);
        TestReader r[2] = { reader_new(&t, 1, "json", "pause", 0), reader_new(&t, 2, "text", "pause", 0) };
        GO(&t);
        reader_wait(&r[1], i * 4);
        fake_lock(t.kernel);
        ASSERT(fake_print(t.kernel, 0, fake_now(), 0, "after", 2));
        fake_unlock(t.kernel);
        fake_wake(t.kernel);
        reader_wait(&r[1], i * 4 + 8);
        t.kernel->cpus[0].lost += 3; /* and nothing comes after these */
        session_finish(&t, r, 2);
        const char *lost = strstr(r[0].got.data, "\"kind\":\"lost\"");
        ASSERT_NOT_NULL(lost);
        ASSERT_NOT_NULL(strstr(lost, "\"where\":\"kernel-buffer\",\"count\":10,"));
        ASSERT_NOT_NULL(strstr(lost, "\"execname\":\"after\""));
        ASSERT_NOT_NULL(strstr(lost, "\"where\":\"kernel-buffer\",\"count\":3,\"total\":13}"));
        ASSERT_NOT_NULL(strstr(lost, "\"lostTotal\":13,\"lost\":{\"kernel-buffer\":13}}"));
        ASSERT_EQ(number(&t.messages, "\"lost\":"), 13);
        reader_free(&r[0]);
        reader_free(&r[1]);
        session_free(&t);
}

TEST(damage_costs_its_sub_buffer_and_is_counted) {
        static const struct {
                const char *name;
                unsigned subbuf;
                size_t at;
                uint32_t value;
        } cases[] = {
                { "a length of 0", 1, 32 + 48 * 3, 0 },
                { "a giant length", 1, 32 + 48 * 2, 0xfffffff8 },
                { "a length that is not aligned", 1, 32, 57 },
                { "a kind that is none", 2, 32 + 4, 0x00000077 },
                { "no magic", 1, 0, 0x12345678 },
                { "another version", 2, 4, 99 },
                { "a format that is none", 1, 32 + 8, 1000 },
                { "a probe that is none", 1, 32 + 4, 0x00050001 },
                { "a string beyond its record", 1, 64, 4000 },
        };
        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                TEST_CASE("%s", cases[i].name);
                TestSession t = session_new(fake_new(1, 8, 4096));
                for (unsigned k = 0; k < 300; k++)
                        ASSERT(fake_print(t.kernel, 0, T0 + k, 0, "dd", k));
                memcpy(fake_subbuf(t.kernel, 0, cases[i].subbuf) + cases[i].at, &cases[i].value, 4);
                TestReader r[2] = { reader_new(&t, 1, "text", "pause", 0), reader_new(&t, 2, "json", "pause", 0) };
                GO(&t);
                session_finish(&t, r, 2);
                unsigned got = count(&r[0].got, "dd ");
                ASSERT(got < 300);
                ASSERT_EQ(number(&t.messages, "\"records\":") + number(&t.messages, "\"lost\":"), 300);
                ASSERT_EQ(number(&t.messages, "\"records\":"), got);
                ASSERT_NOT_NULL(strstr(r[1].got.data, "\"where\":\"transport-resync\""));
                ASSERT_NOT_NULL(strstr(r[0].got.data, "dd 299\n"));
                reader_free(&r[0]);
                reader_free(&r[1]);
                session_free(&t);
        }
}

TEST(a_slow_reader_loses_alone_and_is_told) {
        TestSession t = session_new(fake_new(1, 512, 4096));
        unsigned n = 0;
        while (fake_print(t.kernel, 0, T0 + n, 0, "some_rather_long_name", n))
                n++;
        n += 1; /* the one that found no room */
        TestReader r[2] = { reader_new(&t, 1, "json", "drop", 0), reader_new(&t, 2, "text", "pause", 0) };
        GO(&t);
        session_wait(&t, "ready", NULL, 0);
        reader_wait(&r[1], 22 * (n - 2));
        session_finish(&t, r, 2);
        ASSERT_EQ(lines_sum(&r[0].got).last, n + 1); /* n - 1, the kernel's loss, the end */
        unsigned long long events = count(&r[0].got, "\"kind\":\"event\"");
        ASSERT(events < n - 1);
        ASSERT_EQ(count(&r[1].got, "some"), n - 1);
        ASSERT_NOT_NULL(strstr(r[0].got.data, "\"where\":\"reader-queue\""));
        ASSERT_NOT_NULL(strstr(r[0].got.data, "\"kind\":\"end\""));
        unsigned long long lost = sum(&r[0].got, "\"reader-queue\",\"count\":");
        unsigned long long others = count(&r[0].got, "\"where\":\"kernel-buffer\"") + 1 /* end */;
        ASSERT_EQ(events + lost + others, number(&r[0].got, "\"eventsTotal\":"));
        ASSERT_EQ(number(&t.messages, "\"readerLost\":"), lost);
        reader_free(&r[0]);
        reader_free(&r[1]);
        session_free(&t);
}

TEST(a_pausing_reader_holds_the_buffers_back) {
        TestSession t = session_new(fake_new(1, 512, 4096));
        unsigned n = 0;
        for (; t.kernel->cpus[0].produced < 500; n++)
                ASSERT(fake_print(t.kernel, 0, T0 + n, 0,
                                  "a_name_that_makes_much_text_of_one_record_so_that_the_queue_is_full_soon", n));
        TestReader r = reader_new(&t, 1, "text", "pause", SOCK_STREAM);
        GO(&t);
        usleep(300000);
        ASSERT(t.kernel->cpus[0].consumed < 490);
        session_finish(&t, &r, 1);
        ASSERT_EQ(count(&r.got, "a_name"), n);
        ASSERT_EQ(number(&t.messages, "\"readerLost\":"), 0);
        reader_free(&r);
        session_free(&t);
}

TEST(overflow_disconnects_who_asked_for_it) {
        TestSession t = session_new(fake_new(1, 512, 4096));
        unsigned n = 0;
        while (fake_print(t.kernel, 0, T0 + n, 0, "name", n))
                n++;
        TestReader r[2] = { reader_new(&t, 7, "json", "disconnect", 0), reader_new(&t, 8, "text", "pause", 0) };
        GO(&t);
        session_wait(&t, "{\"type\":\"reader\",\"id\":7,\"state\":\"overflow\"", &r[1], 1);
        session_finish(&t, r, 2);
        ASSERT_EQ(count(&r[1].got, "name"), n);
        reader_free(&r[0]);
        reader_free(&r[1]);
        session_free(&t);
}

TEST(a_reader_that_leaves_is_reported_and_no_harm) {
        TestSession t = session_new(fake_new(1, 8, 4096));
        TestReader r[2] = { reader_new(&t, 1, "text", "pause", SOCK_STREAM), reader_new(&t, 2, "text", "pause", 0) };
        GO(&t);
        session_wait(&t, "ready", NULL, 0);
        r[0].fd = close_fd(r[0].fd);
        session_wait(&t, "{\"type\":\"reader\",\"id\":1,\"state\":\"closed\"", NULL, 0);
        reader_forget(&r[0]);
        fake_lock(t.kernel);
        fake_print(t.kernel, 0, fake_now(), 0, "still", 1);
        fake_unlock(t.kernel);
        fake_wake(t.kernel);
        reader_wait(&r[1], 8);
        session_finish(&t, &r[1], 1);
        ASSERT_STREQ(r[1].got.data, "still 1\n");
        reader_free(&r[0]);
        reader_free(&r[1]);
        session_free(&t);
}

static long switches(pid_t pid) {
        char path[64];
        _cleanup_(freep) char *status = NULL;
        snprintf(path, sizeof(path), "/proc/%d/status", (int) pid);
        ASSERT_OK(fds_read_file(path, 65536, &status, NULL));
        return strtol(strstr(status, "\nvoluntary_ctxt_switches:") + 25, NULL, 10);
}

TEST(prompt_when_idle_and_asleep_otherwise) {
        TestSession t = session_new(fake_new(2, 8, 4096));
        TestReader r = reader_new(&t, 1, "text", "pause", 0);
        GO(&t);
        for (unsigned i = 0; i < 5; i++) {
                fake_lock(t.kernel);
                uint64_t before = fake_now();
                fake_print(t.kernel, i % 2, before, 0, "x", 1);
                fake_unlock(t.kernel);
                fake_wake(t.kernel);
                reader_wait(&r, (i + 1) * 4);
                ASSERT(fake_now() - before < 100000000);
                usleep(30000);
        }
        usleep(100000);
        long asleep = switches(t.pid);
        usleep(500000);
        ASSERT_EQ(switches(t.pid), asleep);
        session_finish(&t, &r, 1);
        reader_free(&r);
        session_free(&t);
}

/* Killed again and again while it works: the readers must not notice. */
TEST(kill_loses_and_repeats_nothing) {
        TestSession t = session_new(fake_new(3, 600, 4096));
        Buf want = BUF_INIT;
        unsigned n = 0;
        srandom(7);
        for (; n < 40000; n++) {
                ASSERT(fake_print(t.kernel, (unsigned) random() % 3, T0 + n, 0, "process", n));
                buf_printf(&want, "process %u\n", n);
        }
        TestReader r[3] = {
                reader_new(&t, 1, "text", "pause", 0), reader_new(&t, 2, "text", "pause", SOCK_STREAM),
                reader_new(&t, 3, "json", "pause", 0),
        };
        GO(&t);
        unsigned kills = 0;
        while (r[0].got.len < want.len - 100000 && kills < 60) {
                t.messages.len = 0;
                session_wait(&t, "ready", NULL, 0);
                unsigned naps = (unsigned) random() % 8;
                for (unsigned i = 0; i < naps; i++) {
                        usleep((unsigned) random() % 2000);
                        for (unsigned k = 0; k < 3; k++)
                                reader_take(&r[k], (size_t) random() % 60000);
                        session_take_messages(&t);
                }
                kill(t.pid, SIGKILL);
                waitpid(t.pid, NULL, 0);
                close(t.control);
                kills++;
                session_spawn(&t);
                for (unsigned k = 0; k < 3; k++)
                        session_attach(&t, &r[k], k + 1);
                GO(&t);
        }
        ASSERT(kills > 5);
        session_finish(&t, r, 3);
        for (unsigned k = 0; k < 2; k++) {
                TEST_CASE("text reader %u after %u kills", k, kills);
                ASSERT_EQ(r[k].got.len, want.len);
                ASSERT_MEMEQ(r[k].got.data, want.data, want.len);
        }
        TEST_CASE("JSON reader after %u kills", kills);
        lines_sum(&r[2].got);
        ASSERT_EQ(count(&r[2].got, "\"kind\":\"header\""), 1);
        ASSERT_EQ(count(&r[2].got, "\"kind\":\"event\""), n);
        ASSERT_EQ(number(&r[2].got, "\"eventsTotal\":"), n + 1);
        ASSERT_EQ(number(&t.messages, "\"records\":"), n);
        for (unsigned k = 0; k < 3; k++)
                reader_free(&r[k]);
        buf_done(&want);
        session_free(&t);
}

TEST(a_file_and_an_appended_file_are_readers_too) {
        static const int flags[] = { O_RDWR, O_RDWR | O_APPEND };
        for (unsigned i = 0; i < 2; i++) {
                TestSession t = session_new(fake_new(1, 8, 4096));
                char path[] = "/tmp/stream-test-XXXXXX";
                TestReader r = { .format = "text", .overflow = "pause" };
                int made = mkstemp(path);
                r.theirs = open(path, flags[i] | O_CLOEXEC);
                r.fd = open(path, O_RDONLY | O_CLOEXEC);
                close(made);
                unlink(path);
                ASSERT_OK(stream_queue_new(STREAM_QUEUE_MIN, r.queue));
                session_attach(&t, &r, 1);
                for (unsigned k = 0; k < 100; k++)
                        fake_print(t.kernel, 0, T0 + k, 0, "f", 7);
                GO(&t);
                session_finish(&t, &r, 1);
                r.ended = false;
                reader_take(&r, SIZE_MAX);
                ASSERT_EQ(r.got.len, 400);
                reader_free(&r);
                session_free(&t);
        }
}

TEST(stapd_that_goes_lets_the_rest_be_drained) {
        TestSession t = session_new(fake_new(1, 8, 4096));
        TestReader r = reader_new(&t, 1, "json", "pause", 0);
        fake_print(t.kernel, 0, T0, 0, "last", 1);
        session_wait(&t, "ready", NULL, 0);
        t.control = close_fd(t.control);
        usleep(20000);
        t.kernel->state = STP_STATE_STOPPED;
        reader_forget(&r);
        int status;
        ASSERT(waitpid(t.pid, &status, 0) == t.pid);
        ASSERT_EQ(status, 0);
        reader_take(&r, SIZE_MAX);
        ASSERT_NOT_NULL(strstr(r.got.data, "\"execname\":\"last\""));
        ASSERT_NOT_NULL(strstr(r.got.data, "\"kind\":\"end\""));
        ASSERT_NOT_NULL(strstr(r.got.data, "\"result\":\"daemon-lost\""));
        reader_free(&r);
        session_free(&t);
}

TEST(nonsense_from_stapd_ends_it_with_an_error) {
        static const struct {
                const char *json, *error;
        } cases[] = {
                { "{\"type\":\"setup\",\"session\":\"x\",\"manifest\":\"json\"}", "does not say where" },
                { "{\"type\":\"reader\",\"id\":1}", "not of the protocol" },
                { "{\"type\":\"dance\"}", "not of the protocol" },
                { "[1,2]", "not of the protocol" },
                { "{\"type\":", "not of the protocol" },
        };
        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                TEST_CASE("%s", cases[i].json);
                TestSession t = { .kernel = fake_new(1, 4, 4096), .ledger = stream_ledger_new(), .keep = -1 };
                int pair[2], status;
                ASSERT(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) == 0);
                t.control = pair[0];
                t.pid = fork();
                if (t.pid == 0)
                        _exit(stream_run(pair[1], &fake_ops, t.kernel) < 0 ? 1 : 0);
                close(pair[1]);
                session_send(&t, cases[i].json, NULL, 0);
                session_wait(&t, cases[i].error, NULL, 0);
                ASSERT(waitpid(t.pid, &status, 0) == t.pid && WIFEXITED(status) && WEXITSTATUS(status) == 1);
                session_free(&t);
        }
}

TEST(every_line_of_these_tests_is_of_the_schema) {
        schema_check(session_lines.data, session_lines.len, count(&session_lines, "\n"));
}
