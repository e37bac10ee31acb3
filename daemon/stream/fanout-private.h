/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/* One reader, and what fanout.c (who is there), output.c (what goes into a queue) and replay.c (kept
 * records) call of each other. */
#include "stream/fanout.h"

/* Room that a record may need: itself, and the loss in front of it. */
#define RECORD_ROOM (2 * (size_t) RENDER_MAX)

typedef struct Output {
        Fanout *fanout;
        struct Output *next;
        LedgerReader *ledger;
        ReaderOptions options;
        unsigned wants;      /* parts */
        Queue queue;
        int fd;
        sd_event_source *io; /* NULL: a file, always writable */
        bool blocked;        /* the descriptor takes nothing now */
        bool closing;        /* when the queue is empty */
        bool full;           /* a "drop" reader that waits for room */
        bool replaying;      /* ledger->next is what it gets next, and stands at `at` */
        bool deferred;       /* not before the end */
        uint64_t at;
        Recorder *recorder;  /* NULL: no recording */
        RecordLines lines;
        sd_event_source *retry; /* of a recording that has no room */
        bool store_full;     /* what it lost, it lost for that */
} Output;

struct Fanout {
        sd_event *event;
        LedgerMap *ledger;
        const Keep *keep;
        const FanoutOps *ops;
        void *userdata;
        Output *outputs;
        sd_event_source *replay; /* there is something to replay, and room for it */
        Rendered rendered;       /* of a replay */
        unsigned n, wants;
        uint64_t lost;           /* of readers that are gone */
        bool paused;
};

/* For a list that may lose its members while it is walked. */
#define foreach_output(o, f) \
        for (Output *o = (f)->outputs, *_next = o ? o->next : NULL; o; o = _next, _next = o ? o->next : NULL)

/* fanout.c */
void output_gone(Output *o, const char *state, int error);
bool output_flush(Output *o); /* false: it is gone */
uint64_t fanout_last(const Fanout *f); /* the last number given */

/* recording.c: of an output that is one. */
int recording_open(Output *o);
void recording_close(Output *o);
bool recording_flush(Output *o); /* false: it is gone */
bool recording_receive(Output *o);

/* output.c */
bool output_is_json(const Output *o);
unsigned output_parts(const ReaderOptions *o);
/* The part without which a record is nothing to it. */
Part output_part(const Output *o);
/* Needs room; nothing when there is nothing of it for this reader. */
void output_append(Output *o, uint64_t seq, const Rendered *r);
/* A line of JSON without a number of its own, behind the record of this number. */
void output_append_aside(Output *o, uint64_t after, const Buf *line);
/* What it lost in front of the record of this number, told in the stream or to stapd. */
void output_tell_lost(Output *o, uint64_t seq, const ReaderLoss *loss);

/* replay.c */
int replay_open(Fanout *f);
/* Where a new reader begins; -ERANGE. */
int replay_begin(Output *o);
/* It was replaying when the last process died. */
void replay_resume(Output *o);
/* There may be room. */
void replay_kick(Fanout *f);
