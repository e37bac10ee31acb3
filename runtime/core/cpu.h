/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A session's context on one CPU: what a handler uses while it runs, and what is counted there. Only its own
 * CPU writes it, with preemption off and `busy` set; others may read the counters.
 *
 * Interrupts stay on in handlers: they may take 10,000 actions, too long to hold interrupts off. So a hit in an
 * interrupt (or NMI) that finds the context claimed is skipped and counted. `busy` also stops a handler that
 * reaches a function which its own session probes, and keeps a flush from switching the buffer under a record
 * that is being filled.
 */
#ifndef STP_CPU_H
#define STP_CPU_H

#include "env.h"
#include "stp.h"

struct stp_session;

/* A foreach that has begun. Kept here, not in the script's iterator: that may be gone after an error. */
#define STP_MAX_OPEN 32
struct stp_open_loop {
	struct stp_map *map;
	u32 sorting; /* it uses map->sort */
};

struct stp_cpu {
	struct stp_ctx c;
	u32 busy;
	u32 clean;             /* no record since the last flush: the next one wakes the readers */
	union {
		struct {
			u8 wake;  /* readers */
			u8 end;   /* the session: exit(), too many errors */
			u8 flush; /* set by the flush that found the context busy */
			u8 iter;  /* an iteration was begun */
		};
		u32 any;
	} todo;                /* looked at when a handler has ended */
	u32 result;            /* why to end, enum stp_result */
	struct stp_open_loop open[STP_MAX_OPEN];
	u32 n_open;
	char *frame, *frame_end;
	const struct stp_script *script;
	s32 max_action;
	/* overload */
	u64 entered, cycles, interval_start, interval, threshold, last_cycles;
	/* counters */
	u64 hits, records, lost, lost_nmi, errors, skipped_busy, skipped_lock, skipped_stack, skipped_return;
};

static inline struct stp_cpu *stp_cpu_of(struct stp_ctx *c)
{
	return container_of(c, struct stp_cpu, c);
}

/* The error of abort(): ends the handler, nobody sees it. */
extern const char stp_aborted[];

/* Gives the context what it keeps for the whole session. `frame` has s->frame_size bytes. */
void stp_cpu_init(struct stp_cpu *k, struct stp_session *session, const struct stp_script *s, u32 cpu, char *frame);

/* Takes the probe's locks and runs its handler; counts. The context is claimed. False: it did not run. */
bool stp_handler_run(struct stp_cpu *k, const struct stp_probe *p, void (*handler)(struct stp_ctx *c),
		     const struct stp_locks *locks);

/* After a handler: reports its error, closes what it left open. */
void stp_handler_failed(struct stp_cpu *k);
/* Ends loops until n are open. */
void stp_iter_close(struct stp_cpu *k, u32 n);

/* The session is to end; `result` is enum stp_result. From a handler. */
static inline void stp_cpu_end(struct stp_cpu *k, u32 result)
{
	if (!k->todo.end)
		k->result = result;
	k->todo.end = 1;
}

/*
 * begin, end and error probes: the next of this kind after `last` (NULL: the first) in ascending priority, then
 * in the script's order; NULL: there is none.
 */
const struct stp_probe *stp_probe_next(const struct stp_script *s, enum stp_attach kind,
				       const struct stp_probe *last);

/* ------------------------------------------------------------------ from the surroundings */

/* Room for a record of `len` bytes (a multiple of 8) in this CPU's buffer, or NULL. Counts neither. */
void *stp_transport_reserve(struct stp_cpu *k, u32 len);
/* Fills in who is here and when. */
void stp_record_stamp(struct stp_record *r);
/* A skip that counts towards MAXSKIPPED. */
void stp_session_skipped(struct stp_cpu *k);
/* An error, counted over all CPUs: the number of it. */
u64 stp_session_errors(struct stp_cpu *k);

#endif
