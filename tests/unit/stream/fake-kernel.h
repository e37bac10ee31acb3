/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * The buffers of a session without a kernel, in memory that is shared over fork(): a test writes records,
 * the stream in a child process reads them through fake_ops. Nothing of it is locked but where fake_lock()
 * is taken.
 */
#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>
#include "stream/reader.h"

#define FAKE_CPUS_MAX 8
#define FAKE_SUBBUFS_MAX 2048

typedef struct FakeCpu {
        uint64_t produced, consumed, seq, lost, records;
        uint32_t offset; /* in the sub-buffer that is being written; 0: none is open */
        uint32_t bytes[FAKE_SUBBUFS_MAX];
        size_t start;    /* of its buffer in `data` */
} FakeCpu;

typedef struct FakeKernel {
        pthread_mutex_t mutex;
        unsigned n_cpus, n_subbufs;
        size_t subbuf_size;
        uint32_t state;
        uint64_t looks, lost_nmi; /* FLUSHes so far */
        bool overwrites;          /* a flight recorder */
        unsigned stale;           /* so many PUTs more come too late for it */
        int64_t realtime;         /* ns by which somebody has set the clock */
        int event;       /* readable: there is something new */
        FakeCpu cpus[FAKE_CPUS_MAX];
        uint8_t data[] __attribute__((aligned(4096)));
} FakeKernel;

static inline uint64_t fake_now(void) {
        struct timespec t;
        clock_gettime(CLOCK_BOOTTIME, &t);
        return (uint64_t) t.tv_sec * 1000000000u + (uint64_t) t.tv_nsec;
}

static inline size_t fake_size(unsigned n_cpus, unsigned n_subbufs, size_t subbuf_size) {
        return sizeof(FakeKernel) + n_cpus * n_subbufs * subbuf_size + 4096;
}

