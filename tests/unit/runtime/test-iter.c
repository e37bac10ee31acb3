/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include "cpu.h"
#include "map.h"
#include "script.h"

static struct stp_map *longs, *names, *stats;

static const struct stp_global globals[] = {
        { .name = "longs", .kind = STP_GLOBAL_MAP, .value = STP_VALUE_LONG, .n_keys = 2, .max = 500,
          .slot = (void **) &longs },
        { .name = "names", .kind = STP_GLOBAL_MAP, .value = STP_VALUE_STRING, .n_keys = 1, .string_keys = 1, .max = 20,
          .slot = (void **) &names },
        { .name = "stats", .kind = STP_GLOBAL_MAP, .value = STP_VALUE_AGG, .n_keys = 1, .max = 20, .slot = (void **) &stats },
};

static void set(s64 a, s64 b, s64 v) {
        *stp_map_long(ctx(0), longs, KEY(N(a), N(b))) = v;
}

static void name(const char *key, const char *v) {
        stp_str_copy(stp_map_string(ctx(0), names, KEY(S(key))), v, 64);
}

/* "key:value ..." of a loop over longs; the values are single letters' worth of digits. */
static const char *loop(int direction, int column, s64 limit, const union stp_key *keys, u32 wild) {
        static char text[8192];
        struct stp_iter i;
        char *at = text;

        *at = 0;
        ASSERT(stp_iter_begin(ctx(0), &i, longs, direction, column, 0, limit, keys, wild));
        while (stp_iter_next(ctx(0), &i))
                at += sprintf(at, "%lld,%lld:%lld ", stp_iter_key_long(&i, 0), stp_iter_key_long(&i, 1),
                              stp_iter_value_long(&i));
        stp_iter_end(ctx(0), &i);
        ASSERT_STREQ(error_of(0), "");
        return text;
}

TEST(orders) {
        struct stp_script *s = script_with(globals, 3);

        set(3, 1, 7);
        set(1, 2, 5);
        set(2, 1, 7);
        set(-4, 2, 9);
        set(5, 1, 5);
        ASSERT_STREQ(loop(0, STP_SORT_NONE, -1, NULL, 0), "3,1:7 1,2:5 2,1:7 -4,2:9 5,1:5 ");
        ASSERT_STREQ(loop(1, 0, -1, NULL, 0), "-4,2:9 1,2:5 2,1:7 3,1:7 5,1:5 ");
        ASSERT_STREQ(loop(-1, 0, -1, NULL, 0), "5,1:5 3,1:7 2,1:7 1,2:5 -4,2:9 ");
        ASSERT_STREQ(loop(1, STP_SORT_VALUE, -1, NULL, 0), "1,2:5 5,1:5 3,1:7 2,1:7 -4,2:9 ");
        ASSERT_STREQ(loop(-1, STP_SORT_VALUE, -1, NULL, 0), "-4,2:9 3,1:7 2,1:7 1,2:5 5,1:5 ");
        ASSERT_STREQ(loop(-1, STP_SORT_VALUE, 2, NULL, 0), "-4,2:9 3,1:7 ");
        ASSERT_STREQ(loop(0, STP_SORT_NONE, 0, NULL, 0), "");
        /* a limit counts what the slice has */
        ASSERT_STREQ(loop(0, STP_SORT_NONE, 2, KEY(N(0), N(2)), 1), "1,2:5 -4,2:9 ");
        ASSERT_STREQ(loop(1, 0, 1, KEY(N(0), N(2)), 1), "-4,2:9 ");
        ASSERT_STREQ(loop(0, STP_SORT_NONE, -1, KEY(N(9), N(0)), 2), "");
        stp_map_delete(ctx(0), longs, KEY(N(3), N(1)));
        set(3, 1, 1);
        ASSERT_STREQ(loop(0, STP_SORT_NONE, -1, NULL, 0), "1,2:5 2,1:7 -4,2:9 5,1:5 3,1:1 ");
        stp_script_unregister(s);
}

