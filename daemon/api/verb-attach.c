/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Attach: the connection becomes a reader of a session. */
#include <errno.h>
#include <string.h>
#include "api/verbs.h"
#include "base/cleanup.h"
#include "base/fds.h"
#include "base/log.h"
#include "manifest/cursor.h"

typedef struct Attachment {
        char id[SESSION_ID_LENGTH + 1];
        StreamerReader options;
} Attachment;

/* The reply is out. The session may have ended meanwhile: then the reader just sees the end. */
static void on_upgrade(const Caller *caller, Manager *m, int fd, void *userdata) {
        _cleanup_(freep) Attachment *a = userdata;
        _cleanup_(closep) int owned = fd;
        Session *s = manager_find(m, a->id);
        if (!s)
                return;
        int r = session_attach(s, TAKE_FD(owned), &a->options, caller->pid);
        if (r < 0)
                log_debug_errno(r, "session %s: attach: %m", s->id);
}

static void on_attach_gone(Call *c, void *userdata) {
        free(userdata);
}

static bool check_attach(Call *c, const Session *s, const StreamerReader *r) {
        if (s->state < SESSION_HELD || s->state >= SESSION_DRAINING) {
                call_error_text(c, "InvalidState", "state", session_state_to_string(s->state));
                return false;
        }
        if (strcmp(r->overflow, "pause") == 0 && s->owner.uid != c->caller->uid) {
                call_error_text(c, "PolicyDenied", "reason",
                                      "only the owner of a session may let a reader hold its buffers back");
                return false;
        }
        return true;
}

static bool read_words(Call *c, StreamerReader *r) {
        static const char *const formats[] = { "text", "json", "jsonSeq", NULL };
        static const char *const overflows[] = { "drop", "disconnect", "pause", NULL };
        static const char *const froms[] = { "now", "start", "end", NULL };
        bool follow = true;
        if (!param_word(c, "format", true, formats, &r->format) ||
            !param_word(c, "overflow", false, overflows, &r->overflow) ||
            !param_word(c, "from", false, froms, &r->from) || !param_flag(c, "follow", &follow) ||
            !param_flag(c, "cursors", &r->cursors) || !param_flag(c, "withText", &r->with_text))
                return false;
        r->no_follow = !follow;
        return true;
}

/* At most one of `from`, `tail` and `afterCursor` says where to begin. */
static bool read_place(Call *c, StreamerReader *r, const char **ret_cursor) {
        int64_t tail = -1;
        *ret_cursor = NULL;
        if (!param_number(c, "tail", 0, INT64_MAX, &tail) || !param_text(c, "afterCursor", false, ret_cursor))
                return false;
        if ((r->from != NULL) + (tail >= 0) + (*ret_cursor != NULL) > 1) {
                param_invalid(c, tail >= 0 ? "tail" : "afterCursor");
                return false;
        }
        if (tail >= 0) {
                r->from = "tail";
                r->number = (uint64_t) tail;
        }
        return true;
}

static bool read_cursor(Call *c, const Session *s, const char *cursor, StreamerReader *r) {
        _cleanup_(freep) char *boot = NULL;
        if (!cursor)
                return true;
        (void) fds_read_file("/proc/sys/kernel/random/boot_id", 64, &boot, NULL);
        if (boot)
                boot[strcspn(boot, "\n")] = 0;
        int k = cursor_parse(cursor, s->id, boot, &r->number);
        r->from = "after";
        if (k < 0)
                call_error_text(c, "CursorInvalid", "reason", k == -ESTALE
                                              ? "the cursor is of another session, or of before the last boot"
                                              : "this is no cursor, or it was damaged");
        return k >= 0;
}

void verb_attach(Call *c) {
        StreamerReader r = { .overflow = "drop" };
        const char *cursor;
        if (!read_words(c, &r) || !read_place(c, &r, &cursor))
                return;
        if (c->peer->single && c->peer->ties) { /* it would have to go with the upgrade */
                call_error_text(c, "InvalidState", "state", "this connection has a session");
                return;
        }
        Session *s = verb_session(c, VERB_SEE);
        if (!s || !check_attach(c, s, &r) || !read_cursor(c, s, cursor, &r))
                return;
        Attachment *a = calloc(1, sizeof(*a));
        if (!a) {
                call_error_text(c, "Internal", "reason", strerror(ENOMEM));
                return;
        }
        strcpy(a->id, s->id);
        a->options = r;
        call_hand_over(c, NULL, on_upgrade, on_attach_gone, a);
}
