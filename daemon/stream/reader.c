/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "stream/reader.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include "base/cleanup.h"
#include "manifest/stream-protocol.h"

#define SUBBUFS_MAX 65536
#define SUBBUF_MAX (64u << 20) /* bytes */

/* ------------------------------------------------------------------ the kernel's */

static int fd_of(void *userdata) {
        return (int) (intptr_t) userdata;
}

static int kernel_flush(void *userdata, uint64_t *ret_until) {
        __u64 until = 0;
        if (ioctl(fd_of(userdata), STP_IOC_FLUSH, &until) < 0)
                return -errno;
        *ret_until = until;
        return 0;
}

static int kernel_get(void *userdata, struct stp_get *get) {
        return ioctl(fd_of(userdata), STP_IOC_GET, get) < 0 ? -errno : 0;
}

static int kernel_put(void *userdata, unsigned cpu) {
        return ioctl(fd_of(userdata), STP_IOC_PUT, (unsigned long) cpu) < 0 ? -errno : 0;
}

static int kernel_stat(void *userdata, struct stp_stat *ret) {
        return ioctl(fd_of(userdata), STP_IOC_STAT, ret) < 0 ? -errno : 0;
}

static int kernel_map(void *userdata, unsigned cpu, size_t size, const uint8_t **ret) {
        _cleanup_(closep) int fd = ioctl(fd_of(userdata), STP_IOC_BUFFER, (unsigned long) cpu);
        if (fd < 0)
                return errno == ENOENT || errno == ENXIO || errno == EINVAL ? -ENODEV : -errno;
        void *p = mmap(NULL, size, PROT_READ, MAP_SHARED, fd, 0);
        if (p == MAP_FAILED)
                return -errno;
        *ret = p;
        return 0;
}

const ReaderOps reader_kernel_ops = {
        .flush = kernel_flush,
        .get = kernel_get,
        .put = kernel_put,
        .stat = kernel_stat,
        .map = kernel_map,
};

/* ------------------------------------------------------------------ any */

static size_t map_size(const Reader *r) {
        return r->subbuf_size * r->n_subbufs;
}

int reader_map_missing(Reader *r) {
        for (unsigned cpu = 0; cpu < r->n_cpus && r->n_missing > 0; cpu++) {
                if (r->maps[cpu])
                        continue;
                int k = r->ops->map(r->userdata, cpu, map_size(r), &r->maps[cpu]);
                if (k == 0)
                        r->n_missing--;
                else if (k != -ENODEV)
                        return k;
        }
        return 0;
}

int reader_init(Reader *r, const ReaderOps *ops, void *userdata, bool overwrites) {
        *r = (Reader) { .ops = ops, .userdata = userdata, .overwrites = overwrites };
        struct stp_stat stat = {};
        int k = ops->stat(userdata, &stat);
        if (k < 0)
                return k;
        if (stat.n_cpus == 0 || stat.n_cpus > STREAM_CPUS_MAX || stat.n_subbufs == 0 ||
            stat.n_subbufs > SUBBUFS_MAX || stat.subbuf_size < sizeof(struct stp_subbuf_header) ||
            stat.subbuf_size > SUBBUF_MAX || stat.subbuf_size % 8 != 0)
                return -EBADMSG;
        r->maps = calloc(stat.n_cpus, sizeof(*r->maps));
        r->copies = calloc(stat.n_cpus, sizeof(*r->copies));
        if (!r->maps || !r->copies) {
                reader_done(r);
                return -ENOMEM;
        }
        r->n_cpus = r->n_missing = stat.n_cpus;
        r->n_subbufs = stat.n_subbufs;
        r->subbuf_size = stat.subbuf_size;
        k = reader_map_missing(r);
        if (k < 0)
                reader_done(r);
        return k;
}

void reader_done(Reader *r) {
        for (unsigned cpu = 0; r->maps && cpu < r->n_cpus; cpu++)
                if (r->maps[cpu])
                        munmap((void *) r->maps[cpu], map_size(r));
        for (unsigned cpu = 0; r->copies && cpu < r->n_cpus; cpu++)
                free(r->copies[cpu]);
        free(r->maps);
        free(r->copies);
        r->maps = NULL;
        r->copies = NULL;
}

static int get(Reader *r, unsigned cpu, const uint8_t **ret, size_t *ret_bytes) {
        if (!r->maps[cpu])
                return 0;
        struct stp_get next = { .cpu = cpu };
        int k = r->ops->get(r->userdata, &next);
        if (k < 0)
                return k;
        if (next.ready == 0)
                return 0;
        bool sane = next.index < r->n_subbufs && next.bytes <= r->subbuf_size;
        *ret = r->maps[cpu] + (sane ? next.index * r->subbuf_size : 0);
        *ret_bytes = sane ? next.bytes : 0;
        return 1;
}

/* A copy is good when its original was still there afterwards. Whoever writes faster than that can be done
 * will have overwritten all that there was. */
static int get_copy(Reader *r, unsigned cpu, const uint8_t **ret, size_t *ret_bytes) {
        if (!r->copies[cpu])
                r->copies[cpu] = malloc(r->subbuf_size);
        if (!r->copies[cpu])
                return -ENOMEM;
        for (unsigned i = 0; i < r->n_subbufs; i++) {
                int k = get(r, cpu, ret, ret_bytes);
                if (k <= 0)
                        return k;
                memcpy(r->copies[cpu], *ret, *ret_bytes);
                *ret = r->copies[cpu];
                k = r->ops->put(r->userdata, cpu);
                if (k != -ESTALE)
                        return k < 0 ? k : 1;
        }
        return 0;
}

int reader_get(Reader *r, unsigned cpu, const uint8_t **ret, size_t *ret_bytes) {
        return r->overwrites ? get_copy(r, cpu, ret, ret_bytes) : get(r, cpu, ret, ret_bytes);
}

int reader_put(Reader *r, unsigned cpu) {
        return r->overwrites ? 0 : r->ops->put(r->userdata, cpu);
}

int reader_flush(Reader *r, uint64_t *ret_until) {
        return r->ops->flush(r->userdata, ret_until);
}

int reader_stat(Reader *r, struct stp_stat *ret) {
        *ret = (struct stp_stat) {};
        return r->ops->stat(r->userdata, ret);
}
