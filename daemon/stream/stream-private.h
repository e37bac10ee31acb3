/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/* The parts of a stream: stream.c (its life), orders.c (what stapd says), pump.c (when to read how much),
 * emit.c (what becomes of a record), last.c (the end of it), tell.c (messages to stapd), clock.c. */
#include <systemd/sd-event.h>
#include "stream/control.h"
#include "stream/fanout.h"
#include "stream/ledger.h"
#include "stream/order.h"
#include "stream/render.h"
#include "stream/stream.h"

typedef struct Stream {
        int control;
        sd_event *event;
        const ReaderOps *ops; /* of tests */
        void *ops_userdata;
        int reader_fd;
        Manifest *manifest;
        Render *render;
        Reader reader;
        Order order;
        LedgerMap ledger;
        Keep keep;
        Fanout *fanout;
        FanoutOps fanout_ops;

        sd_event_source *reader_io, *timer, *more, *message_timer, *deadline, *heartbeat;
        bool set_up, going, waiting; /* waiting: for room in a queue */
        bool consume;                /* without readers, too */
        uint64_t until;              /* records before it are all there */
        uint64_t window;             /* usec until the next look */
        unsigned long batch_subbufs;
        uint64_t batch_records;
        uint64_t mapped_usec;        /* when CPUs without buffer were last looked for */
        uint32_t kernel_state;
        int64_t realtime_offset;     /* ns to add to CLOCK_BOOTTIME */
        uint64_t clock_told;         /* when the stream last said how the clocks stand, ns */
        uint64_t heartbeat_usec;     /* of silence */
        uint64_t beat_seq;           /* the last number when it was last looked for life */
        char *session_id, *boot_id;

        Rendered rendered;           /* of the record that is being put */
        Buf line;
        uint64_t lost_untold, reader_lost_untold; /* records, for the next message */
        uint64_t messages_second, messages_n, messages_left_out;

        bool finishing, closed;
        char *result;
        int exit_status;
        uint64_t timeout_usec;
        uint64_t skipped, kernel_errors;
        unsigned orphan_looks;
        int error; /* how the process ends */
} Stream;

/* pump.c */
int pump_start(Stream *s);       /* looks at the buffers from now on */
void pump_catch_up(Stream *s);   /* takes what is in them now */
bool pump_is_wanted(const Stream *s); /* does somebody wait for what comes? */
void pump_resume(Stream *s);     /* there is room again */
int pump_watch(Stream *s);       /* makes the event sources */
void pump_stop(Stream *s);
int pump_commit(Stream *s);

/* emit.c. Each may fail only for lack of memory. */
void emit_item(Stream *s, const Item *item);
void emit_state(Stream *s, const char *state, const char *result);
void emit_clock(Stream *s, int64_t step_usec);
void emit_lost(Stream *s, LedgerLoss at, uint64_t time_ns, RenderLost *lost);
/* Gives it the next number, keeps it, puts it into the queues. */
void emit_line(Stream *s, const Stamp *stamp, bool last);
Stamp emit_stamp(Stream *s, uint64_t time_ns);
extern const FanoutOps emit_fanout_ops; /* all but those of stream.c */
int emit_watch(Stream *s); /* for heartbeats */

/* last.c */
void emit_end(Stream *s);

/* clock.c */
uint64_t clock_now(void); /* CLOCK_BOOTTIME, ns */
Stamp clock_stamp(const Stream *s, uint64_t seq, uint64_t time_ns);
/* Before records are read: was the clock set? */
void clock_look(Stream *s);

/* tell.c. Losses are gathered and told at most once a second. */
void tell(Stream *s, const char *severity, const char *text, size_t len);
void tell_losses(Stream *s);
void tell_losses_soon(Stream *s);
void tell_skipped(Stream *s, const struct stp_stat *stat);

/* orders.c: -EBADMSG: it is none. */
int stream_obey(Stream *s, ControlMessage *m);

/* stream.c */
int stream_make_fanout(Stream *s);
ControlCounts stream_counts(Stream *s);
/* The kernel side has stopped, for this reason: drain everything, tell readers, end. */
void stream_finish(Stream *s, const char *result, int exit_status, uint64_t timeout_usec);
/* Everything is in the queues. */
void stream_drained(Stream *s);
void stream_fail(Stream *s, int error, const char *what);
