/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "session/memo.h"
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include "base/cleanup.h"

#define MAGIC 0x4f4d454d /* "MEMO" */
#define PLACE (256u << 10) /* bytes; pages that are not written take no memory */
#define DEPTH_MAX 8

typedef struct Head {
        uint32_t magic, len;
        uint64_t number, sum;
} Head;

static uint64_t sum_of(const char *data, size_t len) {
        uint64_t h = 14695981039346656037ull;
        for (size_t i = 0; i < len; i++)
                h = (h ^ (unsigned char) data[i]) * 1099511628211ull;
        return h;
}

int memo_new(Memo *ret) {
        int fd = memfd_create("stapd-session", MFD_CLOEXEC);
        if (fd < 0)
                return -errno;
        *ret = (Memo) { .fd = fd };
        return 0;
}

void memo_done(Memo *m) {
        m->fd = close_fd(m->fd);
}

int memo_write(Memo *m, json_object *o) {
        size_t len;
        const char *text = json_object_to_json_string_length(o, JSON_C_TO_STRING_PLAIN, &len);
        if (!text || len > PLACE - sizeof(Head))
                return -EFBIG;
        off_t place = (off_t) (++m->number % 2) * PLACE;
        Head head = { .magic = MAGIC, .len = (uint32_t) len, .number = m->number, .sum = sum_of(text, len) };
        Head none = {};
        if (pwrite(m->fd, &none, sizeof(none), place) != sizeof(none) ||
            pwrite(m->fd, text, len, place + (off_t) sizeof(head)) != (ssize_t) len ||
            pwrite(m->fd, &head, sizeof(head), place) != sizeof(head))
                return -errno;
        return 0;
}

/* NULL: not whole. */
static json_object *read_place(int fd, off_t place, uint64_t *ret_number) {
        Head head;
        if (pread(fd, &head, sizeof(head), place) != sizeof(head) || head.magic != MAGIC ||
            head.len > PLACE - sizeof(Head))
                return NULL;
        _cleanup_(freep) char *text = malloc(head.len + 1u);
        if (!text || pread(fd, text, head.len, place + (off_t) sizeof(head)) != (ssize_t) head.len ||
            sum_of(text, head.len) != head.sum)
                return NULL;
        text[head.len] = 0;
        json_tokener *t = json_tokener_new_ex(DEPTH_MAX);
        json_object *o = t ? json_tokener_parse_ex(t, text, (int) head.len) : NULL;
        json_tokener_free(t);
        if (!json_object_is_type(o, json_type_object)) {
                json_object_put(o);
                return NULL;
        }
        *ret_number = head.number;
        return o;
}

int memo_open(int fd, Memo *ret, json_object **ret_object) {
        uint64_t numbers[2] = {};
        json_object *objects[2] = { read_place(fd, 0, &numbers[0]), read_place(fd, PLACE, &numbers[1]) };
        unsigned newest = numbers[1] > numbers[0];
        json_object_put(objects[!newest]);
        if (!objects[newest]) {
                close(fd);
                return -EBADMSG;
        }
        *ret = (Memo) { .fd = fd, .number = numbers[newest] };
        *ret_object = objects[newest];
        return 0;
}
