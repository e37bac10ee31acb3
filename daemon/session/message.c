/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "session/message.h"
#include <errno.h>
#include <string.h>
#include <unistd.h>
#include "base/cleanup.h"
#include "base/fds.h"
#include "manifest/compile-protocol.h"

#define MESSAGE_SIZE (128u << 10) /* larger messages come as memory files */

const char *message_text(json_object *o, const char *key) {
        json_object *v;
        if (!o || !json_object_object_get_ex(o, key, &v) || !json_object_is_type(v, json_type_string))
                return NULL;
        return json_object_get_string(v);
}

static json_object *parse(const char *text, size_t len) {
        json_tokener *t = json_tokener_new_ex(32);
        if (!t)
                return NULL;
        json_object *o = json_tokener_parse_ex(t, text, (int) len);
        json_tokener_free(t);
        if (o && !json_object_is_type(o, json_type_object)) {
                json_object_put(o);
                return NULL;
        }
        return o;
}

static json_object *parse_large(int fd) {
        _cleanup_(freep) char *text = NULL;
        size_t len;
        if (fds_is_sealed(fd) <= 0 || fds_read_all(fd, COMPILE_MESSAGE_MAX, &text, &len) < 0)
                return NULL;
        return parse(text, len);
}

int message_receive(int socket, json_object **ret, int *ret_fd) {
        static char buffer[MESSAGE_SIZE]; /* one thread, and nothing is kept in it */
        int fds[2];
        size_t n_fds = ELEMENTSOF(fds);
        ssize_t n = fds_recv(socket, buffer, sizeof(buffer), fds, &n_fds);
        if (n <= 0)
                return (int) n;
        json_object *o = parse(buffer, (size_t) n), *large;
        size_t used = 0;
        if (o && json_object_object_get_ex(o, "large", &large) && n_fds > 0) {
                json_object_put(o);
                o = parse_large(fds[0]);
                close(fds[0]);
                used = 1;
        }
        *ret_fd = n_fds > used ? fds[used] : -1;
        for (size_t i = used + 1; i < n_fds; i++)
                close(fds[i]);
        if (!o) {
                *ret_fd = close_fd(*ret_fd);
                return -EBADMSG;
        }
        *ret = o;
        return 1;
}

int message_send(int socket, json_object *o, const int *fds, size_t n_fds) {
        size_t len;
        const char *text = json_object_to_json_string_length(o, JSON_C_TO_STRING_PLAIN, &len);
        if (!text)
                return -ENOMEM;
        if (len < MESSAGE_SIZE)
                return fds_send(socket, text, len, fds, n_fds);

        _cleanup_(closep) int large = fds_new_sealed("stapd-message", text, len);
        if (large < 0)
                return large;
        int with[4] = { large };
        if (n_fds + 1 > ELEMENTSOF(with))
                return -E2BIG;
        memcpy(with + 1, fds, n_fds * sizeof(int));
        static const char marker[] = "{\"large\":true}";
        return fds_send(socket, marker, sizeof(marker) - 1, with, n_fds + 1);
}
