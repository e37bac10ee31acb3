/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The life of the process: what ends it, and what happens when stapd or a reader is gone. */
#include "stream/stream.h"
#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include "base/fault.h"
#include "base/log.h"
#include "stream/stream-private.h"

#define ORPHAN_LOOK_USEC 50000
#define ORPHAN_LOOKS 20
#define ORPHAN_TIMEOUT_USEC 5000000

void stream_fail(Stream *s, int error, const char *what) {
        if (s->error < 0)
                return;
        s->error = log_debug_errno(error, "%s: %m", what);
        control_send_failed(s->control, what);
        sd_event_exit(s->event, s->error);
}

/* ------------------------------------------------------------------ the end */

/* Of a flight recorder the kernel knows of more than anybody has taken. */
static uint64_t count_records(Stream *s) {
        struct stp_stat stat = {};
        if (s->reader.overwrites)
                (void) reader_stat(&s->reader, &stat);
        return MAX2(s->ledger.now->records, (uint64_t) stat.records);
}

ControlCounts stream_counts(Stream *s) {
        const LedgerState *now = s->ledger.now;
        return (ControlCounts) {
                .records = count_records(s), .lost = now->lost, .reader_lost = fanout_lost(s->fanout),
                .errors = now->errors, .skipped = s->skipped, .bytes = now->bytes,
                .readers = fanout_count(s->fanout),
        };
}

static void end_when_closed(Stream *s) {
        if (!s->closed || fanout_count(s->fanout) > 0)
                return;
        tell_losses(s);
        pump_commit(s);
        ControlCounts c = stream_counts(s);
        (void) fault("done");
        control_send_done(s->control, &c);
        (void) fault("done-sent");
        sd_event_exit(s->event, 0);
}

static int on_deadline(sd_event_source *source, uint64_t usec, void *userdata) {
        Stream *s = userdata;
        fanout_close(s->fanout, /* now= */ true);
        end_when_closed(s);
        return 0;
}

void stream_drained(Stream *s) {
        if (s->closed)
                return;
        if (!s->ledger.now->ended) {
                emit_end(s);
                (void) fault("end");
                s->ledger.now->ended = 1;
        }
        pump_commit(s);
        fanout_flush(s->fanout);
        s->closed = true;
        fanout_close(s->fanout, /* now= */ false);
        end_when_closed(s);
}

/* The kernel side has stopped, for this reason. */
void stream_finish(Stream *s, const char *result, int exit_status, uint64_t timeout_usec) {
        if (s->finishing)
                return;
        s->finishing = true;
        s->result = strdup(result);
        s->exit_status = exit_status;
        if (timeout_usec > 0)
                sd_event_add_time_relative(s->event, &s->deadline, CLOCK_MONOTONIC, timeout_usec, 0,
                                           on_deadline, s);
        if (!s->set_up)
                sd_event_exit(s->event, 0);
        else if (!s->waiting)
                pump_start(s); /* else it goes on by itself when there is room */
}

/* ------------------------------------------------------------------ readers */

static void on_gone(void *userdata, uint32_t id, const char *state, int error, uint64_t lost) {
        Stream *s = userdata;
        control_send_reader(s->control, id, state, error, lost);
        end_when_closed(s);
}

static void on_text_lost(void *userdata, uint64_t count) {
        Stream *s = userdata;
        s->reader_lost_untold += count;
        tell_losses_soon(s);
}

static void on_room(void *userdata) {
        pump_resume(userdata);
}

static void on_commit(void *userdata) {
        pump_commit(userdata);
}

int stream_make_fanout(Stream *s) {
        s->fanout_ops = emit_fanout_ops;
        s->fanout_ops.gone = on_gone;
        s->fanout_ops.text_lost = on_text_lost;
        s->fanout_ops.room = on_room;
        s->fanout_ops.commit = on_commit;
        s->fanout = fanout_new(s->event, &s->ledger, &s->keep, &s->fanout_ops, s);
        return s->fanout ? 0 : -ENOMEM;
}

/* ------------------------------------------------------------------ without stapd */

/* The session either stops with stapd, and we drain it; or a new stapd has taken it over and starts another
 * of us, which waits for our ledger. */
static int on_orphaned(sd_event_source *source, uint64_t usec, void *userdata) {
        Stream *s = userdata;
        struct stp_stat stat;
        if (reader_stat(&s->reader, &stat) == 0 && stat.state == STP_STATE_STOPPED) {
                s->going = true;
                stream_finish(s, "daemon-lost", 1, ORPHAN_TIMEOUT_USEC);
        } else if (++s->orphan_looks >= ORPHAN_LOOKS) {
                sd_event_exit(s->event, 0);
        } else {
                sd_event_source_set_time_relative(source, ORPHAN_LOOK_USEC);
                sd_event_source_set_enabled(source, SD_EVENT_ONESHOT);
        }
        return 0;
}

static int on_hangup(Stream *s) {
        if (!s->set_up)
                return sd_event_exit(s->event, 0);
        if (s->finishing)
                return 0;
        pump_stop(s);
        return sd_event_add_time_relative(s->event, NULL, CLOCK_MONOTONIC, 0, 0, on_orphaned, s);
}

static int on_control(sd_event_source *source, int fd, uint32_t events, void *userdata) {
        Stream *s = userdata;
        ControlMessage m;
        int r = control_receive(fd, &m);
        if (r == -EAGAIN)
                return 0;
        if (r == 0) {
                sd_event_source_set_enabled(source, SD_EVENT_OFF);
                return on_hangup(s);
        }
        if (r > 0) {
                r = stream_obey(s, &m);
                control_message_done(&m);
        }
        if (r == -EBADMSG)
                stream_fail(s, r, "a message that is not of the protocol");
        else if (r < 0 && r != -EPIPE)
                stream_fail(s, r, "an order could not be carried out");
        return 0;
}

/* ------------------------------------------------------------------ all */

static void stream_done(Stream *s) {
        fanout_free(s->fanout);
        sd_event_source_disable_unref(s->reader_io);
        sd_event_source_disable_unref(s->timer);
        sd_event_source_disable_unref(s->more);
        sd_event_source_disable_unref(s->message_timer);
        sd_event_source_disable_unref(s->deadline);
        sd_event_source_disable_unref(s->heartbeat);
        order_done(&s->order);
        reader_done(&s->reader);
        keep_close(&s->keep);
        ledger_close(&s->ledger);
        render_free(s->render);
        manifest_free(s->manifest);
        close_fd(s->reader_fd);
        for (unsigned i = 0; i < _PART_MAX; i++)
                buf_done(&s->rendered.parts[i]);
        buf_done(&s->line);
        free(s->result);
        free(s->session_id);
        free(s->boot_id);
        sd_event_unref(s->event);
}

int stream_run(int control, const ReaderOps *ops, void *userdata) {
        Stream s = { .control = control, .ops = ops, .ops_userdata = userdata, .reader_fd = -1, .ledger.fd = -1 };
        int r = sd_event_new(&s.event);
        if (r >= 0)
                r = sd_event_add_io(s.event, NULL, control, EPOLLIN, on_control, &s);
        if (r >= 0)
                r = sd_event_loop(s.event);
        if (s.error < 0)
                r = s.error;
        stream_done(&s);
        return r;
}
