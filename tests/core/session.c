/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
#include "session.h"
#include "tap.h"

const char *module_dir = ".";

double now(void) {
        struct timespec t;

        clock_gettime(CLOCK_MONOTONIC, &t);
        return t.tv_sec + t.tv_nsec / 1e9;
}

int module_load(const char *name) {
        char path[512];
        int fd, r;

        snprintf(path, sizeof(path), "%s/%s.ko", module_dir, name);
        fd = open(path, O_RDONLY | O_CLOEXEC);
        if (fd < 0)
                return -errno;
        r = syscall(SYS_finit_module, fd, "", 0) < 0 ? -errno : 0;
        close(fd);
        return r;
}

int module_unload(const char *name) {
        return syscall(SYS_delete_module, name, O_NONBLOCK) < 0 ? -errno : 0;
}

int module_unload_wait(const char *name) {
        double end = now() + 3;
        int r;

        while ((r = module_unload(name)) == -EWOULDBLOCK && now() < end)
                usleep(2000);
        return r;
}

int device_open(void) {
        int fd = open(STP_DEVICE, O_RDWR | O_CLOEXEC);

        return fd < 0 ? -errno : fd;
}

int session_open(Session *s, const char *name, unsigned subbuf_size, unsigned n_subbufs, unsigned flags) {
        return session_open_with(s, name, (struct stp_open) { .subbuf_size = subbuf_size, .n_subbufs = n_subbufs,
                                                              .flags = flags, .target = getpid() });
}

int session_open_with(Session *s, const char *name, struct stp_open o) {
        int device = device_open();

        memset(s, 0, sizeof(*s));
        s->fd = s->reader = -1;
        if (device < 0)
                return device;
        snprintf(o.name, sizeof(o.name), "%s", name);
        snprintf(s->name, sizeof(s->name), "%s", name);
        s->fd = ioctl(device, STP_IOC_OPEN, &o);
        if (s->fd < 0)
                s->fd = -errno;
        close(device);
        return s->fd;
}

int reader_open(Session *s) {
        struct stp_stat st = session_stat(s);
        unsigned cpu;

        s->reader = ioctl(s->fd, STP_IOC_READER);
        if (s->reader < 0)
                return -errno;
        s->n_cpus = st.n_cpus < MAX_CPUS ? st.n_cpus : MAX_CPUS;
        s->subbuf_size = st.subbuf_size;
        s->n_subbufs = st.n_subbufs;
        for (cpu = 0; cpu < s->n_cpus; cpu++) {
                int fd = ioctl(s->reader, STP_IOC_BUFFER, (long) cpu);
                void *map;

                s->map[cpu] = NULL;
                if (fd < 0)
                        continue;
                map = mmap(NULL, (size_t) s->subbuf_size * s->n_subbufs, PROT_READ, MAP_SHARED, fd, 0);
                close(fd);
                if (map == MAP_FAILED)
                        return -errno;
                s->map[cpu] = map;
        }
        return 0;
}

int session_load(Session *s, const char *name, unsigned subbuf_size, unsigned n_subbufs) {
        int r = session_open(s, name, subbuf_size, n_subbufs, 0);

        if (r < 0)
                return r;
        r = module_load(name);
        if (r < 0)
                return r;
        return reader_open(s);
}

struct stp_stat session_stat(Session *s) {
        struct stp_stat st = { 0 };

        if (ioctl(s->fd >= 0 ? s->fd : s->reader, STP_IOC_STAT, &st) < 0)
                perror("STAT");
        return st;
}

/* The state's poll is what is waited for: a missed wake-up is a failed test. */
int session_wait(Session *s, unsigned state, double seconds) {
        double end = now() + seconds;
        struct pollfd p = { .fd = s->fd >= 0 ? s->fd : s->reader, .events = POLLIN };

        while (session_stat(s).state < state) {
                double left = end - now();

                if (left <= 0 || poll(&p, 1, (int) (left * 1000) + 1) < 0)
                        return -ETIME;
        }
        return 0;
}

