/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The rare branches of hit.h. */
#include "hit.h"
#include "transport.h"

bool stp_gate_slow(const struct stp_session *s, s32 tgid)
{
	u32 i, n = min_t(u32, READ_ONCE(s->n_excluded), STP_MAX_EXCLUDED);

	if (!READ_ONCE(s->live))
		return true;
	if (!in_task()) /* an interrupt is nobody's */
		return false;
	for (i = 0; i < n; i++)
		if (READ_ONCE(s->excluded[i]) == tgid)
			return true;
	return false;
}

/* What the handler left to do. The context is still claimed. */
void stp_hit_after(struct stp_cpu *k)
{
	struct stp_session *s = k->c.session;

	if (k->c.todo.error || k->c.todo.iter)
		stp_handler_failed(k);
	if (k->c.todo.end) {
		k->c.todo.end = 0;
		stp_session_end(s, k->result);
	}
	if (k->c.todo.flush) {
		stp_transport_switch(s, k);
		smp_store_release(&k->c.todo.flush, 0);
	}
	if (k->c.todo.refresh) {
		k->c.todo.refresh = 0;
		irq_work_queue(&s->refresh_irq);
	}
	if (k->c.todo.wake) {
		k->c.todo.wake = 0;
		irq_work_queue(&s->wake_irq);
	}
}

void stp_hit_no_stack(struct stp_session *s)
{
	struct stp_cpu *k;

	preempt_disable_notrace();
	k = this_cpu_ptr(s->cpus);
	k->skipped_stack++;
	if (!k->busy) {
		k->busy = 1;
		barrier();
		stp_session_skipped(k);
		if (k->c.todo.any)
			stp_hit_after(k);
		barrier();
		k->busy = 0;
	}
	preempt_enable_notrace();
}

/*
 * One hit in STP_SAMPLE stands for all of them, as far as it is one like them: the time that an interrupt,
 * or the host of a virtual machine, took from it counts once.
 */
#define STP_UNUSUAL 8
static u64 stands_for(struct stp_cpu *k, u64 cost)
{
	u64 usual = k->usual ? min(cost, k->usual * STP_UNUSUAL) : cost;

	k->usual = k->usual ? (k->usual * 7 + usual) / 8 : usual;
	return cost + usual * (STP_SAMPLE - 1);
}

void stp_hit_measured(struct stp_cpu *k)
{
	u64 now = get_cycles();
	bool first = !k->interval_start;

	if (!k->c.todo.measure)
		return;
	k->c.todo.measure = 0;
	k->sample = STP_SAMPLE;
	k->cycles += stands_for(k, now - k->entered);
	if (now - k->interval_start <= k->interval)
		return;
	k->last_cycles = k->cycles;
	k->cycles = 0;
	k->interval_start = now;
	if (!first && k->last_cycles > k->threshold) {
		stp_cpu_end(k, STP_RESULT_OVERLOAD);
		stp_hit_after(k);
	}
}

void stp_session_skipped(struct stp_cpu *k)
{
	struct stp_session *s = k->c.session;

	if (k->script->flags & STP_SCRIPT_SUPPRESS_ERRORS)
		return;
	if (atomic64_inc_return(&s->skipped) > k->script->max_skipped)
		stp_cpu_end(k, STP_RESULT_SKIPPED);
}

u64 stp_session_errors(struct stp_cpu *k)
{
	return atomic64_inc_return(&k->c.session->errors);
}
