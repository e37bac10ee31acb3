/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * The stapd-stream of one session: started with the session's reader and manifest, given its readers, told
 * to finish, and started again with everything when it dies (manifest/stream-protocol.h).
 */
#include <json-c/json.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include <systemd/sd-event.h>
#include "session/store.h"

typedef struct Streamer Streamer;

typedef struct StreamTotals {
        int64_t records, lost, reader_lost, errors, bytes;
} StreamTotals;

typedef struct StreamerHandler {
        /* severity: "error" or "warning"; each message comes once. */
        void (*message)(void *userdata, const char *severity, const char *text);
        /* What streamer_describe() says is another by now. */
        void (*changed)(void *userdata);
        /* The reader of a job has gone. complete: it got all that it was to get; error: NULL, or why not. */
        void (*reader_gone)(void *userdata, uint32_t job, bool complete, const char *error);
        /* It is drained and gone. error: NULL, or why it could not do its work; totals are what is known. */
        void (*done)(void *userdata, const StreamTotals *totals, const char *error);
} StreamerHandler;

typedef struct StreamerOptions {
        const char *user;           /* to run as, when we are root */
        const char *session, *name; /* id and script name */
        uid_t owner;
        int reader_fd, module_fd;   /* stay the caller's */
        size_t keep;                /* bytes of recent records */
        json_object *mask;          /* names of fields that nobody gets, or NULL; borrowed until it is freed */
        uint64_t helper_usec;       /* silent for longer, when asked, it is stuck */
        bool consume;               /* also when nobody reads */
        bool flight;                /* the kernel overwrites what nobody reads */
        const char *program;        /* in the place of stapd-stream: tests have one of theirs; NULL */
} StreamerOptions;

/* One reader: the words of manifest/stream-protocol.h, which must be static. */
typedef struct StreamerReader {
        const char *format, *overflow, *from;
        uint64_t number;
        bool no_follow, cursors, with_text;
        /* of recordings: */
        uint64_t segment_bytes, segment_usec, min_free_bytes, max_bytes; /* 0: no bound */
        uint64_t charge; /* bytes of files that it may come to */
        uid_t uid;       /* whom they, and its queue, are charged to */
        bool compress;
        uint64_t job;    /* that it is the reader of (job.h); 0: none */
} StreamerReader;

int streamer_new(sd_event *event, const StreamerOptions *o, const StreamerHandler *handler, void *userdata,
                 Streamer **ret);
Streamer *streamer_free(Streamer *s); /* kills it; readers see the end of their stream */

/* Over a restart of stapd (store.h): everything it needs is put there, what comes later as well. */
void streamer_keep(Streamer *s);
/* What the next stapd must know besides the descriptors; the caller's to put. */
json_object *streamer_describe(const Streamer *s);
/* Goes on with a stream that an earlier stapd started; when its process died meanwhile, it is started
 * again. */
int streamer_adopt(sd_event *event, const StreamerOptions *o, const StreamerHandler *handler, void *userdata,
                   json_object *description, Store *store, Streamer **ret);
/* Frees it, and leaves the process to the next stapd. */
Streamer *streamer_leave(Streamer *s);

/* Adds a reader; takes the descriptor. -EBUSY: too many. */
int streamer_add_reader(Streamer *s, int fd, const StreamerReader *options);
/* Recordings go on in other files. */
int streamer_rotate(Streamer *s);

/* How far the reader of a job is: the number of the record that it gets next, and of the last one that it
 * wants (0: not known yet); bytes that it has got. */
typedef struct StreamerProgress {
        uint64_t next, until, bytes;
} StreamerProgress;
/* False: it is not there, or has not begun. */
bool streamer_progress(const Streamer *s, uint32_t job, StreamerProgress *ret);
/* Cuts it off: its descriptor is closed, and nothing is said of it any more. */
void streamer_detach(Streamer *s, uint32_t job);
/* Calls back for the reader of each job. */
void streamer_foreach_job(const Streamer *s, void (*each)(void *userdata, uint32_t job, uid_t uid),
                          void *userdata);

/* What the recordings of this user may come to, in bytes. */
uint64_t streamer_charge(const Streamer *s, uid_t uid);
/* What the queues of this user's readers take, in bytes. */
uint64_t streamer_queued(const Streamer *s, uid_t uid);
unsigned streamer_n_readers(const Streamer *s);
pid_t streamer_pid(const Streamer *s);
int streamer_set_state(Streamer *s, const char *state, const char *result);
/* Records may flow. */
int streamer_go(Streamer *s);
/* The kernel side has stopped: drain and end. done() follows. timeout_ms: 0: no limit. */
int streamer_finish(Streamer *s, const char *result, int exit_status, unsigned timeout_ms);
/* As it has counted by now; when its process is gone, what is known. */
StreamTotals streamer_totals(const Streamer *s);
/* Bytes of memory: what its recent records take, of how many they may; what the queues of its readers may
 * take. */
typedef struct StreamMemory {
        uint64_t kept, keep, queues;
} StreamMemory;
StreamMemory streamer_memory(const Streamer *s);
