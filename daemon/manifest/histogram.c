/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "manifest/histogram.h"
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include "base/cleanup.h"

#define LOG_ZERO (HISTOGRAM_LOG_BUCKETS / 2)
#define LABEL_MAX 32

bool histogram_is_valid(const Histogram *h) {
        if (!h->linear)
                return true;
        uint64_t range = (uint64_t) h->high - (uint64_t) h->low;
        return h->low < h->high && h->step >= 1 && range / (uint64_t) h->step <= HISTOGRAM_LINEAR_MAX;
}

unsigned histogram_buckets(const Histogram *h) {
        if (!h->linear)
                return HISTOGRAM_LOG_BUCKETS;
        return (unsigned) (((uint64_t) h->high - (uint64_t) h->low) / (uint64_t) h->step) + 3;
}

/* 0; 1, 2 - 3, 4 - 7 ...; -1, -3 - -2, -7 - -4 ... */
static HistogramRange log_range(unsigned bucket) {
        if (bucket == LOG_ZERO)
                return (HistogramRange) {};
        unsigned n = bucket > LOG_ZERO ? bucket - LOG_ZERO : LOG_ZERO - bucket;
        uint64_t from = (uint64_t) 1 << (n - 1), to = from + (from - 1);
        if (bucket > LOG_ZERO)
                return (HistogramRange) { .min = (int64_t) from, .max = (int64_t) to };
        return (HistogramRange) { .min = to > INT64_MAX ? INT64_MIN : -(int64_t) to,
                                  .max = (int64_t) (0 - from) };
}

static HistogramRange linear_range(const Histogram *h, unsigned bucket) {
        unsigned last = histogram_buckets(h) - 1;
        int64_t from = (int64_t) ((uint64_t) h->low + (uint64_t) h->step * (bucket - 1));
        if (bucket == 0)
                return (HistogramRange) { .min = INT64_MIN, .max = MAX2(h->low, -INT64_MAX) - 1, .below = true };
        if (bucket == last) /* when the values end before it does, it is never used */
                return (HistogramRange) { .min = from < h->low ? INT64_MAX : from, .max = INT64_MAX, .above = true };
        int64_t to = (int64_t) ((uint64_t) from + (uint64_t) h->step - 1);
        return (HistogramRange) { .min = from, .max = to < from ? INT64_MAX : to };
}

HistogramRange histogram_range(const Histogram *h, unsigned bucket) {
        return h->linear ? linear_range(h, bucket) : log_range(bucket);
}

uint64_t histogram_count(const char *buckets, unsigned i) {
        uint64_t n;
        memcpy(&n, buckets + (size_t) i * sizeof(n), sizeof(n));
        return n;
}

/* ------------------------------------------------------------------ drawing */

typedef struct {
        const Histogram *histogram;
        const char *buckets;
        unsigned elision;       /* at most as many as there are buckets */
        unsigned first, last;   /* rows that may be shown */
        int label, digits;      /* widths of the columns */
        uint64_t scale;         /* counts for one character of a bar */
        char *at, *end;
} Drawing;

static void put(Drawing *d, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static void put(Drawing *d, const char *fmt, ...) {
        char line[512];
        va_list ap;
        va_start(ap, fmt);
        size_t n = (size_t) vsnprintf(line, sizeof(line), fmt, ap);
        va_end(ap);
        n = MIN2(n, (size_t) (d->end - d->at));
        memcpy(d->at, line, n);
        d->at += n;
}

/* The bound of a bucket that is nearer to 0, or, of a linear one, the lower; "<10", ">100" for what is
 * outside. */
static int label_of(const Drawing *d, unsigned bucket, char ret[LABEL_MAX]) {
        HistogramRange r = histogram_range(d->histogram, bucket);
        const Histogram *h = d->histogram;
        if (r.below)
                return snprintf(ret, LABEL_MAX, "<%" PRId64, h->low);
        if (r.above)
                return snprintf(ret, LABEL_MAX, ">%" PRId64, h->high);
        return snprintf(ret, LABEL_MAX, "%" PRId64, !h->linear && r.min < 0 ? r.max : r.min);
}

static bool is_outside(const Drawing *d, unsigned bucket) {
        HistogramRange r = histogram_range(d->histogram, bucket);
        return r.below || r.above;
}

static bool is_empty(const Drawing *d, unsigned bucket) {
        return histogram_count(d->buckets, bucket) == 0;
}

/* The rows: all that count something, with `elision` empty ones before and behind. What is outside of the
 * range of a linear histogram has a row only when there is something; so have the negative numbers of a
 * logarithmic one. */
static void find_rows(Drawing *d) {
        unsigned n = histogram_buckets(d->histogram), first = 0, last = n - 1;
        while (first < last && is_empty(d, first))
                first++;
        while (last > first && is_empty(d, last))
                last--;
        unsigned floor = d->histogram->linear || first < LOG_ZERO || d->elision >= n ? 0 : LOG_ZERO;
        first = first > floor + d->elision ? first - d->elision : floor;
        last = MIN2(last + d->elision, n - 1);
        d->first = first + (is_outside(d, first) && is_empty(d, first));
        d->last = last - (is_outside(d, last) && is_empty(d, last));
}

static void measure(Drawing *d) {
        char label[LABEL_MAX];
        uint64_t most = 0;
        for (unsigned i = d->first; i <= d->last; i++)
                most = MAX2(most, histogram_count(d->buckets, i));
        d->digits = snprintf(label, sizeof(label), "%" PRIu64, most);
        d->scale = most <= HISTOGRAM_BAR ? 1 : most / HISTOGRAM_BAR + (most % HISTOGRAM_BAR > 0);
        d->label = (int) strlen("value");
        for (unsigned i = d->first; i <= d->last; i++)
                d->label = MAX2(d->label, label_of(d, i, label));
}

static void draw_row(Drawing *d, unsigned bucket) {
        static const char bar[] = "@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@";
        char label[LABEL_MAX];
        uint64_t count = histogram_count(d->buckets, bucket);
        int length = (int) (count / d->scale);
        label_of(d, bucket, label);
        put(d, "%*s |%.*s%*s %*" PRIu64 "\n", d->label, label, length, bar, HISTOGRAM_BAR - length, "",
            d->digits, count);
}

/* How many of the buckets from this one on are empty. */
static unsigned empty_run(const Drawing *d, unsigned bucket) {
        unsigned n = 0;
        while (bucket + n <= d->last && is_empty(d, bucket + n))
                n++;
        return n;
}

static void draw_rows(Drawing *d) {
        for (unsigned i = d->first; i <= d->last;) {
                unsigned run = empty_run(d, i), keep = d->elision;
                if (run <= 2 * keep) {
                        for (unsigned end = i + MAX2(run, 1u); i < end; i++)
                                draw_row(d, i);
                        continue;
                }
                for (unsigned k = 0; k < keep; k++)
                        draw_row(d, i + k);
                put(d, "%*s ~\n", d->label, "");
                for (unsigned k = run - keep; k < run; k++)
                        draw_row(d, i + k);
                i += run;
        }
}

size_t histogram_draw(const Histogram *h, const char *buckets, int64_t elision, char *out, size_t size) {
        unsigned n = histogram_buckets(h);
        Drawing d = { .histogram = h, .buckets = buckets, .at = out, .end = out + size };
        d.elision = elision < 0 || elision > n ? n : (unsigned) elision;
        find_rows(&d);
        measure(&d);
        put(&d, "%*s |--------------------------------------------------%s\n", d.label, "value", " count");
        draw_rows(&d);
        put(&d, "\n");
        return (size_t) (d.at - out);
}
