/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/* The place in a stream that a reader came to, from the cursors in its lines, and the file that it is
 * kept in. */
#include <stdbool.h>
#include "base/buf.h"

typedef struct CursorWatch {
        Buf rest;       /* a line that has not ended */
        char last[160]; /* "": none yet */
        bool ended;     /* the last line was there */
} CursorWatch;

void cursor_watch_done(CursorWatch *w);
/* Writes some more of the stream to `to`, line by line: what is cut inside of a line can be resumed. */
int cursor_watch_pass(CursorWatch *w, int to, const char *data, size_t len);
/* Writes what is left of a line. */
int cursor_watch_flush(CursorWatch *w, int to);

/* The cursor in the file: 1; 0: there is no file yet. Complains. */
int cursor_file_read(const char *path, char ret[static 160]);
int cursor_file_write(const char *path, const char *cursor);
