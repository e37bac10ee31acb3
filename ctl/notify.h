/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/* What the service manager is told, when one started us and wants to hear (Type=notify). One session per
 * process. */

/* The session's state: with "running" the service has started. */
void notify_state(const char *state);
/* What a person should see beside the state: the last warning or error. */
void notify_words(const char *text);
/* What is waited for just now. */
void notify_progress(const char *text);
/* It is over, or never was. */
void notify_end(const char *result);
/* The word of notify_end(), or "". */
const char *notify_result(void);
