/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Probe points with a condition are armed only while it holds. A handler that changes one says so (hit.c);
 * arming may sleep, so a work item does it, at once when it has not just been done, and then not more often
 * than STP_ON_THE_FLY_INTERVAL: a condition that changes with each hit must not keep the machine busy with
 * arming.
 *
 * What a condition is worth is read and kept under the locks of its globals. A handler compares the two
 * under the same locks when it has changed one of them. So either it sees what we kept, or we see what it
 * wrote.
 */
#include <linux/ktime.h>
#include "globals.h"
#include "hit.h"
#include "lock.h"
#include "probe.h"

static bool is_running(const struct stp_session *s)
{
	return s->state == STP_STATE_RUNNING && READ_ONCE(s->result) == STP_RESULT_NONE;
}

static void queue(struct stp_session *s)
{
	s64 left = ktime_to_ns(ktime_sub(s->refreshed, ktime_get())) + (s64)s->script->refresh_interval;

	stp_session_get(s);
	if (!queue_delayed_work(stp_workqueue, &s->refresh, left > 0 ? nsecs_to_jiffies(left) + 1 : 0))
		stp_session_put(s);
}

/* Handlers run, or stp_refresh_done() waits for us: the script is there. */
static void refresh_asked(struct irq_work *w)
{
	queue(container_of(w, struct stp_session, refresh_irq));
}

/* ------------------------------------------------------------------ conditions */

/* With its locks held. */
static bool look(struct stp_cpu *k, struct stp_condition *cond)
{
	bool holds;

	stp_context_start(k, cond->probe);
	k->c.regs = NULL;
	k->c.args = NULL;
	k->c.address = 0;
	k->c.caller = 0;
	holds = cond->holds(&k->c);
	if (k->c.error || holds == (cond->armed != 0))
		return false;
	WRITE_ONCE(cond->armed, holds);
	return true;
}

bool stp_conditions_look(struct stp_session *s, bool *ret_busy)
{
	const struct stp_script *script = s->script;
	bool changed = false;
	struct stp_cpu *k;
	u32 i;

	*ret_busy = false;
	for (i = 0; i < script->n_conditions; i++) {
		struct stp_condition *cond = &script->conditions[i];

		if (!cond->probe)
			continue;
		if (!stp_hit_claim(s, &k)) {
			*ret_busy = true;
			continue;
		}
		if (cond->locks && !stp_locks_take(script, cond->locks)) {
			*ret_busy = true;
		} else {
			changed |= look(k, cond);
			if (cond->locks)
				stp_locks_drop(script, cond->locks);
		}
		if (k->c.todo.any)
			stp_hit_after(k);
		stp_hit_drop(k);
	}
	return changed;
}

/* ------------------------------------------------------------------ the work item */

static void refresh(struct stp_session *s)
{
	bool busy;

	if (stp_conditions_look(s, &busy))
		s->error = stp_attachments_refresh(s);
	s->refreshed = ktime_get();
	if (s->error)
		stp_session_end(s, STP_RESULT_ARM);
	else if (busy)
		queue(s);
}

static void refresh_work(struct work_struct *w)
{
	struct stp_session *s = container_of(to_delayed_work(w), struct stp_session, refresh);

	mutex_lock(&s->mutex);
	if (is_running(s))
		refresh(s);
	mutex_unlock(&s->mutex);
	stp_session_put(s);
}

void stp_refresh_init(struct stp_session *s)
{
	init_irq_work(&s->refresh_irq, refresh_asked);
	INIT_DELAYED_WORK(&s->refresh, refresh_work);
}

/* A round that waits for the mutex finds that nothing runs any more. */
void stp_refresh_done(struct stp_session *s)
{
	irq_work_sync(&s->refresh_irq);
	if (cancel_delayed_work(&s->refresh))
		stp_session_put(s);
}