int session_start(Session *s) {
        if (ioctl(s->fd, STP_IOC_START) < 0)
                return -errno;
        return session_wait(s, STP_STATE_RUNNING, 10);
}

int session_stop(Session *s) {
        if (ioctl(s->fd, STP_IOC_STOP) < 0)
                return -errno;
        return session_wait(s, STP_STATE_STOPPED, 10);
}

static void record(Session *s, const struct stp_record *r) {
        const int64_t *v = (const int64_t *) (r + 1);
        unsigned i, n = (r->len - sizeof(*r)) / 8;

        if (r->time < s->flushed)
                s->early++;
        s->all++;
        if (r->kind == STP_RECORD_ERROR) {
                if (!s->errors++)
                        snprintf(s->first_error, sizeof(s->first_error), "%.*s", *(const int *) v,
                                 (const char *) v + 4);
                return;
        }
        if (r->kind != STP_RECORD_PRINT || r->id >= F_MAX || n > 3) {
                s->bad++;
                return;
        }
        s->records[r->id]++;
        if (r->id == F_BEGIN)
                s->begin_time[v[0] & 3] = r->time;
        else if (!s->first_time || r->time < s->first_time)
                s->first_time = r->time;
        for (i = 0; i < n; i++)
                s->last[r->id][i] = v[i];
        if (s->on_record)
                s->on_record(s, r, v);
}

/* Checks what the header promises: no sub-buffer is missing, and how many records came before and were
 * lost. */
static void subbuf(Session *s, unsigned cpu, const char *at, unsigned bytes) {
        const struct stp_subbuf_header *h = (const void *) at;
        unsigned offset = sizeof(*h);

	if (bytes < sizeof(*h) || h->magic != STP_SUBBUF_MAGIC || h->version != STP_ABI_VERSION ||
	    h->cpu != cpu || h->seq != s->next_seq[cpu] || h->records != s->seen[cpu] ||
	    h->lost < s->lost[cpu])
		s->bad++;
        s->next_seq[cpu] = h->seq + 1;
        s->lost[cpu] = h->lost;
        while (offset < bytes) {
                const struct stp_record *r = (const void *) (at + offset);

                if (r->len < sizeof(*r) || r->len % 8 || r->len > bytes - offset) {
                        s->bad++;
                        return;
                }
                record(s, r);
                s->seen[cpu]++;
                offset += r->len;
        }
}

unsigned reader_drain(Session *s) {
        unsigned cpu, n = 0;

        for (cpu = 0; cpu < s->n_cpus; cpu++)
                while (s->map[cpu]) {
                        struct stp_get g = { .cpu = cpu };

                        if (ioctl(s->reader, STP_IOC_GET, &g) < 0) {
                                s->bad++;
                                break;
                        }
                        if (!g.ready)
                                break;
                        subbuf(s, cpu, s->map[cpu] + (size_t) g.index * s->subbuf_size, g.bytes);
                        n++;
                        if (ioctl(s->reader, STP_IOC_PUT, (long) cpu) < 0)
                                s->bad++;
                }
        return n;
}

int reader_flush(Session *s, uint64_t *ret_time) {
        __u64 t;

        if (ioctl(s->reader, STP_IOC_FLUSH, &t) < 0)
                return -errno;
        *ret_time = t;
        return 0;
}

void reader_finish(Session *s) {
        uint64_t t;

        check(reader_flush(s, &t) == 0, "flush");
        reader_drain(s);
}

void reader_close(Session *s) {
        unsigned cpu;

        for (cpu = 0; cpu < s->n_cpus; cpu++)
                if (s->map[cpu])
                        munmap((void *) s->map[cpu], (size_t) s->subbuf_size * s->n_subbufs);
        if (s->reader >= 0)
                close(s->reader);
        s->reader = -1;
        s->n_cpus = 0;
}

void session_close(Session *s) {
        int r;

        reader_close(s);
        if (s->fd >= 0)
                close(s->fd);
        r = module_unload_wait(s->name);
        check(r == 0, "the module is removable (%s)", r ? strerror(-r) : "it was");
}
