/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Contexts and sessions: errors, catch, limits, begin and end and error probes, records. */
#include "cpu.h"
#include "lock.h"
#include "script.h"

static char told[512];

static void say(struct stp_ctx *c, const char *what) {
        u32 n = (u32) strlen(what);
        u64 *at = stp_print(c, 1, stp_string_room(n) + 8);

        if (!at)
                return;
        at = stp_put_string(at, what, n);
        *at = 42;
}

static void hear(const struct stp_record *r, void *data) {
        const char *text;
        u32 len;
        const u64 *at = stp_shim_bytes((const u64 *) (r + 1), &text, &len);
        s64 number = 42;

        ASSERT_EQ(r->len % 8, 0);
        if (r->kind == STP_RECORD_PRINT)
                at = stp_shim_long(at, &number);
        ASSERT_EQ(number, 42);
        ASSERT((const char *) at == (const char *) r + r->len);
        snprintf(told + strlen(told), sizeof(told) - strlen(told), "%s%.*s ",
                 r->kind == STP_RECORD_ERROR ? "!" : r->kind == STP_RECORD_WARNING ? "?" : "", (int) len, text);
}

static void begin_1(struct stp_ctx *c) { say(c, "b1"); }
static void begin_2(struct stp_ctx *c) { say(c, "b2"); }
static void end_1(struct stp_ctx *c) { say(c, "e1"); }
static void end_2(struct stp_ctx *c) { say(c, "e2"); }
static void error_1(struct stp_ctx *c) { say(c, "x1"); }
static void fails(struct stp_ctx *c) { say(c, "f"); stp_error(c, "bad"); }
static void exits(struct stp_ctx *c) { stp_exit(c); say(c, "exit"); }
static void aborts(struct stp_ctx *c) { say(c, "abort"); stp_abort(c); }
static void warns(struct stp_ctx *c) { stp_warn(c, "careful"); }

typedef void Handler(struct stp_ctx *c);

TEST(whoever_lets_it_run_may_allow_less_time) {
        static const struct {
                u64 interval, threshold;
                u32 percent, flags;
                u64 want_interval, want_threshold;
        } rows[] = {
                { 1000, 500, 0, 0, 1000, 500 },                           /* no limit: what it says */
                { 1000, 500, 5, 0, 1000, 50 },
                { 1000, 20, 5, 0, 1000, 20 },                             /* less is its own affair */
                { 1000, 0, 5, 0, 1000000000, 50000000 },                  /* -D STP_NO_OVERLOAD */
                { 1ull << 60, 1ull << 60, 10, 0, 1000000000, 100000000 }, /* never looked at */
                { 1000, 500, 10, STP_SCRIPT_SUPPRESS_TIME_LIMITS, 1000000000, 100000000 },
        };
        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
                struct stp_script s = { .overload_interval = rows[i].interval, .flags = rows[i].flags,
                                        .overload_threshold = rows[i].threshold };
                struct stp_cpu k = {};
                char frame[1];

                TEST_CASE("row %zu", i);
                stp_cpu_init(&k, NULL, &s, 0, frame);
                stp_cpu_limit(&k, rows[i].percent);
                ASSERT_EQ(k.interval, rows[i].want_interval);
                ASSERT_EQ(k.threshold, rows[i].want_threshold);
        }
}

