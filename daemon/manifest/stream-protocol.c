/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "manifest/stream-protocol.h"
#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include "base/cleanup.h"
#include "manifest/ledger-layout.h"

/* Of a fixed size: a reader of it that is still mapped can never be made to fault. */
static int memory_new(const char *name, size_t size) {
        _cleanup_(closep) int fd = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);
        if (fd < 0 || ftruncate(fd, (off_t) size) < 0)
                return -errno;
        if (fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) < 0)
                return -errno;
        return TAKE_FD(fd);
}

int stream_ledger_new(void) {
        return memory_new("stapd-ledger", sizeof(Ledger));
}

int stream_keep_new(size_t bytes) {
        if (bytes < STREAM_KEEP_MIN || bytes > STREAM_KEEP_MAX)
                return -EINVAL;
        return memory_new("stapd-keep", KEEP_HEADER_SIZE + ((bytes + 4095) & ~(size_t) 4095));
}

int stream_queue_new(size_t bytes, int ret_fds[STREAM_QUEUE_FDS]) {
        if (bytes < STREAM_QUEUE_MIN || bytes > STREAM_QUEUE_MAX)
                return -EINVAL;
        size_t size = QUEUE_HEADER_SIZE + ((bytes + 4095) & ~(size_t) 4095);
        _cleanup_(closep) int memory = memory_new("stapd-queue", size);
        if (memory < 0)
                return memory;
        int ends[2];
        if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) < 0)
                return -errno;
        ret_fds[0] = TAKE_FD(memory);
        ret_fds[1] = ends[0];
        ret_fds[2] = ends[1];
        return 0;
}
