/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A session's context on one CPU: what a handler uses while it runs, and what is counted there. Only its own
 * CPU writes it, with preemption off and `busy` set; others may read the counters.
 *
 * Interrupts stay on in handlers: they may take 10,000 actions, too long to hold interrupts off. So a hit in
 * an interrupt (or NMI) that finds the context claimed is skipped and counted. `busy` also stops a handler
 * that reaches a function which its own session probes, and keeps a flush from switching the buffer under a
 * record that is being filled.
 */
#ifndef STP_CPU_H
#define STP_CPU_H

#include "env.h"
#include "stack.h"
#include "stp.h"

struct rchan_buf;
struct stp_session;

/* A foreach that has begun. Kept here, not in the script's iterator: that may be gone after an error. */
#define STP_MAX_OPEN 32
struct stp_open_loop {
	struct stp_map *map;
	u32 sorting; /* it uses map->sort */
};

struct stp_cpu {
	struct stp_ctx c;
	unsigned long busy;
	u32 clean;             /* no record since the last flush: the next one wakes the readers */
	u32 result;            /* why to end, enum stp_result */
	struct stp_open_loop open[STP_MAX_OPEN];
	u32 n_open;
	char *frame, *frame_end;
	const struct stp_script *script;
	struct stp_stack stack;
	struct rchan_buf **buffers; /* per CPU: the channel's */
	u32 subbuf_size;
	u64 start;             /* what `actions` and `depth` are when a handler begins */
	/* overload */
	u32 sample;            /* hits until one is measured */
	u64 usual;             /* cycles of a hit */
	u64 entered, cycles, interval_start, interval, threshold, last_cycles;
	/* counters */
	u64 hits, records, lost, lost_nmi, errors, skipped_busy, skipped_lock, skipped_stack, skipped_return;
};

static inline struct stp_cpu *stp_cpu_of(struct stp_ctx *c)
{
	return container_of(c, struct stp_cpu, c);
}

typedef void stp_handler_f(struct stp_ctx *c);

/* What of the context is new for each handler. */
static inline void stp_context_start(struct stp_cpu *k, const struct stp_probe *p)
{
	u64 ids = stp_task_ids();

	BUILD_BUG_ON(offsetof(struct stp_ctx, depth) != offsetof(struct stp_ctx, actions) + 4);
	k->c.probe = p;
	*(u64 *)&k->c.actions = k->start;
	k->c.tid = (u32)ids;
	k->c.pid = (u32)(ids >> 32);
}

/* The error of abort(): ends the handler, nobody sees it. */
extern const char stp_aborted[];

/* Gives the context what it keeps for the whole session. `frame` has s->frame_size bytes. */
void stp_cpu_init(struct stp_cpu *k, struct stp_session *session, const struct stp_script *s, u32 cpu,
		  char *frame);
/* Its handlers take no more than that of the CPU, or end the session; 0: as the script says. */
void stp_cpu_limit(struct stp_cpu *k, u32 percent);

/* Takes the locks and runs a handler. The context is claimed. False: it did not run, or failed. */
bool stp_handler_run(struct stp_cpu *k, const struct stp_probe *p, stp_handler_f *handler,
		     const struct stp_locks *locks);
/* What runs a probe whose context has been started: its handler, or what takes its locks around that. */
stp_handler_f *stp_probe_runner(const struct stp_probe *p);

/* After a handler: reports its error, closes what it left open. */
void stp_handler_failed(struct stp_cpu *k);
/* Ends loops until n are open. */
void stp_iter_close(struct stp_cpu *k, u32 n);

/* The session is to end; `result` is enum stp_result. From a handler. */
static inline void stp_cpu_end(struct stp_cpu *k, u32 result)
{
	if (!k->c.todo.end || result == STP_RESULT_ERRORS)
		k->result = result;
	k->c.todo.end = 1;
}

/*
 * begin, end and error probes: the next of this kind after `last` (NULL: the first) in ascending priority,
 * then in the script's order; NULL: there is none.
 */
const struct stp_probe *stp_probe_next(const struct stp_script *s, enum stp_attach kind,
				       const struct stp_probe *last);

/* ------------------------------------------------------------------ from the surroundings */

/* A skip that counts towards MAXSKIPPED. */
void stp_session_skipped(struct stp_cpu *k);
/* An error, counted over all CPUs: the number of it. */
u64 stp_session_errors(struct stp_cpu *k);

#endif