TEST(strings_and_statistics) {
        static const char *const by_key[] = { "", "B", "a", "ab", "\xff" };
        struct stp_script *s = script_with(globals, 3);
        struct stp_iter i;
        int n = 0;

        name("ab", "1");
        name("\xff", "2");
        name("", "3");
        name("a", "4");
        name("B", "5");
        ASSERT(stp_iter_begin(ctx(0), &i, names, 1, 0, 0, -1, NULL, 0));
        while (stp_iter_next(ctx(0), &i))
                ASSERT_STREQ(stp_iter_key_string(&i, 0), by_key[n++]);
        stp_iter_end(ctx(0), &i);
        ASSERT_EQ(n, 5);
        ASSERT(stp_iter_begin(ctx(0), &i, names, -1, STP_SORT_VALUE, 0, 1, NULL, 0));
        ASSERT(stp_iter_next(ctx(0), &i));
        ASSERT_STREQ(stp_iter_value_string(&i), "5");
        stp_iter_end(ctx(0), &i);

        stp_map_agg_add(ctx(0), stats, KEY(N(1)), 10);
        stp_map_agg_add(ctx(1), stats, KEY(N(1)), 20);
        stp_map_agg_add(ctx(2), stats, KEY(N(2)), 100);
        ASSERT(stp_iter_begin(ctx(3), &i, stats, -1, STP_SORT_VALUE, STP_COUNT, -1, NULL, 0));
        ASSERT(stp_iter_next(ctx(3), &i));
        ASSERT_EQ(stp_iter_key_long(&i, 0), 1);
        ASSERT_EQ(stp_iter_value_agg(ctx(3), &i, STP_MAX, "s"), 20);
        stp_iter_end(ctx(3), &i);
        ASSERT(stp_iter_begin(ctx(3), &i, stats, -1, STP_SORT_VALUE, STP_SUM, -1, NULL, 0));
        ASSERT(stp_iter_next(ctx(3), &i));
        ASSERT_EQ(stp_iter_key_long(&i, 0), 2);
        stp_iter_end(ctx(3), &i);
        stp_script_unregister(s);
}

TEST(loops_inside_each_other) {
        struct stp_script *s = script_with(globals, 3);
        struct stp_iter outer, inner;
        int pairs = 0;
        s64 last_outer = INT64_MAX, last;

        set(1, 0, 3);
        set(2, 0, 1);
        set(3, 0, 2);
        ASSERT(stp_iter_begin(ctx(0), &outer, longs, -1, STP_SORT_VALUE, 0, -1, NULL, 0));
        while (stp_iter_next(ctx(0), &outer)) {
                ASSERT(stp_iter_value_long(&outer) < last_outer);
                last_outer = stp_iter_value_long(&outer);
                last = 0;
                /* the map's sort array is taken: this one searches */
                ASSERT(stp_iter_begin(ctx(0), &inner, longs, 1, STP_SORT_VALUE, 0, -1, NULL, 0));
                while (stp_iter_next(ctx(0), &inner)) {
                        ASSERT_EQ(stp_iter_value_long(&inner), last + 1);
                        last = stp_iter_value_long(&inner);
                        pairs++;
                }
                stp_iter_end(ctx(0), &inner);
        }
        stp_iter_end(ctx(0), &outer);
        ASSERT_EQ(pairs, 9);
        stp_script_unregister(s);
}

TEST(nothing_may_come_or_go_meanwhile) {
        static const char why[] = "variable 'longs' modified during 'foreach' iteration";
        struct stp_script *s = script_with(globals, 3);
        struct stp_iter i;
        s64 *v;

        set(1, 1, 1);
        set(2, 2, 2);
        ASSERT(stp_iter_begin(ctx(0), &i, longs, 0, STP_SORT_NONE, 0, -1, NULL, 0));
        ASSERT(stp_iter_next(ctx(0), &i));
        v = stp_map_long(ctx(0), longs, KEY(N(2), N(2)));
        ASSERT_NOT_NULL(v);
        *v = 3;
        ASSERT_NULL(stp_map_long(ctx(0), longs, KEY(N(3), N(3))));
        ASSERT_STREQ(error_of(0), why);
        stp_map_delete(ctx(0), longs, KEY(N(1), N(1)));
        ASSERT_STREQ(error_of(0), why);
        stp_map_clear(ctx(0), longs);
        ASSERT_STREQ(error_of(0), why);
        stp_map_delete_slice(ctx(0), longs, KEY(N(1), N(1)), 1);
        ASSERT_STREQ(error_of(0), why);
        ASSERT(stp_iter_next(ctx(0), &i));
        ASSERT_EQ(stp_iter_value_long(&i), 3);
        stp_iter_end(ctx(0), &i);
        set(3, 3, 3);
        stp_script_unregister(s);
}

static void leaves_open(struct stp_ctx *c) {
        struct stp_iter i, j;

        if (stp_iter_begin(c, &i, longs, 1, 0, 0, -1, NULL, 0) &&
            stp_iter_begin(c, &j, longs, 1, 0, 0, -1, NULL, 0))
                stp_error(c, "in the middle");
}

