/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * The readers of a session, each with its own queue. A reader that does not keep up costs the others
 * nothing, unless it was attached as "pause": then nothing is consumed until it has room again. One that
 * wants records of before its time gets them from the ring of kept records, at its own pace, and is live
 * when it has caught up.
 */
#include <systemd/sd-event.h>
#include "base/buf.h"
#include "stream/keep.h"
#include "stream/ledger.h"
#include "stream/queue.h"
#include "stream/record.h"

typedef enum OutputFormat {
        OUTPUT_TEXT,
        OUTPUT_JSON,
        OUTPUT_JSON_SEQ,
        OUTPUT_RECORD,      /* JSON with the text in it, into files (record.h) */
        OUTPUT_RECORD_TEXT, /* text into files */
        OUTPUT_JOURNAL,     /* entries of the systemd journal */
        _OUTPUT_FORMAT_MAX,
        _OUTPUT_FORMAT_INVALID = -22,
} OutputFormat;

typedef enum Overflow {
        OVERFLOW_DROP,
        OVERFLOW_DISCONNECT,
        OVERFLOW_PAUSE,
        _OVERFLOW_MAX,
        _OVERFLOW_INVALID = -22,
} Overflow;

/* Which kept records a reader gets first. */
typedef enum From {
        FROM_NOW,
        FROM_START,
        FROM_TAIL,  /* the last `number` */
        FROM_AFTER, /* those after record `number` */
        FROM_END,   /* all, but only when the session has ended */
        _FROM_MAX,
        _FROM_INVALID = -22,
} From;

OutputFormat output_format_from_string(const char *s);
Overflow overflow_from_string(const char *s);
From from_from_string(const char *s);

typedef struct ReaderOptions {
        uint32_t id;
        OutputFormat format;
        Overflow overflow;
        From from;
        uint64_t number;
        bool follow, cursors, with_text;
        RecordOptions record;
} ReaderOptions;

/* One record in every form that a reader may want. */
typedef enum Part {
        PART_TEXT,   /* what the script prints */
        PART_LINE,   /* JSON, one line */
        PART_MEMBER, /* the text as JSON */
        PART_JOURNAL,
        _PART_MAX,
} Part;
typedef struct Rendered {
        Buf parts[_PART_MAX];
} Rendered;

/* What a reader did not get. */
typedef struct ReaderLoss {
        const char *where;
        uint64_t count, from, to, total;
} ReaderLoss;

typedef struct Fanout Fanout;

typedef struct FanoutOps {
        /* Makes these parts of a record, in place of what is there. */
        void (*render)(void *userdata, const Kept *e, unsigned parts, Rendered *ret);
        /* The line at the beginning of a stream whose first record has this number; `after`: what it
         * resumes, or 0; `segment`: number of the file, or UINT64_MAX. */
        void (*header)(void *userdata, uint64_t seq, uint64_t after, uint64_t segment, Buf *out);
        /* The line at the end of a file. */
        void (*segment_line)(void *userdata, const RecordState *s, const char *reason, const char *sha256,
                             Buf *out);
        /* The line of a loss, for a JSON reader. */
        void (*lost_line)(void *userdata, uint64_t seq, const ReaderLoss *loss, Buf *out);
        /* The last line of a reader that does not follow. */
        void (*stop_line)(void *userdata, uint64_t seq, Buf *out);
        void (*cursor)(void *userdata, uint64_t seq, Buf *out);
        /* A text reader lost so many records and takes more again. */
        void (*text_lost)(void *userdata, uint64_t count);
        /* A queue has room again, or no reader is in the way any more. */
        void (*room)(void *userdata);
        /* The ledger has changed. */
        void (*commit)(void *userdata);
        /* A reader has gone: "complete", "closed", "overflow" or "failed" (with the errno), after `lost`
         * records lost. */
        void (*gone)(void *userdata, uint32_t id, const char *state, int error, uint64_t lost);
} FanoutOps;

Fanout *fanout_new(sd_event *event, LedgerMap *ledger, const Keep *keep, const FanoutOps *ops,
                   void *userdata);
Fanout *fanout_free(Fanout *f);
DEFINE_CLEANUP(Fanout *, fanout_freep, fanout_free)

/* Takes over all descriptors, also on failure. A reader that is not one of before a restart gets its header.
 * -EEXIST, -E2BIG, -EBADMSG; -ERANGE: FROM_AFTER a record that is yet to come. */
int fanout_add(Fanout *f, const ReaderOptions *o, int fd, int queue_fds[STREAM_QUEUE_FDS]);
/* Forgets readers of before a restart that did not come back. */
void fanout_forget_missing(Fanout *f);
/* Cuts it off, whatever it has not taken yet. */
void fanout_detach(Fanout *f, uint32_t id);
/* Closes each when its queue is empty, as it is at the end; with `now`, without waiting. */
void fanout_close(Fanout *f, bool now);

unsigned fanout_count(const Fanout *f);
/* The parts that fanout_put() needs: a bit for each. */
unsigned fanout_wants(const Fanout *f);
/* False: a "pause" reader might not have room for one more record. room() will be called. */
bool fanout_can_take(Fanout *f);
/* Puts one record, which has this number, into the queues. */
void fanout_put(Fanout *f, uint64_t seq, const Rendered *r);
/* The same with the last one, which finds room in any case. */
void fanout_put_last(Fanout *f, uint64_t seq, const Rendered *r);
/* A line for each JSON reader that is up to date, of no number: left out where there is no room. `make` gets
 * the bytes that wait in its queue. */
void fanout_put_aside(Fanout *f, void (*make)(void *userdata, uint64_t queued, Buf *out));
/* Every recording goes on in another file. */
void fanout_rotate(Fanout *f);
bool fanout_has_json(const Fanout *f);
bool fanout_has_followers(const Fanout *f); /* a reader to whom records go as they come */
/* After ledger_commit(): starts writing out what was put. */
void fanout_flush(Fanout *f);
uint64_t fanout_lost(const Fanout *f);
