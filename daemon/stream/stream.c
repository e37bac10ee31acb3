/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * stapd's orders, one handler each. The order of things over a session: setup, readers, go; more readers come
 * and leave; finish: the kernel side has stopped, so the buffers are drained, the last record is put, and when
 * the last reader has got everything, the process ends.
 */
#include "stream/stream.h"
#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include "base/fds.h"
#include "base/log.h"
#include "manifest/stream-protocol.h"
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

static ControlCounts counts(const Stream *s) {
        const LedgerState *now = s->ledger.now;
        return (ControlCounts) {
                .records = now->records, .lost = now->lost, .reader_lost = fanout_lost(s->fanout),
                .errors = now->errors, .skipped = s->skipped, .bytes = now->bytes,
                .readers = fanout_count(s->fanout),
        };
}

static void end_when_closed(Stream *s) {
        if (!s->closed || fanout_count(s->fanout) > 0)
                return;
        emit_lost_message(s);
        pump_commit(s);
        ControlCounts c = counts(s);
        control_send_done(s->control, &c);
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
                s->ledger.now->ended = 1;
        }
        pump_commit(s);
        fanout_flush(s->fanout);
        s->closed = true;
        fanout_close(s->fanout, /* now= */ false);
        end_when_closed(s);
}

/* The kernel side has stopped, for this reason. */
static void finish(Stream *s, const char *result, int exit_status, uint64_t timeout_usec) {
        if (s->finishing)
                return;
        s->finishing = true;
        s->result = strdup(result);
        s->exit_status = exit_status;
        if (timeout_usec > 0)
                sd_event_add_time_relative(s->event, &s->deadline, CLOCK_MONOTONIC, timeout_usec, 0, on_deadline, s);
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
        emit_lost_message_soon(s);
}

static void on_room(void *userdata) {
        pump_resume(userdata);
}

static void on_lost_line(void *userdata, const LedgerReader *r, Buf *out) {
        emit_lost_line(userdata, r, out);
}

static const FanoutOps fanout_ops = {
        .gone = on_gone,
        .text_lost = on_text_lost,
        .room = on_room,
        .lost_line = on_lost_line,
};

/* ------------------------------------------------------------------ setup */

static int read_manifest(Stream *s, const ControlMessage *m, const char **error) {
        const char *kind = control_string(m, "manifest");
        *error = "the setup does not say where the manifest is";
        if (!kind || m->n_fds < 3)
                return -EBADMSG;
        if (strcmp(kind, "module") == 0)
                return manifest_read_module(m->fds[2], &s->manifest, error);
        if (strcmp(kind, "json") != 0)
                return -EBADMSG;
        _cleanup_(freep) char *json = NULL;
        size_t len;
        *error = "the manifest cannot be read";
        int r = fds_read_all(m->fds[2], MANIFEST_MAX_SIZE, &json, &len);
        return r < 0 ? r : manifest_parse(json, len, &s->manifest, error);
}

static int make_render(Stream *s, const ControlMessage *m) {
        json_object *list = NULL;
        _cleanup_(freep) char *boot_id = NULL;
        const char *args[1000];
        RenderSession session = {
                .id = control_string(m, "session") ?: "", .name = control_string(m, "name"), .args = args,
                .owner = (uint32_t) control_int(m, "owner", 0),
        };
        if (json_object_object_get_ex(m->json, "args", &list) && json_object_is_type(list, json_type_array))
                for (size_t i = 0; i < json_object_array_length(list) && i < ELEMENTSOF(args); i++) {
                        const char *arg = json_object_get_string(json_object_array_get_idx(list, i));
                        args[session.n_args++] = arg ? arg : "";
                }
        if (fds_read_file("/proc/sys/kernel/random/boot_id", 64, &boot_id, NULL) == 0)
                boot_id[strcspn(boot_id, "\n")] = 0;
        session.boot_id = boot_id;
        return render_new(s->manifest, &session, &s->render);
}

static int on_before_put(void *userdata) {
        return pump_commit(userdata);
}

/* Everything that the process will ever hold but its readers. */
static int open_all(Stream *s, ControlMessage *m, const char **error) {
        int r = read_manifest(s, m, error);
        if (r < 0)
                return r;
        *error = "the formats cannot be rendered";
        r = make_render(s, m);
        if (r < 0)
                return r;
        s->reader_fd = TAKE_FD(m->fds[0]);
        *error = "the kernel's buffers cannot be mapped";
        r = s->ops ? reader_init(&s->reader, s->ops, s->ops_userdata) :
                     reader_init(&s->reader, &reader_kernel_ops, (void *) (intptr_t) s->reader_fd);
        if (r < 0)
                return r;
        *error = "the ledger cannot be used";
        r = ledger_open(&s->ledger, TAKE_FD(m->fds[1]));
        if (r < 0)
                return r;
        s->ledger.n_cpus = s->reader.n_cpus;
        *error = "no memory";
        r = order_init(&s->order, &s->reader, s->ledger.now, on_before_put, s);
        if (r < 0)
                return r;
        s->fanout = fanout_new(s->event, &s->ledger, &fanout_ops, s);
        return s->fanout ? pump_watch(s) : -ENOMEM;
}

