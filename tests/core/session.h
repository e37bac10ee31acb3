/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TEST_SESSION_H
#define TEST_SESSION_H
/* A session as a test sees it: device, module, reader, records. */
#include <stdbool.h>
#include <stdint.h>
#include "runtime/abi.h"
#include "formats.h"

#define MAX_CPUS 64

typedef struct Session {
        int fd, reader;
        char name[STP_NAME_MAX];
        unsigned n_cpus, subbuf_size, n_subbufs;
        int buffer[MAX_CPUS];
        const char *map[MAX_CPUS]; /* NULL: no such CPU */

        /* what was read */
        uint64_t records[F_MAX], errors, all, bad;
        uint64_t next_seq[MAX_CPUS], seen[MAX_CPUS], lost[MAX_CPUS];
        uint64_t flushed;          /* time of the last flush that was drained */
        uint64_t early;            /* records that are older than a flush before them */
        char first_error[256];
        long long last[F_MAX][3];
        uint64_t begin_time[4];    /* of F_BEGIN records, by their number */
        uint64_t first_time;       /* of any other record */
        void (*on_record)(struct Session *s, const struct stp_record *r, const int64_t *v);
        void *data;
} Session;

extern const char *module_dir;
double now(void);

/* 0 or negative errno. */
int module_load(const char *name);
int module_unload(const char *name);
int module_unload_wait(const char *name); /* as long as it is busy, up to 3 s */

int device_open(void);
/* Without module. */
int session_open(Session *s, const char *name, unsigned subbuf_size, unsigned n_subbufs, unsigned flags);
/* The same, with all that may be said; the name is filled in. */
int session_open_with(Session *s, const char *name, struct stp_open o);
/* With module and reader, the target being this process. */
int session_load(Session *s, const char *name, unsigned subbuf_size, unsigned n_subbufs);
int session_start(Session *s);      /* and waits until it runs or has stopped */
int session_wait(Session *s, unsigned state, double seconds);
struct stp_stat session_stat(Session *s);
int session_stop(Session *s);
int reader_open(Session *s);
/* Reads every full sub-buffer; how many. */
unsigned reader_drain(Session *s);
int reader_flush(Session *s, uint64_t *ret_time);
void reader_finish(Session *s);     /* flush and drain */
void reader_close(Session *s);
/* Closes all and unloads the module. */
void session_close(Session *s);
#endif
