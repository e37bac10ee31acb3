/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * stapd's orders, one handler each. The order of things over a session: setup, readers, go; more readers
 * come and leave; finish: the kernel side has stopped, so the buffers are drained, the last record is put,
 * and when the last reader has got everything, the process ends.
 */
#include <errno.h>
#include <string.h>
#include "base/fault.h"
#include "base/fds.h"
#include "manifest/stream-protocol.h"
#include "stream/stream-private.h"

/* ------------------------------------------------------------------ setup */

static int read_manifest(Stream *s, const ControlMessage *m, const char **error) {
        const char *kind = control_string(m, "manifest");
        *error = "the setup does not say where the manifest is";
        if (!kind || m->n_fds < 4)
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

/* NULL where there is none. */
static void read_id(const char *path, char **ret) {
        if (fds_read_file(path, 64, ret, NULL) == 0)
                (*ret)[strcspn(*ret, "\n")] = 0;
}

#define MASK_MAX 64

/* The texts live as long as the message. */
static unsigned read_mask(const ControlMessage *m, const char *ret[static MASK_MAX]) {
        json_object *list = NULL;
        unsigned n = 0;
        if (!json_object_object_get_ex(m->json, "mask", &list) || !json_object_is_type(list, json_type_array))
                return 0;
        for (size_t i = 0; i < json_object_array_length(list) && n < MASK_MAX; i++) {
                const char *name = json_object_get_string(json_object_array_get_idx(list, i));
                if (name)
                        ret[n++] = name;
        }
        return n;
}

static int make_render(Stream *s, const ControlMessage *m) {
        json_object *list = NULL;
        _cleanup_(freep) char *machine_id = NULL;
        const char *args[1000], *mask[MASK_MAX];
        RenderSession session = {
                .id = control_string(m, "session") ?: "", .name = control_string(m, "name"), .args = args,
                .owner = (uint32_t) control_int(m, "owner", 0),
        };
        if (json_object_object_get_ex(m->json, "args", &list) && json_object_is_type(list, json_type_array))
                for (size_t i = 0; i < json_object_array_length(list) && i < ELEMENTSOF(args); i++) {
                        const char *arg = json_object_get_string(json_object_array_get_idx(list, i));
                        args[session.n_args++] = arg ? arg : "";
                }
        session.mask = mask;
        session.n_mask = read_mask(m, mask);
        read_id("/proc/sys/kernel/random/boot_id", &s->boot_id);
        read_id("/etc/machine-id", &machine_id);
        session.boot_id = s->boot_id;
        session.machine_id = machine_id;
        s->session_id = strdup(session.id);
        if (!s->session_id)
                return -ENOMEM;
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
        const ReaderOps *ops = s->ops ?: &reader_kernel_ops;
        void *userdata = s->ops ? s->ops_userdata : (void *) (intptr_t) s->reader_fd;
        r = reader_init(&s->reader, ops, userdata, control_flag(m, "flight"));
        if (r < 0)
                return r;
        *error = "the ledger cannot be used";
        r = ledger_open(&s->ledger, TAKE_FD(m->fds[1]));
        if (r < 0)
                return r;
        s->ledger.n_cpus = s->reader.n_cpus;
        *error = "the ring of recent records cannot be used";
        r = keep_open(&s->keep, TAKE_FD(m->fds[3]), s->ledger.now->keep_head);
        if (r < 0)
                return r;
        *error = "no memory";
        r = order_init(&s->order, &s->reader, s->ledger.now, on_before_put, s);
        if (r < 0)
                return r;
        r = stream_make_fanout(s);
        return r < 0 ? r : pump_watch(s);
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
        s->consume = control_flag(m, "consume");
        s->heartbeat_usec = (uint64_t) control_int(m, "heartbeatUSec", 0);
        clock_look(s);
        return control_send_ready(s->control, s->reader.n_cpus - s->reader.n_missing);
}

/* ------------------------------------------------------------------ orders */

/* Until the first reader is there, records wait in the kernel; a flight recorder's while none follows. */
static int start_when_read(Stream *s) {
        LedgerState *now = s->ledger.now;
        bool wanted = s->reader.overwrites ? pump_is_wanted(s) :
                      s->consume || s->finishing || now->started || fanout_count(s->fanout) > 0;
        if (!s->going || !wanted)
                return 0;
        bool first = !now->started;
        now->started = 1;
        pump_commit(s);
        fanout_flush(s->fanout);
        int enabled;
        bool idle = sd_event_source_get_enabled(s->timer, &enabled) == 0 && s->window == 0;
        return first || idle || s->reader.overwrites ? pump_start(s) : 0;
}

static uint64_t control_size(const ControlMessage *m, const char *key) {
        return (uint64_t) MAX2(control_int(m, key, 0), (int64_t) 0);
}

static int read_reader(const ControlMessage *m, ReaderOptions *ret) {
        const char *from = control_string(m, "from");
        int64_t id = control_int(m, "id", -1), number = control_int(m, "number", 0);
        OutputFormat format = output_format_from_string(control_string(m, "format"));
        Overflow overflow = overflow_from_string(control_string(m, "overflow"));
        From first = from ? from_from_string(from) : FROM_NOW;
        if (format < 0 || overflow < 0 || first < 0 || id < 0 || id > UINT32_MAX || number < 0)
                return -EBADMSG;
        *ret = (ReaderOptions) {
                .id = (uint32_t) id, .format = format, .overflow = overflow, .from = first, .number = (uint64_t) number,
                .follow = !control_has(m, "follow") || control_flag(m, "follow"),
                .cursors = control_flag(m, "cursors"), .with_text = control_flag(m, "withText"),
                .record = {
                        .compress = control_flag(m, "compress"), .segment_bytes = control_size(m, "segmentBytes"),
                        .segment_usec = control_size(m, "segmentUSec"), .max_bytes = control_size(m, "maxBytes"),
                        .min_free_bytes = control_size(m, "minFreeBytes"),
                },
        };
        return 0;
}

static int on_reader(Stream *s, ControlMessage *m) {
        ReaderOptions o;
        if (read_reader(m, &o) < 0 || m->n_fds != 1 + STREAM_QUEUE_FDS)
                return -EBADMSG;
        int queue[STREAM_QUEUE_FDS];
        for (unsigned i = 0; i < STREAM_QUEUE_FDS; i++)
                queue[i] = TAKE_FD(m->fds[1 + i]);
        /* What a flight recorder has is to it what happened before it came. */
        if (s->reader.overwrites && s->going && o.from != FROM_END)
                pump_catch_up(s);
        int r = fanout_add(s->fanout, &o, TAKE_FD(m->fds[0]), queue);
        if (r < 0)
                return control_send_reader(s->control, o.id, "failed", -r, 0);
        if (o.format == OUTPUT_JSON || o.format == OUTPUT_JSON_SEQ)
                (void) emit_watch(s);
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

static int on_rotate(Stream *s, ControlMessage *m) {
        fanout_rotate(s->fanout);
        return 0;
}

static int on_stats(Stream *s, ControlMessage *m) {
        ControlCounts c = stream_counts(s);
        return control_send_stats(s->control, &c);
}

static int on_detach(Stream *s, ControlMessage *m) {
        fanout_detach(s->fanout, (uint32_t) control_int(m, "id", -1));
        return 0;
}

static int on_finish(Stream *s, ControlMessage *m) {
        const char *result = control_string(m, "result");
        s->going = true;
        stream_finish(s, result ? result : "stop", (int) control_int(m, "exitStatus", 0),
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
        { "rotate", true, on_rotate },
        { "stats", true, on_stats },
        { "detach", true, on_detach },
        { "finish", false, on_finish },
};

/* As fault points they are "stream-setup", "stream-reader" ... */
static int obey(Stream *s, ControlMessage *m, const char *type, int (*handle)(Stream *s, ControlMessage *m)) {
        char point[32];
        snprintf(point, sizeof(point), "stream-%s", type);
        int r = handle(s, m);
        return r < 0 ? r : fault(point);
}

int stream_obey(Stream *s, ControlMessage *m) {
        for (size_t i = 0; i < ELEMENTSOF(orders); i++)
                if (strcmp(orders[i].type, m->type) == 0)
                        return orders[i].after_setup && !s->set_up
                                ? -EBADMSG : obey(s, m, orders[i].type, orders[i].handle);
        return -EBADMSG;
}
