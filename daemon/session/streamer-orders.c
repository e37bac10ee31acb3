/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What stapd tells the process of a stream. */
#include "session/streamer-private.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "base/cleanup.h"
#include "base/fds.h"

json_object *streamer_order(const char *type) {
        json_object *o = json_object_new_object();
        json_object_object_add(o, "type", json_object_new_string(type));
        return o;
}

int streamer_send(Streamer *s, json_object *o, const int *fds, size_t n_fds) {
        size_t len;
        const char *text = json_object_to_json_string_length(o, JSON_C_TO_STRING_PLAIN, &len);
        int r = !text ? -ENOMEM : s->socket < 0 ? -ENOTCONN : fds_send(s->socket, text, len, fds, n_fds);
        json_object_put(o);
        return r;
}

static int send_setup(Streamer *s) {
        json_object *o = streamer_order("setup");
        json_object_object_add(o, "session", json_object_new_string(s->session));
        json_object_object_add(o, "name", json_object_new_string(s->name));
        json_object_object_add(o, "owner", json_object_new_int64(s->options.owner));
        json_object_object_add(o, "manifest", json_object_new_string("module"));
        if (s->options.mask)
                json_object_object_add(o, "mask", json_object_get(s->options.mask));
        json_object_object_add(o, "consume", json_object_new_boolean(s->options.consume));
        json_object_object_add(o, "flight", json_object_new_boolean(s->options.flight));
        int fds[] = { s->reader_fd, s->ledger_fd, s->module_fd, s->keep_fd };
        return streamer_send(s, o, fds, ELEMENTSOF(fds));
}

int streamer_send_reader(Streamer *s, const Reader *reader) {
        json_object *o = streamer_order("reader");
        json_object_object_add(o, "id", json_object_new_int64(reader->id));
        const StreamerReader *r = &reader->options;
        json_object_object_add(o, "format", json_object_new_string(r->format));
        json_object_object_add(o, "overflow", json_object_new_string(r->overflow));
        json_object_object_add(o, "from", json_object_new_string(r->from ?: "now"));
        json_object_object_add(o, "number", json_object_new_int64((int64_t) r->number));
        json_object_object_add(o, "follow", json_object_new_boolean(!r->no_follow));
        json_object_object_add(o, "cursors", json_object_new_boolean(r->cursors));
        json_object_object_add(o, "withText", json_object_new_boolean(r->with_text));
        json_object_object_add(o, "compress", json_object_new_boolean(r->compress));
        json_object_object_add(o, "segmentBytes", json_object_new_int64((int64_t) r->segment_bytes));
        json_object_object_add(o, "segmentUSec", json_object_new_int64((int64_t) r->segment_usec));
        json_object_object_add(o, "minFreeBytes", json_object_new_int64((int64_t) r->min_free_bytes));
        json_object_object_add(o, "maxBytes", json_object_new_int64((int64_t) r->max_bytes));
        int fds[] = { reader->fd, reader->queue[0], reader->queue[1], reader->queue[2] };
        return streamer_send(s, o, fds, ELEMENTSOF(fds));
}

static int send_finish(Streamer *s) {
        json_object *o = streamer_order("finish");
        json_object_object_add(o, "result", json_object_new_string(s->result));
        json_object_object_add(o, "exitStatus", json_object_new_int(s->exit_status));
        json_object_object_add(o, "timeoutMs", json_object_new_int64(s->timeout_ms));
        return streamer_send(s, o, NULL, 0);
}

int streamer_send_all(Streamer *s) {
        int r = send_setup(s);
        for (Reader *reader = s->readers; r >= 0 && reader; reader = reader->next)
                r = streamer_send_reader(s, reader);
        if (r >= 0 && s->going)
                r = streamer_send(s, streamer_order("go"), NULL, 0);
        if (r >= 0 && s->finishing)
                r = send_finish(s);
        return r;
}

int streamer_rotate(Streamer *s) {
        return streamer_send(s, streamer_order("rotate"), NULL, 0);
}

int streamer_set_state(Streamer *s, const char *state, const char *result) {
        json_object *o = streamer_order("state");
        json_object_object_add(o, "state", json_object_new_string(state));
        json_object_object_add(o, "result", result ? json_object_new_string(result) : NULL);
        return streamer_send(s, o, NULL, 0);
}

int streamer_go(Streamer *s) {
        s->going = true;
        return streamer_send(s, streamer_order("go"), NULL, 0);
}

int streamer_finish(Streamer *s, const char *result, int exit_status, unsigned timeout_ms) {
        free(s->result);
        s->result = strdup(result);
        if (!s->result)
                return -ENOMEM;
        s->finishing = true;
        s->exit_status = exit_status;
        s->timeout_ms = timeout_ms;
        return send_finish(s);
}
