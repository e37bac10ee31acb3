/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include "agg.h"
#include "globals.h"
#include "map.h"
#include "script.h"

static struct stp_map *m, *other;

static struct stp_global map_of(u16 n_keys, u16 string_keys, u16 value, u32 max, u16 wraps) {
        return (struct stp_global) {
                .name = "a", .kind = STP_GLOBAL_MAP, .value = value, .n_keys = n_keys, .string_keys = string_keys,
                .max = max, .wraps = wraps, .slot = (void **) &m,
        };
}

static void set(s64 key, s64 value) {
        s64 *v = stp_map_long(ctx(0), m, KEY(N(key)));

        ASSERT_NOT_NULL(v);
        *v = value;
}

static s64 get(s64 key) {
        return stp_map_get_long(ctx(0), m, KEY(N(key)));
}

TEST(elements_come_and_go) {
        struct stp_global g = map_of(1, 0, STP_VALUE_LONG, 10, 0);
        struct stp_script *s = script_with(&g, 1);

        ASSERT_EQ(get(1), 0);
        ASSERT(!stp_map_has(ctx(0), m, KEY(N(1))));
        set(1, 10);
        set(-1, 20);
        set(INT64_MIN, 30);
        set(1, 11);
        ASSERT_EQ(get(1), 11);
        ASSERT_EQ(get(-1), 20);
        ASSERT_EQ(get(INT64_MIN), 30);
        stp_map_delete(ctx(0), m, KEY(N(-1)));
        ASSERT(!stp_map_has(ctx(0), m, KEY(N(-1))));
        stp_map_delete(ctx(0), m, KEY(N(99)));
        set(-1, 0);
        ASSERT(stp_map_has(ctx(0), m, KEY(N(-1))));
        ASSERT_EQ(get(-1), 0);
        stp_map_clear(ctx(0), m);
        ASSERT(!stp_map_has(ctx(0), m, KEY(N(1))));
        ASSERT_EQ(get(INT64_MIN), 0);
        ASSERT_STREQ(error_of(0), "");
        stp_script_unregister(s);
        ASSERT_NULL(m);
}

TEST(what_it_takes_is_known_before) {
        struct stp_global g = map_of(2, 1, STP_VALUE_LONG, 100, 0), stats = map_of(1, 0, STP_VALUE_AGG, 100, 0);
        struct stp_global one = { .kind = STP_GLOBAL_AGG }, bad = map_of(1, 0, STP_VALUE_LONG, UINT32_MAX, 0);
        u64 elements = 101 * (sizeof(struct stp_element) + 64 + 8 + 8);

        ASSERT(stp_map_bytes(&g, 64) > elements);
        ASSERT(stp_map_bytes(&g, 64) < elements + 100 * 64);
        ASSERT(stp_map_bytes(&g, 128) >= stp_map_bytes(&g, 64) + 101 * 64);
        ASSERT(stp_map_bytes(&stats, 64) > STP_SHIM_CPUS * 101 * sizeof(struct stp_cell));
        ASSERT_EQ(stp_map_bytes(&bad, 64), 0); /* and it cannot be made */

        struct stp_global both[] = { g, one };
        struct stp_script s = { .globals = both, .n_globals = 2, .string_size = 64 };
        ASSERT_EQ(stp_globals_bytes(&s), stp_map_bytes(&g, 64) + stp_stats_bytes(&one, 1));
}

TEST(a_full_map_of_its_own_size_says_so) {
        struct stp_global g = map_of(1, 0, STP_VALUE_LONG, 1, 0);
        g.sized = 1;
        struct stp_script *s = script_with(&g, 1);

        set(1, 1);
        ASSERT_NULL(stp_map_long(ctx(0), m, KEY(N(2))));
        ASSERT_STREQ(error_of(0), "Array overflow, check size limit (1)");
        stp_script_unregister(s);
}

TEST(a_full_map_refuses_or_wraps) {
        struct stp_global g = map_of(1, 0, STP_VALUE_LONG, 3, 0);
        struct stp_script *s = script_with(&g, 1);
        int i;

        for (i = 0; i < 3; i++)
                set(i, i);
        ASSERT_NULL(stp_map_long(ctx(0), m, KEY(N(7))));
        ASSERT_STREQ(error_of(0), "Array overflow, check MAXMAPENTRIES");
        set(2, 22); /* what is there can be changed */
        stp_map_delete(ctx(0), m, KEY(N(1)));
        set(7, 7);
        ASSERT_EQ(get(7), 7);
        stp_script_unregister(s);

        g = map_of(1, 0, STP_VALUE_LONG, 3, 1);
        s = script_with(&g, 1);
        for (i = 0; i < 100; i++)
                set(i, i);
        for (i = 0; i < 100; i++)
                ASSERT_EQ(stp_map_has(ctx(0), m, KEY(N(i))), i >= 97);
        ASSERT_STREQ(error_of(0), "");
        stp_script_unregister(s);
}

