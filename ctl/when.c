/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ctl/when.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "base/cleanup.h"

#define SPAN_MAX 1e9 /* seconds */

static const struct {
        const char *unit;
        double seconds;
} units[] = {
        { "", 1 }, { "ms", 1e-3 }, { "s", 1 }, { "min", 60 }, { "m", 60 }, { "h", 3600 }, { "d", 86400 },
};

int when_read_span(const char *text, int64_t *ret) {
        char *end;
        double n = strtod(text, &end);
        if (end == text || !(n > 0))
                return -EINVAL;
        for (size_t i = 0; i < ELEMENTSOF(units); i++) {
                if (strcmp(units[i].unit, end) != 0)
                        continue;
                if (n * units[i].seconds > SPAN_MAX)
                        return -EINVAL;
                *ret = (int64_t) (n * units[i].seconds * 1e6);
                return *ret > 0 ? 0 : -EINVAL;
        }
        return -EINVAL;
}

static int read_epoch(const char *text, int64_t *ret) {
        char *end;
        long long n = strtoll(text, &end, 10);
        if (end == text || *end || n <= 0 || n > INT32_MAX * 4ll)
                return -EINVAL;
        *ret = n * 1000000;
        return 0;
}

int when_read_time(const char *text, int64_t *ret) {
        static const struct {
                const char *format;
                int today;
        } formats[] = {
                { "%Y-%m-%d %H:%M:%S", 0 }, { "%Y-%m-%d %H:%M", 0 }, { "%H:%M:%S", 1 }, { "%H:%M", 1 },
        };
        if (*text == '@')
                return read_epoch(text + 1, ret);
        time_t now = time(NULL);
        for (size_t i = 0; i < ELEMENTSOF(formats); i++) {
                struct tm tm = {};
                if (formats[i].today)
                        localtime_r(&now, &tm);
                tm.tm_sec = 0;
                const char *end = strptime(text, formats[i].format, &tm);
                if (!end || *end)
                        continue;
                tm.tm_isdst = -1;
                time_t t = mktime(&tm);
                if (formats[i].today && t <= now) {
                        tm.tm_mday++;
                        tm.tm_isdst = -1;
                        t = mktime(&tm);
                }
                if (t <= 0)
                        return -EINVAL;
                *ret = (int64_t) t * 1000000;
                return 0;
        }
        return -EINVAL;
}

int when_read_until(const char *text, int64_t *ret) {
        int r = when_read_time(text, ret);
        const char *wrong = r < 0 ? "takes a time (18:00, 2026-11-23 18:00:00, @SECONDS)" :
                            *ret / 1000000 <= time(NULL) ? "takes a time that is to come" : NULL;
        if (!wrong)
                return 0;
        fprintf(stderr, "stapctl: --until %s: '%s'\n", wrong, text);
        return -EINVAL;
}

void when_format_age(int64_t usec, char *ret, unsigned long size) {
        static const struct {
                const char *unit;
                int64_t seconds;
        } ages[] = { { "d", 86400 }, { "h", 3600 }, { "min", 60 }, { "s", 1 } };
        struct timespec t;
        clock_gettime(CLOCK_REALTIME, &t);
        int64_t seconds = MAX2(t.tv_sec - usec / 1000000, 0ll);
        size_t i = 0;
        while (i + 1 < ELEMENTSOF(ages) && seconds < 2 * ages[i].seconds)
                i++;
        snprintf(ret, size, "%lld%s", (long long) (seconds / ages[i].seconds), ages[i].unit);
}
