/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * The histogram of a print(@hist_...): a record has its buckets, the manifest says what they mean, and here
 * is how they are drawn. Bucket 0 of a linear one counts what is below `low`, the last one what is above the
 * others; a logarithmic one has 0 in the middle, and powers of two on both sides.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HISTOGRAM_LOG_BUCKETS 128
#define HISTOGRAM_LINEAR_MAX 128 /* (high - low) / step */
#define HISTOGRAM_BAR 50         /* characters of the longest bar */

typedef struct Histogram {
        bool linear;
        int64_t low, high, step; /* linear */
} Histogram;

/* low < high, step >= 1, not too many buckets. */
bool histogram_is_valid(const Histogram *h);
unsigned histogram_buckets(const Histogram *h);

/* The values that bucket i counts, both included; an end that is open is the last value of that side. */
typedef struct HistogramRange {
        int64_t min, max;
        bool below, above; /* of a linear one: what is outside */
} HistogramRange;
HistogramRange histogram_range(const Histogram *h, unsigned bucket);

/* buckets: histogram_buckets() numbers of 8 bytes, aligned or not. */
uint64_t histogram_count(const char *buckets, unsigned i);
/*
 * Draws it, with a last, empty line. elision: HIST_ELISION; so many empty buckets are shown on each side of
 * those that are not, and what is between them is a `~`; negative: all are shown. Writes at most `size`
 * bytes, no NUL, and returns how many.
 */
size_t histogram_draw(const Histogram *h, const char *buckets, int64_t elision, char *out, size_t size);
