/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * The readers of a session, each with its own queue. A reader that does not keep up costs the others nothing,
 * unless it was attached as "pause": then nothing is consumed until it has room again.
 */
#include <systemd/sd-event.h>
#include "base/buf.h"
#include "stream/ledger.h"
#include "stream/queue.h"
#include "stream/render.h"

typedef enum OutputFormat { OUTPUT_TEXT, OUTPUT_JSON, _OUTPUT_FORMAT_MAX, _OUTPUT_FORMAT_INVALID = -22 } OutputFormat;
typedef enum Overflow {
        OVERFLOW_DROP,
        OVERFLOW_DISCONNECT,
        OVERFLOW_PAUSE,
        _OVERFLOW_MAX,
        _OVERFLOW_INVALID = -22,
} Overflow;

OutputFormat output_format_from_string(const char *s);
Overflow overflow_from_string(const char *s);

typedef struct Fanout Fanout;

typedef struct FanoutOps {
        /* A reader went away: "closed", "overflow" or "failed" (with the errno), after `lost` records lost. */
        void (*gone)(void *userdata, uint32_t id, const char *state, int error, uint64_t lost);
        /* A text reader lost so many records and takes more again. */
        void (*text_lost)(void *userdata, uint64_t count);
        /* A queue has room again, or no reader is in the way any more. */
        void (*room)(void *userdata);
        /* The line of a loss, for a JSON reader. */
        void (*lost_line)(void *userdata, const LedgerReader *r, Buf *out);
} FanoutOps;

Fanout *fanout_new(sd_event *event, LedgerMap *ledger, const FanoutOps *ops, void *userdata);
Fanout *fanout_free(Fanout *f);
DEFINE_CLEANUP(Fanout *, fanout_freep, fanout_free)

/* Takes over all descriptors, also on failure. *ret_new: the reader is not one of before a restart, and should
 * get what stands at the beginning of a stream (fanout_put_one()). -EEXIST, -E2BIG, -EBADMSG. */
int fanout_add(Fanout *f, uint32_t id, OutputFormat format, Overflow overflow, int fd,
               int queue_fds[STREAM_QUEUE_FDS], bool *ret_new);
/* Forgets readers of before a restart that did not come back. */
void fanout_forget_missing(Fanout *f);
/* Closes it when its queue is empty. */
void fanout_detach(Fanout *f, uint32_t id);
/* The same with all, as it is at the end; with `now`, without waiting. */
void fanout_close(Fanout *f, bool now);

unsigned fanout_count(const Fanout *f);
bool fanout_has(const Fanout *f, OutputFormat format);
/* False: a "pause" reader might not have room for one more record. room() will be called. */
bool fanout_can_take(Fanout *f);
/* Puts one record, which has this number, into the queues of this format. */
void fanout_put(Fanout *f, OutputFormat format, uint64_t seq, const void *data, size_t len);
/* A last line for every reader of this format, which finds room in any case. NULL: only tells of losses. */
void fanout_put_last(Fanout *f, OutputFormat format, const void *data, size_t len);
void fanout_put_one(Fanout *f, uint32_t id, const void *data, size_t len);
/* After ledger_commit(): starts writing out what was put. */
void fanout_flush(Fanout *f);
uint64_t fanout_lost(const Fanout *f);
