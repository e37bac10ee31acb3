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

bool stp_excluded_slow(const struct stp_session *s, s32 tgid);
void stp_hit_after(struct stp_cpu *k);
void stp_hit_overload(struct stp_cpu *k, u64 now);
void stp_hit_no_stack(struct stp_cpu *k);

static __always_inline bool stp_excluded(const struct stp_session *s)
{
	s32 tgid = current->tgid;

	return unlikely(READ_ONCE(s->excluded_bloom) >> (tgid & 63) & 1) && stp_excluded_slow(s, tgid);
}

static __always_inline bool stp_live(const struct stp_session *s)
{
	return likely(READ_ONCE(s->live));
}

/* Claims the context: NULL when it is claimed already, or there is too little stack. Disables preemption. */
static __always_inline struct stp_cpu *stp_hit_claim(struct stp_session *s)
{
	struct stp_cpu *k;

	preempt_disable_notrace();
	k = this_cpu_ptr(s->cpus);
	if (unlikely(k->busy)) {
		k->skipped_busy++;
		preempt_enable_notrace();
		return NULL;
	}
	k->busy = 1;
	barrier();
	if (unlikely(stp_stack_left() < s->min_stack)) {
		stp_hit_no_stack(k);
		preempt_enable_notrace();
		return NULL;
	}
	return k;
}

static __always_inline void stp_hit_drop(struct stp_cpu *k)
{
	if (unlikely(k->todo.any))
		stp_hit_after(k);
	barrier();
	k->busy = 0;
	preempt_enable_notrace();
}

/* The same for probes that can hit often: measures what handlers take (overload). */
static __always_inline struct stp_cpu *stp_hit_enter(struct stp_session *s)
{
	struct stp_cpu *k = stp_hit_claim(s);

	if (likely(k))
		k->entered = get_cycles();
	return k;
}

static __always_inline void stp_hit_leave(struct stp_cpu *k)
{
	u64 now = get_cycles();

	k->cycles += now - k->entered;
	if (unlikely(now - k->interval_start > k->interval))
		stp_hit_overload(k, now);
	stp_hit_drop(k);
}

static __always_inline void stp_hit_run(struct stp_cpu *k, const struct stp_probe *p)
{
	struct stp_ctx *c = &k->c;

	if (unlikely(p->locks)) {
		k->hits += stp_handler_run(k, p, p->handler, p->locks);
		return;
	}
	c->probe = p;
	c->actions = k->max_action;
	c->frame = k->frame;
	c->depth = 0;
	k->hits++;
	p->handler(c);
	if (unlikely(c->error || k->todo.iter))
		stp_handler_failed(k);
}

#endif