TEST(which_probes_run) {
        static const struct {
                const char *want;
                enum stp_result result;
                u32 max_errors, flags;
                struct { u16 kind; s64 number; Handler *handler; } probes[6];
        } cases[] = {
                { "b2 b1 e1 e2 ", STP_RESULT_STOP, 0, 0,
                  { { STP_BEGIN, 1, begin_1 }, { STP_BEGIN, -1, begin_2 }, { STP_END, 0, end_1 }, { STP_END, 0, end_2 } } },
                { "exit e1 ", STP_RESULT_EXIT, 0, 0,
                  { { STP_BEGIN, 0, exits }, { STP_BEGIN, 0, begin_2 }, { STP_END, 0, end_1 }, { STP_ERROR, 0, error_1 } } },
                { "abort e1 ", STP_RESULT_EXIT, 0, 0,
                  { { STP_BEGIN, 0, aborts }, { STP_BEGIN, 0, begin_2 }, { STP_END, 0, end_1 }, { STP_ERROR, 0, error_1 } } },
                { "f !bad x1 ", STP_RESULT_ERRORS, 0, 0,
                  { { STP_BEGIN, 0, fails }, { STP_BEGIN, 0, begin_2 }, { STP_END, 0, end_1 }, { STP_ERROR, 0, error_1 } } },
                { "f !bad b2 e1 ", STP_RESULT_STOP, 1, 0,
                  { { STP_BEGIN, 0, fails }, { STP_BEGIN, 0, begin_2 }, { STP_END, 0, end_1 }, { STP_ERROR, 0, error_1 } } },
                { "f b2 e1 ", STP_RESULT_STOP, 0, STP_SCRIPT_SUPPRESS_ERRORS,
                  { { STP_BEGIN, 0, fails }, { STP_BEGIN, 0, begin_2 }, { STP_END, 0, end_1 }, { STP_ERROR, 0, error_1 } } },
                { "b1 f !bad x1 ", STP_RESULT_ERRORS, 0, 0,
                  { { STP_BEGIN, 0, begin_1 }, { STP_END, 0, fails }, { STP_END, 0, end_2 }, { STP_ERROR, 0, error_1 } } },
                { "?careful ", STP_RESULT_STOP, 0, 0, { { STP_BEGIN, 0, warns }, { STP_NEVER, 0, begin_1 } } },
        };
        unsigned i, k;

        for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
                struct stp_shim_options o = { .record = hear };
                struct stp_shim_result r;
                struct stp_probe probes[6] = { 0 };
                struct stp_script s = {
                        .name = "test", .probes = probes, .string_size = 64, .frame_size = 64, .max_action = 100,
                        .max_errors = cases[i].max_errors, .flags = cases[i].flags,
                };

                TEST_CASE("%u", i);
                for (k = 0; k < 6 && cases[i].probes[k].handler; k++)
                        probes[k] = (struct stp_probe) {
                                .kind = cases[i].probes[k].kind, .number = cases[i].probes[k].number,
                                .handler = cases[i].probes[k].handler, .id = k,
                        };
                s.n_probes = k;
                told[0] = 0;
                ASSERT_OK(stp_script_register(&s));
                ASSERT_OK(stp_shim_run(&o, &r));
                stp_script_unregister(&s);
                ASSERT_STREQ(told, cases[i].want);
                ASSERT_EQ(r.result, cases[i].result);
        }
}

TEST(a_full_buffer_loses_and_counts) {
        struct stp_probe probes[] = {
                { .kind = STP_BEGIN, .handler = begin_1 }, { .kind = STP_BEGIN, .id = 1, .handler = begin_2 },
                { .kind = STP_END, .id = 2, .handler = end_1 },
        };
        struct stp_script s = { .name = "test", .probes = probes, .n_probes = 3, .string_size = 64 };
        struct stp_shim_options o = { .record = hear, .records_max = 2 };
        struct stp_shim_result r;

        told[0] = 0;
        ASSERT_OK(stp_script_register(&s));
        ASSERT_OK(stp_shim_run(&o, &r));
        ASSERT_STREQ(told, "b1 b2 ");
        ASSERT_EQ(r.records, 2);
        ASSERT_EQ(r.lost, 1);
        ASSERT_NULL(stp_print(ctx(0), 0, STP_RECORD_MAX));
        ASSERT_NULL(stp_print(ctx(0), 0, UINT32_MAX));
        stp_script_unregister(&s);
}

