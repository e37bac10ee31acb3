/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "compile/message.h"
#include <errno.h>
#include <string.h>
#include "base/cleanup.h"
#include "base/fds.h"
#include "manifest/compile-protocol.h"

/* What fits the other side's buffer and a socket's send buffer in one piece. */
#define DIRECT_MAX (64u << 10)
#define JSON_DEPTH 32
#define MAX_FDS 4

int message_send(int socket, json_object *o, const int *fds, size_t n_fds) {
        size_t len;
        const char *text = json_object_to_json_string_length(o,
                                                             JSON_C_TO_STRING_PLAIN |
                                                                     JSON_C_TO_STRING_NOSLASHESCAPE,
                                                             &len);
        if (!text)
                return -ENOMEM;
        if (len <= DIRECT_MAX)
                return fds_send(socket, text, len, fds, n_fds);
        if (n_fds + 1 > MAX_FDS)
                return -E2BIG;
        _cleanup_(closep) int large = fds_new_sealed("stapd-message", text, len);
        if (large < 0)
                return large;
        int with[MAX_FDS] = { large };
        if (n_fds)
                memcpy(with + 1, fds, n_fds * sizeof(int));
        static const char marker[] = "{\"large\":true}";
        return fds_send(socket, marker, sizeof(marker) - 1, with, n_fds + 1);
}

static json_object *parse_object(const char *text, size_t len) {
        json_tokener *t = json_tokener_new_ex(JSON_DEPTH);
        if (!t)
                return NULL;
        json_object *o = json_tokener_parse_ex(t, text, (int) len);
        json_tokener_free(t);
        if (o && !json_object_is_type(o, json_type_object)) {
                json_object_put(o);
                o = NULL;
        }
        return o;
}

/* {"large": true} with the real message in the first descriptor. */
static json_object *take_large(json_object *o, int *fds, size_t *n) {
        json_object *large;
        _cleanup_(freep) char *text = NULL;
        size_t len;
        if (!o || !json_object_object_get_ex(o, "large", &large) || !json_object_get_boolean(large) ||
            *n == 0)
                return o;
        json_object_put(o);
        _cleanup_(closep) int fd = fds[0];
        (*n)--;
        memmove(fds, fds + 1, *n * sizeof(int));
        if (!fds_is_sealed(fd) || fds_read_all(fd, COMPILE_MESSAGE_MAX, &text, &len) < 0)
                return NULL;
        return parse_object(text, len);
}

int message_receive(int socket, json_object **ret, int *fds, size_t *n_fds) {
        int came[MAX_FDS];
        size_t n = MAX_FDS, room = n_fds ? *n_fds : 0;
        _cleanup_(freep) char *buffer = malloc(COMPILE_MESSAGE_MAX);
        if (!buffer)
                return -ENOMEM;
        ssize_t len = fds_recv(socket, buffer, COMPILE_MESSAGE_MAX, came, &n);
        if (len <= 0)
                return (int) len;
        json_object *o = take_large(parse_object(buffer, (size_t) len), came, &n);
        bool good = o && n <= room;
        for (size_t i = 0; i < n; i++)
                if (good)
                        fds[i] = came[i];
                else
                        close(came[i]);
        if (n_fds)
                *n_fds = good ? n : 0;
        if (!good) {
                json_object_put(o);
                return -EBADMSG;
        }
        *ret = o;
        return 1;
}
