/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ctl/cursor.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "base/fds.h"
#include "ctl/output.h"

#define KEY "\"cursor\":\""
#define END "\"kind\":\"end\""

void cursor_watch_done(CursorWatch *w) {
        buf_done(&w->rest);
}

/* A line with it is longer than its key: the last one stands in the last lines. */
static void look_into(CursorWatch *w, const char *data, size_t len) {
        const char *last = NULL, *end = data + len;
        for (const char *p = data; (p = memmem(p, (size_t) (end - p), KEY, sizeof(KEY) - 1)); p++)
                last = p;
        if (memmem(data, len, END, sizeof(END) - 1))
                w->ended = true;
        if (!last)
                return;
        last += sizeof(KEY) - 1;
        const char *quote = memchr(last, '"', (size_t) (end - last));
        if (quote && (size_t) (quote - last) < sizeof(w->last))
                snprintf(w->last, sizeof(w->last), "%.*s", (int) (quote - last), last);
}

/* The first so many bytes of what is there. */
static int pass(CursorWatch *w, int to, size_t len) {
        int r = output_write(to, w->rest.data, len);
        if (r >= 0)
                look_into(w, w->rest.data, len);
        buf_consume(&w->rest, len);
        return r;
}

int cursor_watch_pass(CursorWatch *w, int to, const char *data, size_t len) {
        buf_add(&w->rest, data, len);
        const char *end = w->rest.len > 0 ? memrchr(w->rest.data, '\n', w->rest.len) : NULL;
        if (w->rest.failed)
                return -ENOMEM;
        return end ? pass(w, to, (size_t) (end + 1 - w->rest.data)) : 0;
}

int cursor_watch_flush(CursorWatch *w, int to) {
        return w->rest.len > 0 ? pass(w, to, w->rest.len) : 0;
}

int cursor_file_read(const char *path, char ret[static 160]) {
        _cleanup_(freep) char *text = NULL;
        int r = fds_read_file(path, 159, &text, NULL);
        if (r == -ENOENT)
                return 0;
        if (r < 0) {
                fprintf(stderr, "stapctl: cannot read the cursor in %s: %s\n", path, strerror(-r));
                return r;
        }
        snprintf(ret, 160, "%.*s", (int) strcspn(text, "\n"), text);
        return *ret != 0;
}

int cursor_file_write(const char *path, const char *cursor) {
        char line[161];
        int n = snprintf(line, sizeof(line), "%s\n", cursor);
        int r = fds_write_file_atomic(path, line, (size_t) n, 0644);
        if (r < 0)
                fprintf(stderr, "stapctl: cannot keep the cursor in %s: %s\n", path, strerror(-r));
        return r;
}
