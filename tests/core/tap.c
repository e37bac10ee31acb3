/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdarg.h>
#include <stdio.h>
#include "tap.h"

static int count, failed;
static const char *current = "";

void group(const char *name) {
        current = name;
}

bool check(bool ok, const char *format, ...) {
        va_list args;

        failed += !ok;
        printf("%sok %d - %s: ", ok ? "" : "not ", ++count, current);
        va_start(args, format);
        vprintf(format, args);
        va_end(args);
        printf("\n");
        fflush(stdout);
        return ok;
}

bool check_eq(long long have, long long want, const char *what) {
        check(have == want, "%s", what);
        if (have != want)
                printf("# have %lld, want %lld\n", have, want);
        return have == want;
}

void note(const char *format, ...) {
        va_list args;

        printf("# ");
        va_start(args, format);
        vprintf(format, args);
        va_end(args);
        printf("\n");
        fflush(stdout);
}

int finish(void) {
        printf("1..%d\n", count);
        return failed > 0;
}
