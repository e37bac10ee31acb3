/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "test.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum { FAILED = 1, SKIPPED };

static UnitTest *first_test, **last_test = &first_test;
static jmp_buf leave_test;
static char case_label[256], skip_reason[256];

void test_register(UnitTest *test) {
        *last_test = test;
        last_test = &test->next;
}

void test_case(const char *format, ...) {
        va_list args;

        va_start(args, format);
        vsnprintf(case_label, sizeof case_label, format, args);
        va_end(args);
}

void test_skip(const char *format, ...) {
        va_list args;

        va_start(args, format);
        vsnprintf(skip_reason, sizeof skip_reason, format, args);
        va_end(args);
        longjmp(leave_test, SKIPPED);
}

/* What is compared may have many lines: each becomes a comment of TAP. */
static void print_comment(const char *text) {
        fputs("# ", stdout);
        for (; *text; text++) {
                putchar(*text);
                if (*text == '\n')
                        fputs("#     ", stdout);
        }
        putchar('\n');
}

void test_fail(const char *file, int line, const char *format, ...) {
        char *text = NULL;
        va_list args;

        va_start(args, format);
        if (vasprintf(&text, format, args) < 0)
                abort();
        va_end(args);
        if (case_label[0])
                printf("# in %s\n", case_label);
        printf("# %s:%d:\n", file, line);
        print_comment(text);
        free(text);
        longjmp(leave_test, FAILED);
}

void test_compare_int(const char *file, int line, const char *what, long long have, long long want) {
        if (have != want)
                test_fail(file, line, "%s is %lld (%#llx), not %lld (%#llx)", what, have, have, want, want);
}

void test_compare_str(const char *file, int line, const char *what, const char *have, const char *want) {
        if (have == want || (have && want && strcmp(have, want) == 0))
                return;
        test_fail(file, line, "%s is\n%s\nand not\n%s", what, have ?: "(null)", want ?: "(null)");
}

void test_compare_mem(const char *file, int line, const char *what, const void *have, const void *want,
                      size_t size) {
        const unsigned char *a = have, *b = want;

        for (size_t i = 0; i < size; i++)
                if (a[i] != b[i])
                        test_fail(file, line, "%s: byte %zu of %zu is %#x, not %#x", what, i, size, a[i],
                                  b[i]);
}

/* On its own, since longjmp may spoil what a function that calls setjmp keeps in registers. */
static __attribute__((noinline)) int run_test(const UnitTest *test) {
        int outcome = setjmp(leave_test);

        if (outcome == 0)
                test->run();
        return outcome;
}

int main(void) {
        bool any_failed = false;
        int number = 0;

        setvbuf(stdout, NULL, _IOLBF, 0);
        for (UnitTest *test = first_test; test; test = test->next) {
                int outcome;

                number++;
                case_label[0] = 0;
                outcome = run_test(test);
                printf("%sok %d - %s%s%s\n",
                       outcome == FAILED ? "not " : "",
                       number,
                       test->name,
                       outcome == SKIPPED ? " # SKIP " : "",
                       outcome == SKIPPED ? skip_reason : "");
                any_failed |= outcome == FAILED;
        }
        printf("1..%d\n", number);
        return any_failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
