/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "run/leash.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include "base/cleanup.h"

static int call(int fd, unsigned long request, unsigned long arg) {
        int r = ioctl(fd, request, arg);
        return r < 0 ? -errno : r;
}

static int check_version(int device) {
        struct stp_version version;
        int r = call(device, STP_IOC_VERSION, (unsigned long) &version);
        if (r < 0)
                return r == -ENOTTY ? -EPROTO : r;
        return version.abi == STP_ABI_VERSION ? 0 : -EPROTO;
}

int leash_open(Leash *l, const LeashOptions *o) {
        _cleanup_(closep) int device = open(STP_DEVICE, O_RDWR | O_CLOEXEC);
        if (device < 0)
                return errno == ENOENT || errno == ENXIO ? -ENODEV : -errno;
        int r = check_version(device);
        if (r < 0)
                return r;

        struct stp_open request = {
                .subbuf_size = o->subbuf_size,
                .n_subbufs = o->n_subbufs,
                .flags = o->flags,
        };
        if (strlen(o->module) >= sizeof(request.name))
                return -ENAMETOOLONG;
        strcpy(request.name, o->module);
        request.zone_west = o->zone_west;
        request.owner = o->owner;
        request.cpu_percent = o->cpu_percent;
        request.memory = o->memory;
        if (o->zone)
                snprintf(request.zone, sizeof(request.zone), "%.*s", (int) sizeof(request.zone) - 1,
                         o->zone);
        _cleanup_(closep) int fd = call(device, STP_IOC_OPEN, (unsigned long) &request);
        if (fd < 0)
                return fd == -ENOTTY ? -EPROTO : fd;
        _cleanup_(closep) int reader = call(fd, STP_IOC_READER, 0);
        if (reader < 0)
                return reader;

        strcpy(l->module, o->module);
        l->fd = TAKE_FD(fd);
        l->reader_fd = TAKE_FD(reader);
        return 0;
}

void leash_done(Leash *l) {
        l->fd = close_fd(l->fd);
        l->reader_fd = close_fd(l->reader_fd);
}

int leash_set_target(Leash *l, pid_t target) {
        return call(l->fd, STP_IOC_TARGET, (unsigned long) target);
}

int leash_exclude(Leash *l, const pid_t *pids, unsigned n) {
        struct stp_excluded list = { .n = MIN2(n, (unsigned) STP_MAX_EXCLUDED) };
        for (unsigned i = 0; i < list.n; i++)
                list.tgid[i] = pids[i];
        return call(l->fd, STP_IOC_EXCLUDE, (unsigned long) &list);
}

int leash_start(Leash *l) {
        return call(l->fd, STP_IOC_START, 0);
}

int leash_stop(Leash *l) {
        return call(l->fd, STP_IOC_STOP, 0);
}

int leash_stat(const Leash *l, struct stp_stat *ret) {
        return call(l->fd, STP_IOC_STAT, (unsigned long) ret);
}

int leash_buffer(const Leash *l, unsigned cpu) {
        return call(l->reader_fd, STP_IOC_BUFFER, cpu);
}

static const char *const states[] = {
        [STP_STATE_OPEN] = "open",         [STP_STATE_LOADED] = "loaded",
        [STP_STATE_STARTING] = "starting", [STP_STATE_RUNNING] = "running",
        [STP_STATE_STOPPING] = "stopping", [STP_STATE_STOPPED] = "stopped",
};

static const char *const results[] = {
        [STP_RESULT_NONE] = "none",         [STP_RESULT_STOP] = "success",
        [STP_RESULT_EXIT] = "success",      [STP_RESULT_ERRORS] = "script-error",
        [STP_RESULT_SKIPPED] = "max-skipped", [STP_RESULT_OVERLOAD] = "overload",
        [STP_RESULT_ARM] = "arm-failed",    [STP_RESULT_LEASH] = "daemon-lost",
};

const char *leash_state_to_string(enum stp_state s) {
        return (size_t) s < ELEMENTSOF(states) ? states[s] : "unknown";
}

const char *leash_result_to_string(enum stp_result r) {
        return (size_t) r < ELEMENTSOF(results) ? results[r] : "unknown";
}