TEST(strings_are_cut_alike_as_keys_and_values) {
        struct stp_global g = map_of(2, 1, STP_VALUE_STRING, 10, 0);
        struct stp_script *s = script_with(&g, 1);
        char longer[200];
        char *v;

        memset(longer, 'x', sizeof(longer) - 1);
        longer[sizeof(longer) - 1] = 0;
        v = stp_map_string(ctx(0), m, KEY(S(longer), N(1)));
        ASSERT_NOT_NULL(v);
        ASSERT_STREQ(v, "");
        stp_str_copy(v, longer, 64);
        ASSERT_EQ(strlen(stp_map_get_string(ctx(0), m, KEY(S(longer), N(1)))), 63);
        ASSERT(stp_map_string(ctx(0), m, KEY(S(longer), N(1))) == v); /* found again, not made twice */
        ASSERT_STREQ(stp_map_get_string(ctx(0), m, KEY(S(longer), N(2))), "");
        ASSERT_STREQ(stp_map_get_string(ctx(0), m, KEY(S(""), N(1))), "");
        stp_script_unregister(s);
}

TEST(nine_keys_and_slices) {
        struct stp_global g = map_of(9, 0x155, STP_VALUE_LONG, 100, 0);
        struct stp_script *s = script_with(&g, 1);
        s64 i, *v;

        for (i = 0; i < 20; i++) {
                v = stp_map_long(ctx(0), m,
                                 KEY(S("a"), N(i), S("c"), N(i % 3), S("e"), N(6), S("g"), N(8), S("i")));
                ASSERT_NOT_NULL(v);
                *v = i;
        }
        ASSERT_EQ(stp_map_get_long(ctx(0), m,
                        KEY(S("a"), N(7), S("c"), N(1), S("e"), N(6), S("g"), N(8), S("i"))), 7);
        ASSERT(stp_map_has_slice(ctx(0), m,
                                 KEY(S("a"), N(0), S("c"), N(2), S("e"), N(6), S("g"), N(8), S("i")),
                                 1 << 1));
        ASSERT(!stp_map_has_slice(ctx(0), m, KEY(S("b"), N(0), S("c"), N(2)), 0x1fe));
        stp_map_delete_slice(ctx(0), m, KEY(S("a"), N(0), S(""), N(1)), 0x1ff & ~(1 << 3));
        ASSERT(!stp_map_has(ctx(0), m, KEY(S("a"), N(7), S("c"), N(1), S("e"), N(6), S("g"), N(8), S("i"))));
        ASSERT(stp_map_has(ctx(0), m, KEY(S("a"), N(6), S("c"), N(0), S("e"), N(6), S("g"), N(8), S("i"))));
        stp_map_delete_slice(ctx(0), m, KEY(N(0)), 0x1ff);
        ASSERT(!stp_map_has_slice(ctx(0), m, KEY(N(0)), 0x1ff));
        stp_script_unregister(s);
}

/* Against an array that is searched from end to end. */
TEST(it_agrees_with_a_simple_model) {
        struct stp_global g = map_of(1, 0, STP_VALUE_LONG, 64, 1);
        struct stp_script *s = script_with(&g, 1);
        struct { s64 key, value; } model[64];
        int n = 0, step, i;

        srand(1);
        for (step = 0; step < 20000; step++) {
                s64 key = rand() % 100 * 0x10001;
                int at;

                for (at = 0; at < n && model[at].key != key; at++)
                        ;
                ASSERT_EQ(stp_map_has(ctx(0), m, KEY(N(key))), at < n);
                ASSERT_EQ(get(key), at < n ? model[at].value : 0);
                if (rand() % 3 == 0) {
                        stp_map_delete(ctx(0), m, KEY(N(key)));
                        if (at < n) {
                                memmove(model + at, model + at + 1, (n - at - 1) * sizeof(*model));
                                n--;
                        }
                } else {
                        set(key, step);
                        if (at == n && n == 64) { /* the oldest goes */
                                memmove(model, model + 1, 63 * sizeof(*model));
                                at = 63;
                        } else if (at == n) {
                                n++;
                        }
                        model[at].key = key;
                        model[at].value = step;
                }
                if (rand() % 1000 == 0) {
                        stp_map_clear(ctx(0), m);
                        n = 0;
                }
        }
        for (i = 0; i < n; i++)
                ASSERT_EQ(get(model[i].key), model[i].value);
        stp_script_unregister(s);
}

TEST(bad_sizes_and_no_memory_are_errors) {
        static const struct { u16 n_keys, value; u32 max; } bad[] = {
                { 0, STP_VALUE_LONG, 10 }, { 10, STP_VALUE_LONG, 10 }, { 1, 3, 10 }, { 1, STP_VALUE_LONG, 0 },
                { 1, STP_VALUE_LONG, UINT32_MAX },
        };
        struct stp_script s = { .name = "test", .string_size = 64, .n_globals = 2 };
        struct stp_global g[2];
        unsigned i;

        s.globals = g;
        g[0] = map_of(2, 2, STP_VALUE_AGG, 10, 0);
        g[0].slot = (void **) &other;
        for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
                TEST_CASE("%u keys, value %u, max %u", bad[i].n_keys, bad[i].value, bad[i].max);
                g[1] = map_of(bad[i].n_keys, 0, bad[i].value, bad[i].max, 0);
                ASSERT_ERROR(stp_script_register(&s), -EINVAL);
        }
        g[1] = map_of(1, 0, STP_VALUE_LONG, 10, 0);
        for (i = 1; i < 20; i++) {
                TEST_CASE("allocation %u fails", i);
                stp_shim_fail_alloc(i);
                ASSERT_ERROR(stp_script_register(&s), -ENOMEM);
        }
        stp_shim_fail_alloc(0);
        ASSERT_OK(stp_script_register(&s));
        stp_script_unregister(&s);
}
