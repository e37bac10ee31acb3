/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * A unit test is a file of TEST(name) { ... } blocks; main() is here already, runs them in the order of the
 * file, each to its first failed assertion, and prints TAP. An assertion in a helper function ends the test,
 * too. For a table of cases, TEST_CASE(label) says which row a later assertion speaks of.
 *
 *         TEST(arena_is_bounded) {
 *                 ASSERT_ERROR(arena_reserve(&a, SIZE_MAX), -ENOMEM);
 *         }
 */
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

typedef struct UnitTest {
        const char *name;
        void (*run)(void);
        struct UnitTest *next;
} UnitTest;

void test_register(UnitTest *test);
void test_case(const char *format, ...) __attribute__((format(printf, 1, 2)));
void test_fail(const char *file, int line, const char *format, ...)
        __attribute__((noreturn, format(printf, 3, 4)));
void test_skip(const char *format, ...) __attribute__((noreturn, format(printf, 1, 2)));
void test_compare_int(const char *file, int line, const char *what, long long have, long long want);
void test_compare_str(const char *file, int line, const char *what, const char *have, const char *want);
void test_compare_mem(const char *file, int line, const char *what, const void *have, const void *want,
                      size_t size);

#define TEST(id)                                                                                            \
        static void test_##id(void);                                                                        \
        __attribute__((constructor)) static void register_##id(void) {                                      \
                static UnitTest test = { .name = #id, .run = test_##id };                                   \
                test_register(&test);                                                                       \
        }                                                                                                   \
        static void test_##id(void)

/* Names the row of a table in what is printed until the next TEST_CASE() or the end of the test. */
#define TEST_CASE(...) test_case(__VA_ARGS__)
#define SKIP(...) test_skip(__VA_ARGS__)

#define ASSERT(condition)                                                                                   \
        do {                                                                                                \
                if (!(condition))                                                                           \
                        test_fail(__FILE__, __LINE__, "not so: %s", #condition);                            \
        } while (0)
#define ASSERT_EQ(have, want) \
        test_compare_int(__FILE__, __LINE__, #have, (long long) (have), (long long) (want))
#define ASSERT_STREQ(have, want) test_compare_str(__FILE__, __LINE__, #have, have, want)
#define ASSERT_MEMEQ(have, want, size) test_compare_mem(__FILE__, __LINE__, #have, have, want, size)
#define ASSERT_NULL(pointer) ASSERT((pointer) == NULL)
#define ASSERT_NOT_NULL(pointer) ASSERT((pointer) != NULL)
#define ASSERT_ERROR(expression, error) ASSERT_EQ(expression, error)
#define ASSERT_OK(expression)                                                                               \
        do {                                                                                                \
                long long ok_result = (long long) (expression);                                             \
                if (ok_result < 0)                                                                          \
                        test_fail(__FILE__, __LINE__, "%s: %s", #expression, strerror((int) -ok_result));   \
        } while (0)
