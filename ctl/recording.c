/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ctl/recording.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include "base/cleanup.h"
#include "base/fds.h"
#include "ctl/when.h"

/* ------------------------------------------------------------------ options */

static int parse_size(const char *text, int64_t unit, int64_t *ret, const char **ret_end) {
        static const char units[] = "KMG";
        char *end;
        errno = 0;
        long long n = strtoll(text, &end, 10);
        const char *u = *end && *end != ',' ? strchr(units, *end) : NULL;
        if (u) {
                unit = 1ll << 10 * (u - units + 1);
                end++;
        }
        if (errno || end == text || n <= 0 || n > INT64_MAX / unit)
                return -EINVAL;
        *ret = n * unit;
        *ret_end = end;
        return 0;
}

int read_size(const char *what, const char *text, int64_t unit, int64_t min, int64_t max, int64_t *ret) {
        const char *end;
        int64_t n;
        if (parse_size(text, unit, &n, &end) < 0 || *end || n < min || n > max) {
                fprintf(stderr,
                        "stapctl: %s takes a size such as 512K, 16M or 1G, from %lldK to %lldM, not '%s'\n",
                        what, (long long) min >> 10, (long long) max >> 20, text);
                return -EINVAL;
        }
        *ret = n;
        return 0;
}

static int read_segments(Recording *r, const char *text) {
        const char *end;
        char *last = NULL;
        int64_t n;
        if (parse_size(text, 1 << 20, &n, &end) >= 0 && n >= 4096 && (!*end || *end == ',')) {
                r->segment_bytes = n;
                r->count = *end ? strtol(end + 1, &last, 10) : 0;
                if (!*end || (last > end + 1 && !*last && r->count > 0 && r->count <= 100000))
                        return 1;
        }
        fprintf(stderr,
                "stapctl: -S takes SIZE[,COUNT]: megabytes, or a size such as 512K, of at least 4K, not '%s'\n",
                text);
        return -EINVAL;
}

static int read_every(Recording *r, const char *text) {
        if (when_read_span(text, &r->segment_usec) >= 0 && r->segment_usec >= 1000000)
                return 1;
        fprintf(stderr,
                "stapctl: --rotate-every takes a time of a second or more (30s, 10min, 1h), not '%s'\n",
                text);
        return -EINVAL;
}

int recording_read_option(Recording *r, int c, const char *text) {
        switch (c) {
        case 'S': return read_segments(r, text);
        case OPT_ROTATE_EVERY: return read_every(r, text);
        case OPT_COMPRESS: r->compress = true; return 1;
        case OPT_MIN_FREE:
                return read_size("--min-free", text, 1, 1 << 10, INT64_MAX >> 1, &r->min_free) < 0 ? -EINVAL
                                                                                                   : 1;
        default: return 0;
        }
}

bool recording_is_wanted(const Recording *r) {
        return r->segment_bytes > 0 || r->segment_usec > 0 || r->compress || r->min_free > 0;
}

void recording_done(Recording *r) {
        r->fd = close_fd(r->fd);
        buf_done(&r->in);
}

static void add_number(json_object *o, const char *name, int64_t n) {
        if (n > 0)
                json_object_object_add(o, name, json_object_new_int64(n));
}

void recording_add_parameters(const Recording *r, json_object *p) {
        json_object_object_add(p, "format", json_object_new_string(r->is_text ? "recordText" : "record"));
        json_object_object_add(p, "compress", json_object_new_boolean(r->compress));
        add_number(p, "segmentBytes", r->segment_bytes);
        add_number(p, "segmentCount", r->count);
        add_number(p, "segmentUSec", r->segment_usec);
        add_number(p, "minFreeBytes", r->min_free);
}

/* ------------------------------------------------------------------ files */

/* FILE, or with several FILE.0, FILE.1 ...; compressed ones end with .gz. */
static void file_name(const Recording *r, uint32_t n, char ret[static PATH_MAX]) {
        size_t len = strlen(r->path);
        bool packed = len > 3 && strcmp(r->path + len - 3, ".gz") == 0;
        char number[16] = "";
        if (r->segment_bytes > 0 || r->segment_usec > 0 || n > 0)
                snprintf(number, sizeof(number), ".%u", n);
        snprintf(ret, PATH_MAX, "%.*s%s%s", (int) (r->compress && packed ? len - 3 : len), r->path, number,
                 r->compress ? ".gz" : "");
}

static int open_file(Recording *r, uint32_t n) {
        char name[PATH_MAX];
        if (r->fd >= 0 && r->number == n)
                return 0; /* asked again: the stream was started again */
        file_name(r, n, name);
        int fd = open(name, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
        if (fd < 0) {
                fprintf(stderr, "stapctl: cannot write %s: %s\n", name, strerror(errno));
                return -errno;
        }
        close_fd(r->fd);
        r->fd = fd;
        r->number = n;
        if (r->count > 0 && n >= r->count) {
                file_name(r, n - (uint32_t) r->count, name);
                (void) unlink(name);
        }
        return 0;
}

static int answer(Recording *r, int socket, const char *number) {
        uint32_t n = (uint32_t) strtoul(number, NULL, 10);
        int k = open_file(r, n);
        return k < 0 ? k : fds_send(socket, &n, sizeof(n), &r->fd, 1);
}

static int take_line(Recording *r, int socket, const char *line) {
        if (strncmp(line, "want ", 5) == 0)
                return answer(r, socket, line + 5);
        if (strcmp(line, "full") == 0)
                fputs("WARNING: the recording finds no room; records are lost until there is\n", stderr);
        if (strncmp(line, "failed ", 7) == 0) {
                fprintf(stderr, "stapctl: the recording has ended: %s\n", line + 7);
                r->failed = true;
        }
        return 0;
}

int recording_take(Recording *r, int socket, const char *data, size_t len) {
        buf_add(&r->in, data, len);
        for (char *end; r->in.len > 0 && (end = memchr(r->in.data, '\n', r->in.len));) {
                *end = 0;
                int k = take_line(r, socket, r->in.data);
                if (k < 0)
                        return k;
                buf_consume(&r->in, (size_t) (end + 1 - r->in.data));
        }
        return 0;
}

int recording_serve(Recording *r, int socket) {
        char data[4096];
        ssize_t n = read(socket, data, sizeof(data));
        if (n < 0 && (errno == EINTR || errno == EAGAIN))
                return 1;
        if (n <= 0)
                return r->failed ? -EIO : 0;
        int k = recording_take(r, socket, data, (size_t) n);
        return k < 0 ? k : 1;
}
