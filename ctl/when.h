/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/* Times as people write them. Microseconds; -EINVAL for what is none. */
#include <stdint.h>

/* "10", "1.5" (seconds), "500ms", "5min", "2h", "1d". */
int when_read_span(const char *text, int64_t *ret);
/* "2026-11-23 18:00[:30]", "18:00[:30]" (the next one), "@1795424152": CLOCK_REALTIME. */
int when_read_time(const char *text, int64_t *ret);
/* The same of an option --until, which is to come. Says what is wrong with it, on standard error. */
int when_read_until(const char *text, int64_t *ret);
/* "3s", "12min", "5h", "2d": how long ago a CLOCK_REALTIME time was, in the largest unit that it has. */
void when_format_age(int64_t usec, char *ret, unsigned long size);
