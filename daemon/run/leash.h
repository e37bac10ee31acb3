/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * The session of one script in the kernel: the leash, its reader, its buffers (runtime/abi.h). Closing the
 * leash is all it takes to end it; nothing here can leave a probe behind. Negative errno on error.
 */
#include <stdint.h>
#include <sys/types.h>
#include "runtime/abi.h"

typedef struct Leash {
        int fd;           /* the session; -1: none */
        int reader_fd;    /* for stapd-stream; -1: none */
        char module[STP_NAME_MAX];
} Leash;

#define LEASH_INIT ((Leash) { .fd = -1, .reader_fd = -1 })

typedef struct LeashOptions {
        const char *module;
        uint32_t subbuf_size, n_subbufs; /* 0: the core's defaults */
        uint32_t flags;                  /* STP_OPEN_* */
        uint32_t owner;                  /* uid, whose processes are the script's own */
        uint32_t cpu_percent;            /* of a CPU that its handlers may take; 0: as the script says */
        uint64_t memory;                 /* bytes that its arrays and statistics may take; 0: no limit */
        int32_t zone_west;               /* seconds west of UTC */
        const char *zone;                /* its name, cut to STP_ZONE_MAX - 1 bytes; NULL: UTC */
} LeashOptions;

/* -ENODEV: the core is not loaded. -EPROTO: it speaks another version than ours. */
int leash_open(Leash *l, const LeashOptions *o);
void leash_done(Leash *l); /* takes what leash_open() left, and LEASH_INIT */

int leash_set_target(Leash *l, pid_t target);
int leash_exclude(Leash *l, const pid_t *pids, unsigned n); /* replaces; at most STP_MAX_EXCLUDED count */
int leash_start(Leash *l);
int leash_stop(Leash *l);
int leash_stat(const Leash *l, struct stp_stat *ret);
/* The buffer of a CPU, for mmap. -ENXIO: there is no such CPU. Caller closes. */
int leash_buffer(const Leash *l, unsigned cpu);

const char *leash_state_to_string(enum stp_state s);
/* "exit", "errors", "overload" ...: the result words of a session. */
const char *leash_result_to_string(enum stp_result r);
