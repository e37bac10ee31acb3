/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/* What is being done, as one line on a terminal that goes away again; nothing at all where standard error
 * is none. */

/* Of a session's state, or of the pass that has just ended. Words that say nothing to a person show
 * nothing. */
void progress_show_state(const char *state);
void progress_show_pass(const char *ended);
/* True if it was shown there: the text is not lost otherwise, but for the caller to print. */
int progress_show(const char *text);
/* Before anything else is written to the terminal. */
void progress_clear(void);
