/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Attach: the connection becomes a reader of a session; Snapshot: one that only wants what there is, as a
 * job; Rotate: the session's recordings. */
#include <errno.h>
#include <string.h>
#include "api/verbs.h"
#include "base/cleanup.h"
#include "base/fds.h"
#include "base/log.h"
#include "manifest/cursor.h"
#include "session/snapshot.h"

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

/* NULL: answered. */
static Attachment *attachment_new(Call *c, const Session *s, const StreamerReader *r) {
        Attachment *a = calloc(1, sizeof(*a));
        if (!a) {
                call_error_text(c, "Internal", "reason", strerror(ENOMEM));
                return NULL;
        }
        strcpy(a->id, s->id);
        a->options = *r;
        a->options.uid = c->caller->uid;
        return a;
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

static bool check_queues(Call *c) {
        bool may = manager_may_read(c->manager, c->caller);
        if (!may)
                call_error_megabytes(c, "queueBytes", c->manager->config->queue_max_megabytes,
                                     "what waits for all readers of a user", "QueueMaxMegabytes");
        return may;
}

static bool read_words(Call *c, StreamerReader *r) {
        static const char *const formats[] = { "text", "json", "jsonSeq", "record", "recordText", NULL };
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
        if (!param_number(c, "tail", 0, INT64_MAX, &tail) ||
            !param_text(c, "afterCursor", false, ret_cursor))
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

/* ------------------------------------------------------------------ recordings */

#define UNBOUNDED_CHARGE (4ull << 30) /* of one that does not say how much it may come to */

static bool is_recording(const StreamerReader *r) {
        return strncmp(r->format, "record", 6) == 0;
}

static bool read_bounds(Call *c, StreamerReader *r, int64_t *ret_count) {
        int64_t bytes = 0, usec = 0, free_bytes = 0;
        *ret_count = 0;
        if (!param_number(c, "segmentBytes", 4096, INT64_MAX >> 20, &bytes) ||
            !param_number(c, "segmentCount", 1, 100000, ret_count) ||
            !param_number(c, "segmentUSec", 1000000, INT64_MAX / 1000, &usec) ||
            !param_number(c, "minFreeBytes", 0, INT64_MAX, &free_bytes) ||
            !param_flag(c, "compress", &r->compress))
                return false;
        r->segment_bytes = (uint64_t) bytes;
        r->segment_usec = (uint64_t) usec;
        r->min_free_bytes = (uint64_t) free_bytes;
        return true;
}

/* One of so many files of such a size has its bound; any other may use what is left, up to a bound. */
static bool charge(Call *c, StreamerReader *r, int64_t count) {
        uint64_t left = manager_may_record(c->manager, c->caller);
        bool bounded = r->segment_bytes > 0 && count > 0;
        r->charge = bounded ? r->segment_bytes * (uint64_t) count : MIN2(left, UNBOUNDED_CHARGE);
        r->max_bytes = bounded ? 0 : r->charge;
        if (r->charge > 0 && r->charge <= left)
                return true;
        call_error_megabytes(c, "recordBytes", c->manager->config->record_max_megabytes,
                             "the recordings of a user", "RecordMaxMegabytes");
        return false;
}

static bool read_recording(Call *c, StreamerReader *r) {
        int64_t count;
        return !is_recording(r) || (read_bounds(c, r, &count) && charge(c, r, count));
}

void verb_rotate(Call *c) {
        Session *s = verb_session(c, VERB_STOP);
        if (!s)
                return;
        int r = session_rotate(s);
        if (r == -EAGAIN || r == -ESHUTDOWN)
                call_error_text(c, "InvalidState", "state", session_state_to_string(s->state));
        else if (r < 0)
                call_error_text(c, "Internal", "reason", strerror(-r));
        else
                call_reply(c, NULL);
}

/* ------------------------------------------------------------------ Attach */

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
                call_error_text(c, "CursorInvalid", "reason",
                                k == -ESTALE ? "the cursor is of another session, or of before the last boot"
                                             : "this is no cursor, or it was damaged");
        return k >= 0;
}

static bool may_hand_over(Call *c) {
        if (!c->peer->single || !c->peer->ties)
                return true;
        /* it would have to go, too */
        call_error_text(c, "InvalidState", "state", "this connection has a session");
        return false;
}

void verb_attach(Call *c) {
        StreamerReader r = { .overflow = "drop" };
        const char *cursor;
        if (!read_words(c, &r) || !read_place(c, &r, &cursor))
                return;
        if (!may_hand_over(c))
                return;
        Session *s = verb_session(c, VERB_SEE);
        if (!s || !check_attach(c, s, &r) || !check_queues(c) || !read_cursor(c, s, cursor, &r) ||
            !read_recording(c, &r))
                return;
        Attachment *a = attachment_new(c, s, &r);
        if (a)
                call_hand_over(c, NULL, on_upgrade, on_attach_gone, a);
}

/* ------------------------------------------------------------------ Snapshot */

/* The reply is out. Whatever has happened meanwhile, the job knows. */
static void on_snapshot_upgrade(const Caller *caller, Manager *m, int fd, void *userdata) {
        _cleanup_(freep) Attachment *a = userdata;
        _cleanup_(closep) int owned = fd;
        Job *j = job_find(m, (uint32_t) a->options.job);
        if (j)
                snapshot_begin(j, TAKE_FD(owned), &a->options, caller->pid);
}

static void on_snapshot_gone(Call *c, void *userdata) {
        _cleanup_(freep) Attachment *a = userdata;
        Job *j = job_find(c->manager, (uint32_t) a->options.job);
        if (j)
                snapshot_cancel(j);
}

static void hand_over_snapshot(Call *c, Session *s, const StreamerReader *r) {
        Attachment *a = attachment_new(c, s, r);
        if (!a)
                return;
        Job *j = job_new_snapshot(s, c->caller->uid, 0);
        if (!j) {
                free(a);
                call_error_text(c, "Internal", "reason", strerror(ENOMEM));
                return;
        }
        a->options.job = j->id;
        json_object *o = json_object_new_object();
        json_object_object_add(o, "job", json_object_new_int64(j->id));
        call_hand_over(c, o, on_snapshot_upgrade, on_snapshot_gone, a);
}

void verb_snapshot(Call *c) {
        static const char *const formats[] = { "text", "json", "jsonSeq", NULL };
        StreamerReader r = { .overflow = "drop", .no_follow = true };
        const char *cursor;
        if (!param_word(c, "format", true, formats, &r.format) || !param_flag(c, "cursors", &r.cursors) ||
            !param_flag(c, "withText", &r.with_text) || !read_place(c, &r, &cursor) || !may_hand_over(c))
                return;
        Session *s = verb_session(c, VERB_SEE);
        if (!s || !check_attach(c, s, &r) || !check_queues(c) || !read_cursor(c, s, cursor, &r))
                return;
        r.from = r.from ?: "start";
        hand_over_snapshot(c, s, &r);
}
