/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "stream/control.h"
#include <errno.h>
#include <poll.h>
#include <string.h>
#include "base/cleanup.h"
#include "manifest/bytes.h"
#include "manifest/stream-protocol.h"

#define MAX_DEPTH 8

/* ------------------------------------------------------------------ in */

static json_object *parse(const char *data, size_t len) {
        json_tokener *t = json_tokener_new_ex(MAX_DEPTH);
        if (!t)
                return NULL;
        json_tokener_set_flags(t, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
        json_object *o = json_tokener_parse_ex(t, data, (int) len);
        if (o && (json_tokener_get_parse_end(t) != len || !json_object_is_type(o, json_type_object))) {
                json_object_put(o);
                o = NULL;
        }
        json_tokener_free(t);
        return o;
}

int control_receive(int sock, ControlMessage *ret) {
        char data[STREAM_MESSAGE_MAX];
        ControlMessage m = { .n_fds = FDS_MAX };
        ssize_t n = fds_recv(sock, data, sizeof(data), m.fds, &m.n_fds);
        if (n <= 0)
                return n == -ECONNRESET ? 0 : (int) n;
        m.json = parse(data, (size_t) n);
        m.type = m.json ? control_string(&m, "type") : NULL;
        if (!m.type) {
                control_message_done(&m);
                return -EBADMSG;
        }
        *ret = m;
        return 1;
}

void control_message_done(ControlMessage *m) {
        for (size_t i = 0; i < m->n_fds; i++)
                close_fd(m->fds[i]);
        json_object_put(m->json);
        *m = (ControlMessage) {};
}

const char *control_string(const ControlMessage *m, const char *key) {
        json_object *o;
        return json_object_object_get_ex(m->json, key, &o) && json_object_is_type(o, json_type_string) ?
                       json_object_get_string(o) : NULL;
}

bool control_has(const ControlMessage *m, const char *key) {
        return json_object_object_get_ex(m->json, key, NULL);
}

bool control_flag(const ControlMessage *m, const char *key) {
        json_object *o;
        return json_object_object_get_ex(m->json, key, &o) && json_object_get_boolean(o);
}

int64_t control_int(const ControlMessage *m, const char *key, int64_t otherwise) {
        json_object *o;
        return json_object_object_get_ex(m->json, key, &o) && json_object_is_type(o, json_type_int) ?
                       json_object_get_int64(o) : otherwise;
}

/* ------------------------------------------------------------------ out */

static int send_waiting(int sock, Buf *b) {
        int r = b->failed ? -ENOMEM : fds_send(sock, b->data, b->len, NULL, 0);
        while (r == -EAGAIN) {
                struct pollfd p = { .fd = sock, .events = POLLOUT };
                if (poll(&p, 1, -1) < 0 && errno != EINTR)
                        r = -errno;
                else
                        r = fds_send(sock, b->data, b->len, NULL, 0);
        }
        buf_done(b);
        return r == -ECONNRESET ? -EPIPE : r;
}

int control_send_ready(int sock, unsigned cpus) {
        Buf b = BUF_INIT;
        buf_printf(&b, "{\"type\":\"ready\",\"cpus\":%u}", cpus);
        return send_waiting(sock, &b);
}

int control_send_failed(int sock, const char *error) {
        Buf b = BUF_INIT;
        buf_str(&b, "{\"type\":\"failed\",\"error\":");
        bytes_add_json(&b, error, strlen(error));
        buf_char(&b, '}');
        return send_waiting(sock, &b);
}

/* For people: bytes that are no UTF-8 become '?'. */
static void add_readable(Buf *out, const char *text, size_t len) {
        if (bytes_are_utf8(text, len)) {
                bytes_add_json(out, text, len);
                return;
        }
        Buf copy = BUF_INIT;
        buf_add(&copy, text, len);
        for (size_t i = 0; i < copy.len; i++)
                if (copy.data[i] & 0x80)
                        copy.data[i] = '?';
        bytes_add_json(out, copy.data, copy.len);
        buf_done(&copy);
}

int control_send_message(int sock, uint64_t n, const char *severity, const char *text, size_t len) {
        Buf b = BUF_INIT;
        buf_printf(&b,
                   "{\"type\":\"message\",\"n\":%llu,\"severity\":\"%s\",\"text\":", (unsigned long long) n,
                   severity);
        add_readable(&b, text, MIN2(len, (size_t) 8192));
        buf_char(&b, '}');
        return send_waiting(sock, &b);
}

int control_send_reader(int sock, uint32_t id, const char *state, int error, uint64_t lost) {
        Buf b = BUF_INIT;
        const char *text = error > 0 ? strerror(error) : NULL;
        buf_printf(&b, "{\"type\":\"reader\",\"id\":%u,\"state\":\"%s\",\"error\":", id, state);
        if (text)
                bytes_add_json(&b, text, strlen(text));
        else
                buf_str(&b, "null");
        buf_printf(&b, ",\"lost\":%llu}", (unsigned long long) lost);
        return send_waiting(sock, &b);
}

static int send_counts(int sock, const char *type, const ControlCounts *c) {
        Buf b = BUF_INIT;
        buf_printf(&b, "{\"type\":\"%s\",\"records\":%llu,\"lost\":%llu,\"readerLost\":%llu,\"errors\":%llu,"
                       "\"skipped\":%llu,\"bytes\":%llu,\"readers\":%u}",
                   type, (unsigned long long) c->records, (unsigned long long) c->lost,
                   (unsigned long long) c->reader_lost, (unsigned long long) c->errors,
                   (unsigned long long) c->skipped, (unsigned long long) c->bytes, c->readers);
        return send_waiting(sock, &b);
}

int control_send_stats(int sock, const ControlCounts *c) {
        return send_counts(sock, "stats", c);
}

int control_send_done(int sock, const ControlCounts *c) {
        return send_counts(sock, "done", c);
}
