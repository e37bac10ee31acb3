/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TEST_TAP_H
#define TEST_TAP_H

#include <stdbool.h>

/* Says ok or not, and with what; false when not. */
bool check(bool ok, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* A comparison that shows what it has. */
bool check_eq(long long have, long long want, const char *what);
void note(const char *format, ...) __attribute__((format(printf, 1, 2)));
void group(const char *name);
int finish(void);
#endif
