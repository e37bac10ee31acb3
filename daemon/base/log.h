/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * Logging of the daemons: to the journal when it is there and standard error is not a terminal, to standard
 * error with a <N> prefix or plain otherwise. Only mains, api/ and session/ log above debug.
 */
#include <errno.h>
#include <stdarg.h>
#include <syslog.h>

/* Takes LOG_ERR ... LOG_DEBUG; default LOG_INFO. `identifier` stands in front of plain lines. */
void log_setup(const char *identifier, int max_level);
int log_max_level(void);
/* "err", "warning", "info", "debug" or a number; -EINVAL. */
int log_level_from_string(const char *s);

/* Returns -abs(error), so that `return log_errno(r, "...: %m")` works; %m is `error`. */
int log_full(int level, int error, const char *file, int line, const char *fmt, ...)
        __attribute__((format(printf, 5, 6)));

/* An entry that programs look for: by its message id (32 hex digits), with fields of its own,
 * "NAME=value", NULL-ended. Where there is no journal the text is all there is, at level debug with the
 * fields after it. */
void log_event(int level, const char *message_id, const char *const *fields, const char *fmt, ...)
        __attribute__((format(printf, 4, 5)));

#define log_errno(e, ...) log_full(LOG_ERR, (e), __FILE__, __LINE__, __VA_ARGS__)
#define log_warning_errno(e, ...) log_full(LOG_WARNING, (e), __FILE__, __LINE__, __VA_ARGS__)
#define log_debug_errno(e, ...) log_full(LOG_DEBUG, (e), __FILE__, __LINE__, __VA_ARGS__)
#define log_error(...) log_full(LOG_ERR, 0, __FILE__, __LINE__, __VA_ARGS__)
#define log_warning(...) log_full(LOG_WARNING, 0, __FILE__, __LINE__, __VA_ARGS__)
#define log_info(...) log_full(LOG_INFO, 0, __FILE__, __LINE__, __VA_ARGS__)
#define log_debug(...) log_full(LOG_DEBUG, 0, __FILE__, __LINE__, __VA_ARGS__)