static int on_setup(Stream *s, ControlMessage *m) {
        const char *error = NULL;
        if (s->set_up)
                return -EBADMSG;
        int r = open_all(s, m, &error);
        if (r < 0) {
                stream_fail(s, r, error ? error : "setup failed");
                return 0;
        }
        s->set_up = true;
        emit_clock(s);
        return control_send_ready(s->control, s->reader.n_cpus - s->reader.n_missing);
}

/* ------------------------------------------------------------------ orders */

/* Until the first reader is there, records wait in the kernel. */
static int start_when_read(Stream *s) {
        LedgerState *now = s->ledger.now;
        if (!s->going || (fanout_count(s->fanout) == 0 && !now->started && !s->finishing))
                return 0;
        bool first = !now->started;
        now->started = 1;
        pump_commit(s);
        fanout_flush(s->fanout);
        int enabled;
        bool idle = sd_event_source_get_enabled(s->timer, &enabled) == 0 && s->window == 0;
        return first || idle ? pump_start(s) : 0;
}

static int on_reader(Stream *s, ControlMessage *m) {
        OutputFormat format = output_format_from_string(control_string(m, "format"));
        Overflow overflow = overflow_from_string(control_string(m, "overflow"));
        int64_t id = control_int(m, "id", -1);
        if (format < 0 || overflow < 0 || id < 0 || id > UINT32_MAX || m->n_fds != 1 + STREAM_QUEUE_FDS)
                return -EBADMSG;
        int queue[STREAM_QUEUE_FDS];
        for (unsigned i = 0; i < STREAM_QUEUE_FDS; i++)
                queue[i] = TAKE_FD(m->fds[1 + i]);
        bool is_new = false;
        int r = fanout_add(s->fanout, (uint32_t) id, format, overflow, TAKE_FD(m->fds[0]), queue, &is_new);
        if (r < 0)
                return control_send_reader(s->control, (uint32_t) id, "failed", -r, 0);
        if (is_new && format == OUTPUT_JSON)
                emit_header(s, (uint32_t) id);
        return s->closed ? 0 : start_when_read(s);
}

static int on_go(Stream *s, ControlMessage *m) {
        s->going = true;
        fanout_forget_missing(s->fanout);
        return start_when_read(s);
}

static int on_state(Stream *s, ControlMessage *m) {
        const char *state = control_string(m, "state");
        if (!state)
                return -EBADMSG;
        emit_state(s, state, control_string(m, "result"));
        pump_commit(s);
        fanout_flush(s->fanout);
        return 0;
}

static int on_stats(Stream *s, ControlMessage *m) {
        ControlCounts c = counts(s);
        return control_send_stats(s->control, &c);
}

static int on_detach(Stream *s, ControlMessage *m) {
        fanout_detach(s->fanout, (uint32_t) control_int(m, "id", -1));
        return 0;
}

static int on_finish(Stream *s, ControlMessage *m) {
        const char *result = control_string(m, "result");
        s->going = true;
        finish(s, result ? result : "stop", (int) control_int(m, "exitStatus", 0),
               (uint64_t) MAX2(control_int(m, "timeoutMs", 0), (int64_t) 0) * 1000);
        return 0;
}

static const struct {
        const char *type;
        bool after_setup;
        int (*handle)(Stream *s, ControlMessage *m);
} orders[] = {
        { "setup", false, on_setup },
        { "reader", true, on_reader },
        { "go", true, on_go },
        { "state", true, on_state },
        { "stats", true, on_stats },
        { "detach", true, on_detach },
        { "finish", false, on_finish },
};

static int handle(Stream *s, ControlMessage *m) {
        for (size_t i = 0; i < ELEMENTSOF(orders); i++)
                if (strcmp(orders[i].type, m->type) == 0)
                        return orders[i].after_setup && !s->set_up ? -EBADMSG : orders[i].handle(s, m);
        return -EBADMSG;
}

/* ------------------------------------------------------------------ without stapd */

/* The session either stops with stapd, and we drain it; or a new stapd has taken it over and starts another
 * of us, which waits for our ledger. */
static int on_orphaned(sd_event_source *source, uint64_t usec, void *userdata) {
        Stream *s = userdata;
        struct stp_stat stat;
        if (reader_stat(&s->reader, &stat) == 0 && stat.state == STP_STATE_STOPPED) {
                s->going = true;
                finish(s, "daemon-lost", 1, ORPHAN_TIMEOUT_USEC);
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
                r = handle(s, &m);
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
        order_done(&s->order);
        reader_done(&s->reader);
        ledger_close(&s->ledger);
        render_free(s->render);
        manifest_free(s->manifest);
        close_fd(s->reader_fd);
        buf_done(&s->text);
        buf_done(&s->line);
        free(s->result);
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
