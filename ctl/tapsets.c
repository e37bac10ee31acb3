/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ctl/tapsets.h"
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include "base/cleanup.h"
#include "base/fds.h"
#include "base/tree.h"

/* What stapd takes with one script: daemon/manifest/compile-protocol.h. */
#define FILES_MAX 256
#define BYTES_MAX ((size_t) 1 << 20)

static size_t bytes_of(json_object *list) {
        size_t n = 0;
        for (size_t i = 0; i < json_object_array_length(list); i++) {
                json_object *file = json_object_array_get_idx(list, i);
                n += (size_t) json_object_get_string_len(json_object_object_get(file, "text"));
        }
        return n;
}

static int full(void) {
        fprintf(stderr, "stapctl: -I: more than %d files, or %zu KiB, of tapsets\n", FILES_MAX,
                BYTES_MAX >> 10);
        return -E2BIG;
}

static int add_file(void *userdata, const char *path) {
        json_object *list = userdata, *o;
        const char *end = strrchr(path, '.');
        _cleanup_(freep) char *text = NULL;
        size_t len;
        if (!end || (strcmp(end, ".stp") != 0 && strcmp(end, ".stpm") != 0))
                return 0;
        int r = fds_read_file(path, BYTES_MAX, &text, &len);
        bool fits = r >= 0 && len + bytes_of(list) <= BYTES_MAX && json_object_array_length(list) < FILES_MAX;
        if (r == -EFBIG || (r >= 0 && !fits))
                return full();
        if (r < 0) {
                fprintf(stderr, "stapctl: cannot read %s: %s\n", path, strerror(-r));
                return r;
        }
        o = json_object_new_object();
        json_object_object_add(o, "name", json_object_new_string(path));
        json_object_object_add(o, "text", json_object_new_string_len(text, (int) len));
        json_object_array_add(list, o);
        return 0;
}

int tapsets_read(const char *dir, json_object **list) {
        /* What one cannot read is said here, what is wrong with a file there. */
        _cleanup_(closep) int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (fd < 0) {
                int error = errno;
                fprintf(stderr, "stapctl: -I %s: %s\n", dir, strerror(error));
                return -error;
        }
        if (!*list)
                *list = json_object_new_array();
        return tree_foreach_file(dir, add_file, *list);
}
