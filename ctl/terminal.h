/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/* The terminal as a screen that keys come from, one at a time, and that is given back as it was. */
#include <stdbool.h>
#include "base/buf.h"

typedef enum TerminalKey {
        KEY_NONE = 0, /* the time is over, or the size is another */
        KEY_UP = 256, KEY_DOWN, KEY_ENTER, KEY_END, /* END: Ctrl-C, or the terminal is gone */
} TerminalKey; /* or a character */

/* Both of standard input and output are terminals. */
bool terminal_is_there(void);
/* A screen of its own, and keys as they are pressed. Negative errno. */
int terminal_open(void);
void terminal_close(void); /* may be called at any time */
void terminal_size(unsigned *ret_lines, unsigned *ret_columns);
/* Puts the text there in one go: lines that are too long are cut, those below are cleared. */
void terminal_show(const Buf *text);
/* Waits so long for a key. */
int terminal_key(unsigned ms);