TEST(catching) {
        struct stp_script *s = script_with(NULL, 0);
        struct stp_ctx *c = ctx(0);
        char text[8];

        ASSERT(!stp_catch(c, text, sizeof(text)));
        stp_errorf(c, "%s %d", "number", 12345);
        stp_error(c, "the first one counts");
        stp_error_copy(c, "still");
        ASSERT_STREQ(c->error, "number 12345");
        ASSERT(stp_catch(c, text, sizeof(text)));
        ASSERT_STREQ(text, "number ");
        ASSERT(!stp_failed(c));
        stp_error_copy(c, "copied");
        ASSERT(stp_catch(c, NULL, 0));

        c->actions = 2;
        ASSERT(stp_action(c, 2, NULL));
        ASSERT(!stp_action(c, 1, NULL));
        ASSERT_STREQ(c->error, "MAXACTION exceeded");
        ASSERT(!stp_catch(c, text, sizeof(text)));
        error_of(0);

        c->depth = 0;
        ASSERT(stp_call_enter(c) && stp_call_enter(c) && stp_call_enter(c));
        ASSERT(!stp_call_enter(c));
        ASSERT_STREQ(c->error, "MAXNESTING exceeded");
        ASSERT(stp_catch(c, text, sizeof(text)));
        stp_call_leave(c);
        ASSERT(stp_call_enter(c));

        ASSERT_NOT_NULL(stp_frame_push(c, 4000));
        ASSERT_NULL(stp_frame_push(c, 4000));
        ASSERT_STREQ(error_of(0), "MAXNESTING exceeded");
        stp_frame_pop(c, 4000);
        ASSERT_NOT_NULL(stp_frame_push(c, 4096));
        stp_script_unregister(s);
}

static void counts(struct stp_ctx *c) { ++*(s64 *) c->saved; }

TEST(locks_are_all_or_none) {
        static const struct stp_lock first[] = { { 0, 0 }, { 1, 1 } }, second[] = { { 0, 0 } }, third[] = { { 0, 1 } };
        static const struct stp_locks one = { 2, first }, two = { 1, second }, three = { 1, third };
        static s64 a, b;
        static const struct stp_global globals[] = {
                { .name = "a", .kind = STP_GLOBAL_LONG }, { .name = "b", .kind = STP_GLOBAL_LONG },
        };
        struct stp_script *s = script_with(globals, 2);
        struct stp_probe reads = { .handler = counts, .locks = &two }, writes = { .handler = counts, .locks = &three };
        u64 ran = 0;

        ctx(0)->saved = ctx(1)->saved = &ran;
        ASSERT(stp_locks_take(s, &one));
        ASSERT(stp_shim_handle(1, &reads, counts));   /* beside a reader */
        ASSERT(!stp_shim_handle(1, &writes, counts)); /* not beside one */
        ASSERT(!stp_locks_take(s, &one));             /* b is taken: a must not stay held */
        stp_locks_drop(s, &one);
        ASSERT(stp_shim_handle(1, &writes, counts));
        ASSERT_EQ(ran, 2);
        ASSERT_EQ(a + b, 0);
        stp_script_unregister(s);
}

TEST(bad_descriptors) {
        static const struct stp_lock unsorted[] = { { 1, 0 }, { 0, 0 } }, absent[] = { { 9, 0 } };
        static const struct stp_locks wrong_order = { 2, unsorted }, wrong_global = { 1, absent };
        static const struct stp_global globals[] = { { .kind = STP_GLOBAL_LONG }, { .kind = STP_GLOBAL_LONG } };
        struct stp_probe good = { .kind = STP_BEGIN, .handler = begin_1 }, p;
        struct stp_script s = { .name = "t", .globals = globals, .n_globals = 2, .probes = &p, .n_probes = 1, .string_size = 64 };

        p = good; p.kind = STP_ATTACH_MAX;
        ASSERT_ERROR(stp_script_register(&s), -EINVAL);
        p = good; p.handler = NULL;
        ASSERT_ERROR(stp_script_register(&s), -EINVAL);
        p = good; p.saved = 1000;
        ASSERT_ERROR(stp_script_register(&s), -EINVAL);
        p = good; p.locks = &wrong_order;
        ASSERT_ERROR(stp_script_register(&s), -EINVAL);
        p = good; p.locks = &wrong_global;
        ASSERT_ERROR(stp_script_register(&s), -EINVAL);
        p = good; s.string_size = 1;
        ASSERT_ERROR(stp_script_register(&s), -EINVAL);
        s.string_size = 64; s.frame_size = 1u << 30;
        ASSERT_ERROR(stp_script_register(&s), -EINVAL);
        s.frame_size = 64;
        ASSERT_OK(stp_script_register(&s));
        ASSERT_ERROR(stp_script_register(&s), -EBUSY);
        stp_script_unregister(&s);
}
