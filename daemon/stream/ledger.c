/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "stream/ledger.h"
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include "base/cleanup.h"

#define LOCK_TRIES 500 /* of 10 ms */

/* A record lock belongs to the process: it cannot outlive it, and a duplicate in stapd does not share it. */
static int lock(int fd) {
        struct flock whole = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
        for (unsigned i = 0; i < LOCK_TRIES; i++) {
                if (fcntl(fd, F_SETLK, &whole) == 0)
                        return 0;
                if (errno != EAGAIN && errno != EACCES)
                        return -errno;
                usleep(10000);
        }
        return -EBUSY;
}

int ledger_open(LedgerMap *l, int fd) {
        struct stat st;
        *l = (LedgerMap) { .n_cpus = STREAM_CPUS_MAX, .fd = fd };
        int r = lock(fd);
        if (r < 0)
                return r;
        if (fstat(fd, &st) < 0)
                return -errno;
        if (st.st_size < (off_t) sizeof(Ledger))
                return -EBADMSG;
        void *p = mmap(NULL, sizeof(Ledger), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
        if (p == MAP_FAILED)
                return -errno;
        l->shared = p;
        l->now = calloc(1, sizeof(*l->now));
        r = !l->now ? -ENOMEM : 0;
        if (r == 0 && l->shared->magic == 0)
                l->shared->magic = LEDGER_MAGIC;
        else if (r == 0 && (l->shared->magic != LEDGER_MAGIC || l->shared->active > 1))
                r = -EBADMSG;
        if (r < 0)
                return r;
        const LedgerState *last = &l->shared->states[l->shared->active];
        if (last->seq || last->started || last->messages || last->readers[0].used)
                *l->now = *last;
        return 0;
}

void ledger_close(LedgerMap *l) {
        if (l->shared)
                munmap(l->shared, sizeof(Ledger));
        free(l->now);
        close_fd(l->fd);
        *l = (LedgerMap) { .fd = -1 };
}

void ledger_commit(LedgerMap *l) {
        uint32_t next = !l->shared->active;
        memcpy(&l->shared->states[next], l->now,
               offsetof(LedgerState, cpus) + l->n_cpus * sizeof(LedgerCpu));
        __atomic_store_n(&l->shared->active, next, __ATOMIC_RELEASE);
}

LedgerReader *ledger_reader(LedgerMap *l, uint32_t id, bool *ret_new) {
        LedgerReader *free_one = NULL;
        *ret_new = false;
        for (unsigned i = 0; i < STREAM_READERS_MAX; i++) {
                LedgerReader *r = &l->now->readers[i];
                if (r->used && r->id == id)
                        return r;
                if (!r->used && !free_one)
                        free_one = r;
        }
        if (!free_one)
                return NULL;
        *free_one = (LedgerReader) { .used = 1, .id = id };
        *ret_new = true;
        return free_one;
}