TEST(what_an_error_leaves_open_is_closed) {
        struct stp_script *s = script_with(globals, 3);
        struct stp_iter i;

        set(2, 0, 0);
        set(1, 0, 0);
        ASSERT(!stp_shim_handle(0, NULL, leaves_open));
        ASSERT(stp_iter_begin(ctx(0), &i, longs, 1, 0, 0, -1, NULL, 0));
        ASSERT_EQ(i.mode, 1); /* the sort array is free again */
        stp_iter_end(ctx(0), &i);
        set(3, 0, 0);
        stp_script_unregister(s);
}

/* Many elements with few different values: the order is total, whichever way it is found. */
TEST(sorting_many) {
        struct stp_script *s = script_with(globals, 3);
        struct stp_iter i, holder;
        s64 last, last_key;
        int n, k, way;

        srand(2);
        for (n = 0; n < 500; n++)
                set(n, 0, rand() % 20);
        ASSERT(stp_iter_begin(ctx(1), &holder, longs, 0, STP_SORT_NONE, 0, -1, NULL, 0));
        for (way = 0; way < 2; way++) {
                int direction = way ? -1 : 1;

                for (k = 0; k < 2; k++) {
                        struct stp_iter taker;

                        if (k)
                                ASSERT(stp_iter_begin(ctx(1), &taker, longs, 1, 0, 0, -1, NULL, 0));
                        ASSERT(stp_iter_begin(ctx(0), &i, longs, direction, STP_SORT_VALUE, 0, -1, NULL, 0));
                        ASSERT_EQ(i.mode, k ? 2 : 1);
                        last = direction > 0 ? -1 : 21;
                        last_key = -1;
                        for (n = 0; stp_iter_next(ctx(0), &i); n++) {
                                s64 v = stp_iter_value_long(&i);

                                ASSERT(v == last ? stp_iter_key_long(&i, 0) > last_key : direction > 0 ? v > last : v < last);
                                last = v;
                                last_key = stp_iter_key_long(&i, 0);
                        }
                        ASSERT_EQ(n, 500);
                        stp_iter_end(ctx(0), &i);
                        if (k)
                                stp_iter_end(ctx(1), &taker);
                }
        }
        stp_iter_end(ctx(1), &holder);
        stp_script_unregister(s);
}

/* With every limit, what comes first of the whole order, ties included. */
TEST(a_limit_gives_the_first_of_the_order) {
        static const int columns[] = { 0, 1, STP_SORT_VALUE };
        struct stp_script *s = script_with(globals, 3);
        static char all[8192];
        int n, way, c;
        s64 limit;

        srand(3);
        for (n = 0; n < 60; n++)
                set(rand() % 40 - 20, n % 7, rand() % 9);
        for (way = -1; way <= 1; way += 2)
                for (c = 0; c < 3; c++) {
                        const char *at = strcpy(all, loop(way, columns[c], -1, NULL, 0));

                        for (limit = 0; limit <= 70; limit++) {
                                const char *some = loop(way, columns[c], limit, NULL, 0);
                                size_t len = strlen(some);

                                ASSERT(len == (size_t) (at - all));
                                ASSERT(memcmp(some, all, len) == 0);
                                if (*at)
                                        at = strchr(at, ' ') + 1;
                        }
                        ASSERT_STREQ(loop(way, columns[c], INT64_MAX, NULL, 0), all);
                }
        stp_script_unregister(s);
}

/* As a wrapping array of statistics loses them to another CPU: the next one takes the place. */
TEST(a_limit_counts_what_is_still_there) {
        struct stp_script *s = script_with(globals, 3);
        struct stp_iter i;
        s64 n, want = 9;

        for (n = 0; n < 10; n++)
                set(n, 0, n);
        ASSERT(stp_iter_begin(ctx(0), &i, longs, -1, STP_SORT_VALUE, 0, 4, NULL, 0));
        while (stp_iter_next(ctx(0), &i)) {
                ASSERT_EQ(stp_iter_value_long(&i), want);
                if (want == 9) {
                        stp_map_remove(longs, longs->sort[1].index);
                        stp_map_remove(longs, longs->sort[3].index);
                }
                want = want == 9 ? 7 : want == 7 ? 5 : want - 1;
        }
        ASSERT_EQ(want, 3);
        stp_iter_end(ctx(0), &i);
        stp_script_unregister(s);
}
