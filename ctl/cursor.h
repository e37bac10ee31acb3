/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/* The place in a stream that a reader came to, from the cursors in its lines, and the file that it is
 * kept in. */
#include "base/buf.h"

typedef struct CursorWatch {
        Buf rest;       /* a line that has not ended */
        char last[160]; /* "": none yet */
} CursorWatch;

void cursor_watch_done(CursorWatch *w);
/* Some more of the stream has been written out. */
void cursor_watch_take(CursorWatch *w, const char *data, size_t len);

/* The cursor in the file: 1; 0: there is no file yet. Complains. */
int cursor_file_read(const char *path, char ret[static 160]);
int cursor_file_write(const char *path, const char *cursor);
