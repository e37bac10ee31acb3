/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * Records as text (the bytes that the script prints) and as JSON lines (doc/event-v1.schema.json).
 * Everything that can be made from the manifest alone is made once, at the start.
 */
#include "base/buf.h"
#include "manifest/manifest.h"
#include "runtime/format.h"

#define RENDER_MAX 65536u /* bytes of one text or line; what is longer is cut, in JSON with "truncated" */
#define RENDER_SPARE 192u /* of it, for members that one reader alone gets */

/* What the records of a session say about it. Borrowed strings; NULL where unknown. */
typedef struct RenderSession {
        const char *id, *name;
        const char *const *args;
        unsigned n_args;
        const char *const *mask; /* names of fields whose values nobody gets */
        unsigned n_mask;
        uint32_t owner;
        const char *boot_id, *machine_id;
} RenderSession;

typedef struct Render Render;

/* What stands in (nearly) every record. */
typedef struct Stamp {
        uint64_t seq;
        uint64_t time_ns;   /* CLOCK_BOOTTIME */
        int64_t time_usec;  /* CLOCK_REALTIME */
} Stamp;

/* Where the hit was. */
typedef struct Origin {
        unsigned cpu, probe;
        uint32_t pid, tid, uid;
} Origin;

/* The manifest must outlive it. -EBADMSG: a format that cannot be rendered. */
int render_new(const Manifest *m, const RenderSession *s, Render **ret);
Render *render_free(Render *r);
DEFINE_CLEANUP(Render *, render_freep, render_free)

/* Appends at most RENDER_MAX bytes. `values`: one per field of the format. */
void render_text(const Render *r, unsigned format, const struct stp_value *values, Buf *out);

/* Each appends one line with its LF, at most RENDER_MAX bytes. */
void render_json_event(const Render *r, const Stamp *s, const Origin *o, unsigned format,
                       const struct stp_value *values, Buf *out);
/* severity: "error" or "warning". */
void render_json_message(const Render *r, const Stamp *s, const Origin *o, const char *severity,
                         const struct stp_value *message, Buf *out);

/* The same as entries of the journal. `text`: what the script prints there. */
void render_journal_event(const Render *r, const Stamp *s, const Origin *o, unsigned format,
                          const struct stp_value *values, const Buf *text, Buf *out);
void render_journal_message(const Render *r, const Stamp *s, const Origin *o, const char *severity,
                            const struct stp_value *message, Buf *out);
/* What is only there as a line of JSON. */
void render_journal_line(const Render *r, const Stamp *s, const char *line, size_t len, Buf *out);

/* Why handlers did not run. */
typedef struct RenderSkipped {
        uint64_t reentrancy, lock, stack, returns;
} RenderSkipped;

typedef struct RenderLost {
        const char *where;       /* as doc/event-v1.schema.json has them */
        uint64_t count;          /* UINT64_MAX: unknown */
        uint64_t bytes;          /* 0: left out */
        uint64_t from, to;       /* numbers of the records; 0: they had none */
        uint64_t since, until;   /* ns; 0: left out */
        uint64_t total;          /* lost there so far, this included; 0: left out */
        int cpu;                 /* -1: left out */
        const RenderSkipped *skipped; /* probe-skipped; or NULL */
} RenderLost;

void render_json_lost(const Render *r, const Stamp *s, const RenderLost *lost, Buf *out);
/* `after`: the number that a cursor named; 0: none. `segment`: of a recording; UINT64_MAX: it is none. */
void render_json_header(const Render *r, const Stamp *s, uint64_t after, uint64_t segment, Buf *out);
void render_json_state(const Render *r, const Stamp *s, const char *state, const char *result, Buf *out);
/* Both clocks as they are now. step: usec by which realtime was set; 0: it was not. */
void render_json_clock(const Render *r, const Stamp *s, int64_t step_usec, Buf *out);
void render_json_heartbeat(const Render *r, const Stamp *s, uint64_t events, uint64_t lost, uint64_t queued,
                           Buf *out);

typedef struct RenderSegment {
        uint64_t number, records, first, last, bytes;
        const char *reason, *sha256; /* sha256: NULL: unknown */
} RenderSegment;
void render_json_segment(const Render *r, const Stamp *s, const RenderSegment *segment, Buf *out);

typedef struct RenderEnd {
        const char *result;
        int exit_status;
        uint64_t events;         /* numbers given in the whole stream, this record included */
        uint64_t lost;
        const uint64_t *lost_at; /* _LOSS_MAX of them */
} RenderEnd;

void render_json_end(const Render *r, const Stamp *s, const RenderEnd *end, Buf *out);
