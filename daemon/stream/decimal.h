/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * Decimal numbers, two digits at a time: most of what a stream does is writing them.
 */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define DECIMAL_MAX 20 /* bytes of a number without and with a sign */

extern const char decimal_pairs[201]; /* "00" "01" ... "99" */

/* Returns how many bytes it wrote. */
static inline size_t decimal_unsigned(char *to, uint64_t v) {
        char digits[DECIMAL_MAX], *p = digits + sizeof(digits);
        while (v >= 100) {
                p -= 2;
                memcpy(p, decimal_pairs + v % 100 * 2, 2);
                v /= 100;
        }
        if (v >= 10) {
                p -= 2;
                memcpy(p, decimal_pairs + v * 2, 2);
        } else {
                *--p = (char) ('0' + v);
        }
        size_t n = (size_t) (digits + sizeof(digits) - p);
        for (size_t i = 0; i < n; i++)
                to[i] = p[i];
        return n;
}

static inline size_t decimal_signed(char *to, int64_t v) {
        if (v >= 0)
                return decimal_unsigned(to, (uint64_t) v);
        *to = '-';
        return decimal_unsigned(to + 1, 0 - (uint64_t) v) + 1;
}
