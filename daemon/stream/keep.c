/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Entries stand in one piece: one that does not fit before the end of the memory begins at its start, after
 * a filler. The process that finds a ring walks it once and takes nothing on trust; from then on it is the
 * only writer.
 */
#include "stream/keep.h"
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include "base/cleanup.h"

enum { ENTRY_FILLER, ENTRY_LINE, ENTRY_RECORD };

typedef struct Entry {
        uint32_t size, kind; /* bytes with this header, a multiple of 8; a filler has no more than these two */
        uint64_t seq, time_ns;
        int64_t time_usec;
        uint32_t len; /* of what follows */
        uint32_t id, pid, tid, uid, cpu;
        uint16_t record_kind, probe;
} Entry;

#define FILLER_SIZE 8

static Entry entry_at(const Keep *k, uint64_t at) {
        Entry e = {};
        const uint8_t *p = k->data + at % k->capacity;
        size_t left = k->capacity - (size_t) (at % k->capacity);
        memcpy(&e, p, MIN2(left, sizeof(e)));
        return e;
}

/* ------------------------------------------------------------------ opening */

static bool is_sound(const Keep *k, uint64_t at, const Entry *e) {
        size_t left = k->capacity - (size_t) (at % k->capacity);
        if (e->size < FILLER_SIZE || e->size % 8 || e->size > left || e->size > k->head - at)
                return false;
        if (e->kind == ENTRY_FILLER)
                return true;
        return e->kind <= ENTRY_RECORD && e->size >= sizeof(*e) && e->len <= e->size - sizeof(*e) &&
               e->seq > 0;
}

static void give_up(Keep *k) {
        k->first = k->last = 0;
        k->header->tail = k->tail = k->head;
}

/* What another process left. */
static void check(Keep *k) {
        if (k->tail > k->head || k->head - k->tail > k->capacity || k->tail % 8) {
                give_up(k);
                return;
        }
        for (uint64_t at = k->tail; at < k->head;) {
                Entry e = entry_at(k, at);
                bool counts = e.kind != ENTRY_FILLER;
                if (!is_sound(k, at, &e) || (counts && k->last && e.seq != k->last + 1)) {
                        give_up(k);
                        return;
                }
                if (counts && !k->first)
                        k->first = e.seq;
                if (counts)
                        k->last = e.seq;
                at += e.size;
        }
}

int keep_open(Keep *k, int fd, uint64_t head) {
        _cleanup_(closep) int memory = fd;
        struct stat st;
        *k = (Keep) { .head = head };
        if (fstat(memory, &st) < 0)
                return -errno;
        if (st.st_size < (off_t) (KEEP_HEADER_SIZE + STREAM_KEEP_MIN) ||
            st.st_size > (off_t) (KEEP_HEADER_SIZE + STREAM_KEEP_MAX) || head % 8)
                return -EBADMSG;
        k->capacity = ((size_t) st.st_size - KEEP_HEADER_SIZE) & ~(size_t) 7;
        void *p = mmap(NULL, (size_t) st.st_size, PROT_READ | PROT_WRITE, MAP_SHARED, memory, 0);
        if (p == MAP_FAILED)
                return -errno;
        k->header = p;
        k->data = (uint8_t *) p + KEEP_HEADER_SIZE;
        k->tail = k->header->tail;
        check(k);
        return 0;
}

void keep_close(Keep *k) {
        if (k->header)
                munmap(k->header, KEEP_HEADER_SIZE + k->capacity);
        *k = (Keep) {};
}

/* ------------------------------------------------------------------ putting in */

static void evict(Keep *k, uint64_t need) {
        uint64_t tail = k->tail;
        while (k->head + need - tail > k->capacity) {
                Entry e = entry_at(k, tail);
                tail += e.size;
                if (e.kind != ENTRY_FILLER)
                        k->first = e.seq == k->last ? 0 : e.seq + 1;
        }
        k->tail = tail;
        __atomic_store_n(&k->header->tail, tail, __ATOMIC_RELEASE);
}

static void put(Keep *k, const Entry *e, size_t header, const void *data) {
        uint8_t *to = k->data + k->head % k->capacity;
        memcpy(to, e, header);
        if (data)
                memcpy(to + header, data, e->len);
        k->head += e->size;
}

void keep_append(Keep *k, const Kept *kept) {
        const Record *r = &kept->record;
        Entry e = {
                .kind = kept->is_line ? ENTRY_LINE : ENTRY_RECORD, .seq = kept->stamp.seq,
                .time_ns = kept->stamp.time_ns, .time_usec = kept->stamp.time_usec,
                .len = kept->is_line ? (uint32_t) kept->line_len : r->payload_len,
        };
        if (!kept->is_line) {
                e.id = r->id;
                e.pid = r->pid;
                e.tid = r->tid;
                e.uid = r->uid;
                e.cpu = r->cpu;
                e.record_kind = r->kind;
                e.probe = r->probe;
        }
        e.size = (uint32_t) ((sizeof(e) + e.len + 7) & ~7ul);
        size_t left = k->capacity - (size_t) (k->head % k->capacity);
        Entry filler = { .size = e.size > left ? (uint32_t) left : 0, .kind = ENTRY_FILLER };
        if (k->head + filler.size + e.size - k->tail > k->capacity)
                evict(k, (uint64_t) filler.size + e.size);
        if (filler.size > 0)
                put(k, &filler, FILLER_SIZE, NULL);
        put(k, &e, sizeof(e), kept->is_line ? (const void *) kept->line : r->payload);
        k->first = k->first ?: e.seq;
        k->last = e.seq;
}

/* ------------------------------------------------------------------ looking */

uint64_t keep_seek(const Keep *k, uint64_t seq) {
        uint64_t at = k->tail;
        while (at < k->head) {
                Entry e = entry_at(k, at);
                if (e.kind != ENTRY_FILLER && e.seq >= seq)
                        break;
                at += e.size;
        }
        return at;
}

int keep_next(const Keep *k, uint64_t *at, Kept *ret) {
        if (*at < k->tail)
                return -ESTALE;
        Entry e;
        do {
                if (*at >= k->head)
                        return 0;
                e = entry_at(k, *at);
                *at += e.size;
        } while (e.kind == ENTRY_FILLER);
        const uint8_t *data = k->data + (*at - e.size) % k->capacity + sizeof(e);
        *ret = (Kept) {
                .stamp = { .seq = e.seq, .time_ns = e.time_ns, .time_usec = e.time_usec },
                .is_line = e.kind == ENTRY_LINE, .line = (const char *) data, .line_len = e.len,
                .record = {
                        .time = e.time_ns, .id = e.id, .pid = e.pid, .tid = e.tid, .uid = e.uid,
                        .kind = e.record_kind, .probe = e.probe, .cpu = e.cpu, .payload = data, .payload_len = e.len,
                },
        };
        return 1;
}
