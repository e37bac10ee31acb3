/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The way into a handler and out of it, inline: it is paid for at every hit. Nothing that could be traced is
 * called before the context is claimed.
 */
#ifndef STP_HIT_H
#define STP_HIT_H

#include <linux/preempt.h>
#include <linux/timex.h>
#include "lock.h"
#include "session.h"

bool stp_gate_slow(const struct stp_session *s, s32 tgid);
void stp_hit_after(struct stp_cpu *k);
void stp_hit_measured(struct stp_cpu *k);
void stp_hit_no_stack(struct stp_session *s);

/* Every so many hits' time is measured, for the overload check. A prime: probes that alternate shall not
 * hide. */
#define STP_SAMPLE 13

static __always_inline bool stp_live(const struct stp_session *s)
{
	return likely(READ_ONCE(s->live));
}

/* Is the session live, and is this no process whose hits do not count? One look answers both, mostly. */
static __always_inline bool stp_gate_doubtful(const struct stp_session *s)
{
	return READ_ONCE(s->gate) >> (current->tgid & 63) & 1;
}

static __always_inline bool stp_gate_open(const struct stp_session *s)
{
	return likely(!stp_gate_doubtful(s)) || !stp_gate_slow(s, current->tgid);
}

/* Claims the context: false when it is claimed already, or there is too little stack. Disables
 * preemption. */
static __always_inline bool stp_hit_claim(struct stp_session *s, struct stp_cpu **ret)
{
	struct stp_cpu *k;

	if (unlikely(stp_stack_left() < s->min_stack)) {
		stp_hit_no_stack(s);
		return false;
	}
	preempt_disable_notrace();
	k = this_cpu_ptr(s->cpus);
	if (unlikely(k->busy)) {
		k->skipped_busy++;
		preempt_enable_notrace();
		return false;
	}
	k->busy = 1;
	barrier();
	*ret = k;
	return true;
}

static __always_inline void stp_hit_drop(struct stp_cpu *k)
{
	barrier();
	k->busy = 0;
	preempt_enable_notrace();
}

/* The same for probes that can hit often. */
static __always_inline bool stp_hit_enter(struct stp_session *s, struct stp_cpu **ret)
{
	if (!stp_hit_claim(s, ret))
		return false;
	if (unlikely(!--(*ret)->sample)) {
		(*ret)->c.todo.measure = 1;
		(*ret)->entered = get_cycles();
	}
	return true;
}

static __always_inline void stp_hit_leave(struct stp_cpu *k)
{
	if (unlikely(k->c.todo.any)) {
		stp_hit_after(k);
		stp_hit_measured(k);
	}
	stp_hit_drop(k);
}

/* The probe's handler, with its locks. The context is claimed; stp_hit_leave() or stp_hit_next() follows. */
static __always_inline void stp_hit_run(struct stp_cpu *k, const struct stp_probe *p)
{
	stp_handler_f *run = p->core;
	struct stp_ctx *c = &k->c;

	stp_context_start(k, p);
	k->hits++;
	run(c);
}

/* Before another handler runs in the same hit. */
static __always_inline void stp_hit_next(struct stp_cpu *k)
{
	if (unlikely(k->c.todo.any))
		stp_hit_after(k);
}

/* The entry handler of a return probe. False: it did not run, or failed. */
static __always_inline bool stp_hit_entry(struct stp_cpu *k, const struct stp_probe *p)
{
	bool ok = stp_handler_run(k, p, p->entry, p->entry_locks);

	if (unlikely(k->c.todo.any))
		stp_hit_after(k);
	return ok;
}

#endif