static inline FakeKernel *fake_new(unsigned n_cpus, unsigned n_subbufs, size_t subbuf_size) {
        FakeKernel *k = mmap(NULL, fake_size(n_cpus, n_subbufs, subbuf_size), PROT_READ | PROT_WRITE,
                             MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        if (k == MAP_FAILED)
                abort();
        pthread_mutexattr_t shared;
        pthread_mutexattr_init(&shared);
        pthread_mutexattr_setpshared(&shared, PTHREAD_PROCESS_SHARED);
        pthread_mutexattr_setrobust(&shared, PTHREAD_MUTEX_ROBUST);
        pthread_mutex_init(&k->mutex, &shared);
        k->n_cpus = n_cpus;
        k->n_subbufs = n_subbufs;
        k->subbuf_size = subbuf_size;
        k->state = STP_STATE_RUNNING;
        k->event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
        for (unsigned i = 0; i < n_cpus; i++)
                k->cpus[i].start = i * n_subbufs * subbuf_size;
        return k;
}

static inline void fake_free(FakeKernel *k) {
        close(k->event);
        munmap(k, fake_size(k->n_cpus, k->n_subbufs, k->subbuf_size));
}

static inline void fake_lock(FakeKernel *k) {
        if (pthread_mutex_lock(&k->mutex) == EOWNERDEAD)
                pthread_mutex_consistent(&k->mutex);
}

static inline void fake_unlock(FakeKernel *k) {
        pthread_mutex_unlock(&k->mutex);
}

static inline uint8_t *fake_subbuf(FakeKernel *k, unsigned cpu, uint64_t n) {
        return k->data + k->cpus[cpu].start + n % k->n_subbufs * k->subbuf_size;
}

static inline void fake_close_subbuf(FakeKernel *k, unsigned cpu) {
        FakeCpu *c = &k->cpus[cpu];
        if (c->offset == 0)
                return;
        c->bytes[c->produced % k->n_subbufs] = c->offset;
        c->offset = 0;
        __atomic_store_n(&c->produced, c->produced + 1, __ATOMIC_RELEASE);
}

static inline bool fake_open_subbuf(FakeKernel *k, unsigned cpu) {
        FakeCpu *c = &k->cpus[cpu];
        if (!k->overwrites && c->produced - __atomic_load_n(&c->consumed, __ATOMIC_ACQUIRE) >= k->n_subbufs)
                return false;
        struct stp_subbuf_header h = {
                .magic = STP_SUBBUF_MAGIC, .version = STP_ABI_VERSION, .cpu = (uint16_t) cpu,
                .seq = c->seq++, .lost = c->lost, .records = c->records,
        };
        memcpy(fake_subbuf(k, cpu, c->produced), &h, sizeof(h));
        c->offset = sizeof(h);
        return true;
}

/* Where a record with a payload of `len` bytes (a multiple of 8) goes; NULL: there was no room. */
static inline uint8_t *fake_record(FakeKernel *k, unsigned cpu, struct stp_record r, uint32_t len) {
        FakeCpu *c = &k->cpus[cpu];
        r.len = (uint32_t) sizeof(r) + len;
        if (c->offset && c->offset + r.len > k->subbuf_size)
                fake_close_subbuf(k, cpu);
        if (!c->offset && !fake_open_subbuf(k, cpu)) {
                c->lost++;
                return NULL;
        }
        uint8_t *at = fake_subbuf(k, cpu, c->produced) + c->offset;
        memcpy(at, &r, sizeof(r));
        memset(at + sizeof(r), 0, len);
        c->offset += r.len;
        c->records++;
        return at + sizeof(r);
}

/* A PRINT of format `id` with a string and a long, as "%s %d\n" takes them. */
static inline bool fake_print(FakeKernel *k, unsigned cpu, uint64_t time, uint32_t id, const char *s,
                              int64_t n) {
        uint32_t len = (uint32_t) strlen(s), room = (4 + len + 7) & ~7u;
        uint8_t *p = fake_record(k, cpu, (struct stp_record) {
                .kind = STP_RECORD_PRINT, .id = id, .time = time, .pid = 100, .tid = 101, .uid = 1000,
        }, room + 8);
        if (!p)
                return false;
        memcpy(p, &len, 4);
        memcpy(p + 4, s, len);
        memcpy(p + room, &n, 8);
        return true;
}

static inline bool fake_message(FakeKernel *k, unsigned cpu, uint64_t time, uint16_t kind, const char *s) {
        uint32_t len = (uint32_t) strlen(s);
        uint8_t *p = fake_record(k, cpu, (struct stp_record) { .kind = kind, .time = time }, (4 + len + 7) & ~7u);
        if (!p)
                return false;
        memcpy(p, &len, 4);
        memcpy(p + 4, s, len);
        return true;
}

static inline void fake_wake(FakeKernel *k) {
        uint64_t one = 1;
        if (write(k->event, &one, sizeof(one)) < 0 && errno != EAGAIN)
                abort();
}

/* ------------------------------------------------------------------ what the stream sees */

static inline int fake_op_flush(void *userdata, uint64_t *ret_until) {
        FakeKernel *k = userdata;
        uint64_t seen;
        fake_lock(k);
        if (read(k->event, &seen, sizeof(seen)) < 0 && errno != EAGAIN)
                abort();
        for (unsigned i = 0; i < k->n_cpus; i++)
                fake_close_subbuf(k, i);
        k->looks++;
        *ret_until = fake_now();
        fake_unlock(k);
        return 0;
}

static inline int fake_op_get(void *userdata, struct stp_get *get) {
        FakeKernel *k = userdata;
        FakeCpu *c = &k->cpus[get->cpu];
        uint64_t produced = __atomic_load_n(&c->produced, __ATOMIC_ACQUIRE);
        if (k->overwrites && produced - c->consumed > k->n_subbufs - 1)
                c->consumed = produced - (k->n_subbufs - 1);
        get->ready = (uint32_t) (produced - c->consumed);
        get->index = (uint32_t) (c->consumed % k->n_subbufs);
        get->bytes = c->bytes[get->index];
        return 0;
}

static inline int fake_op_put(void *userdata, unsigned cpu) {
        FakeKernel *k = userdata;
        __atomic_add_fetch(&k->cpus[cpu].consumed, 1, __ATOMIC_RELEASE);
        if (k->stale > 0) {
                k->stale--;
                return -ESTALE;
        }
        return 0;
}

static inline int fake_op_stat(void *userdata, struct stp_stat *ret) {
        FakeKernel *k = userdata;
        *ret = (struct stp_stat) {
                .state = k->state, .n_cpus = k->n_cpus, .subbuf_size = (uint32_t) k->subbuf_size,
                .n_subbufs = k->n_subbufs, .lost_nmi = k->lost_nmi,
        };
        for (unsigned i = 0; i < k->n_cpus; i++) {
                ret->lost += k->cpus[i].lost;
                ret->records += k->cpus[i].records;
        }
        return 0;
}

/* A mapping of its own, as the stream will unmap it. */
static inline int fake_op_map(void *userdata, unsigned cpu, size_t size, const uint8_t **ret) {
        FakeKernel *k = userdata;
        void *p = mremap(k->data + k->cpus[cpu].start, 0, size, MREMAP_MAYMOVE);
        if (p == MAP_FAILED)
                return -errno;
        *ret = p;
        return 0;
}

static inline int64_t fake_op_realtime(void *userdata) {
        FakeKernel *k = userdata;
        return __atomic_load_n(&k->realtime, __ATOMIC_ACQUIRE);
}

static const ReaderOps fake_ops = {
        .flush = fake_op_flush, .get = fake_op_get, .put = fake_op_put, .stat = fake_op_stat, .map = fake_op_map,
        .realtime = fake_op_realtime,
};
