/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/* Looks into what readers got. */
#include "base/buf.h"
#include "unit/test.h"
#include <stdlib.h>

/* What stands behind the next occurrence, for a walk over all of them; strstr() of ASan would measure the
 * rest of the string each time. */
static inline const char *next(const Buf *in, const char *from, const char *what) {
        const char *p = in->data ? memmem(from, (size_t) (in->data + in->len - from), what, strlen(what))
                                 : NULL;
        return p ? p + strlen(what) : NULL;
}

static inline unsigned count(const Buf *in, const char *what) {
        unsigned n = 0;
        for (const char *p = in->data; p && (p = next(in, p, what));)
                n++;
        return n;
}

/* The number after `key` in its last occurrence. */
static inline unsigned long long number(const Buf *in, const char *key) {
        const char *last = NULL;
        for (const char *p = in->data; p && (p = next(in, p, key));)
                last = p;
        ASSERT_NOT_NULL(last);
        return strtoull(last, NULL, 10);
}

/* The sum of them. */
static inline unsigned long long sum(const Buf *in, const char *key) {
        unsigned long long n = 0;
        for (const char *p = in->data; p && (p = next(in, p, key));)
                n += strtoull(p, NULL, 10);
        return n;
}

/* The number after `key` in this line. */
static inline unsigned long long in_line(const char *line, const char *key) {
        const char *end = strchr(line, '\n'), *p = memmem(line, (size_t) (end - line), key, strlen(key));
        if (!p)
                test_fail(__FILE__, __LINE__, "no %s in %.*s", key, (int) (end - line), line);
        return strtoull(p + strlen(key), NULL, 10);
}

typedef struct Sums {
        unsigned long long first, last; /* numbers; `first` is the header's */
        unsigned long long received, lost;
} Sums;

/* Walks a reader's JSON, record by record: each number is received or lost exactly once, and in order. */
static inline Sums lines_sum(const Buf *in) {
        Sums s = {};
        unsigned long long expected = 0;
        for (const char *p = in->data, *end; p && (end = strchr(p, '\n')); p = end + 1) {
                const char *kind = strstr(p, "\"kind\":\"");
                ASSERT(kind && kind < end);
                kind += 8;
                unsigned long long seq = in_line(p, "\"seq\":");
                bool own = strncmp(kind, "lost\"", 5) == 0 &&
                           (memmem(p, (size_t) (end - p), "\"reader-queue\"", 14) ||
                            memmem(p, (size_t) (end - p), "\"retention\"", 11) ||
                            memmem(p, (size_t) (end - p), "\"store-full\"", 12));
                bool snapshot = strncmp(kind, "end\"", 4) == 0 &&
                                memmem(p, (size_t) (end - p), "\"snapshot\"", 10);
                if (strncmp(kind, "header\"", 7) == 0) {
                        ASSERT_EQ(expected, 0);
                        s.first = expected = seq;
                } else if (own) {
                        unsigned long long from = in_line(p, "\"fromSeq\":"), to = in_line(p, "\"toSeq\":");
                        ASSERT_EQ(from, expected);
                        ASSERT_EQ(in_line(p, "\"count\":"), to - from + 1);
                        s.lost += to - from + 1;
                        expected = to + 1;
                } else if (!snapshot && strncmp(kind, "heartbeat\"", 10) != 0 &&
                           strncmp(kind, "segment\"", 8) != 0) {
                        ASSERT_EQ(seq, expected);
                        s.received++;
                        expected++;
                }
                s.last = expected - 1;
        }
        ASSERT_EQ(s.received + s.lost, s.last - s.first + 1);
        return s;
}
