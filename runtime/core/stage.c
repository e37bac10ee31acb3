/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The stages of a session, in the work item: begin probes, arming, running, disarming, end or error probes.
 * It is queued whenever something is wanted, and looks at what that is.
 */
#include <linux/ktime.h>
#include <linux/module.h>
#include "globals.h"
#include "hit.h"
#include "print.h"
#include "probe.h"

static bool is_ending(const struct stp_session *s)
{
	return READ_ONCE(s->result) != STP_RESULT_NONE;
}

static bool has_failed(const struct stp_session *s)
{
	u32 r = READ_ONCE(s->result);

	return r == STP_RESULT_ERRORS || r == STP_RESULT_SKIPPED || r == STP_RESULT_OVERLOAD ||
	       r == STP_RESULT_ARM;
}

/* Too many errors, counted over the whole session. */
static bool too_many_errors(const struct stp_session *s)
{
	return atomic64_read(&s->errors) > s->script->max_errors;
}

static void run_one(struct stp_session *s, const struct stp_probe *p)
{
	struct stp_cpu *k;

	if (!stp_hit_claim(s, &k)) /* cannot be: nothing else of the session runs, and this is a worker with all its stack */
		return;
	k->c.regs = NULL;
	k->c.args = NULL;
	k->c.address = 0;
	k->c.caller = 0;
	stp_hit_run(k, p);
	stp_hit_next(k);
	stp_hit_drop(k);
}

/* In order, until `stop` says so or the leash goes. */
static void run_all(struct stp_session *s, enum stp_attach kind, bool (*stop)(const struct stp_session *s))
{
	const struct stp_probe *p = NULL;

	while (!READ_ONCE(s->dead) && !stop(s) && (p = stp_probe_next(s->script, kind, p))) {
		run_one(s, p);
		cond_resched();
	}
}

static bool never(const struct stp_session *s)
{
	return false;
}

static void launch(struct stp_session *s)
{
	bool busy; /* never: nothing else runs yet */
	u64 start;
	int cpu;

	for_each_possible_cpu(cpu) {
		per_cpu_ptr(s->cpus, cpu)->c.target = s->target;
		per_cpu_ptr(s->cpus, cpu)->c.owner = s->owner;
	}
	run_all(s, STP_BEGIN, is_ending);
	if (is_ending(s))
		return;
	stp_conditions_look(s, &busy);
	if (is_ending(s))
		return;
	start = ktime_get_ns();
	s->error = stp_attachments_arm(s);
	s->arm_ns = ktime_get_ns() - start;
	if (s->error) {
		cmpxchg(&s->result, STP_RESULT_NONE, STP_RESULT_ARM);
		return;
	}
	/* Ending clears `live` after it has set the result: one of us sees the other. */
	smp_store_release(&s->live, 1);
	stp_gate_set(s);
	if (is_ending(s))
		stp_gate_close(s);
	spin_lock(&s->lock);
	stp_session_set_state(s, STP_STATE_RUNNING);
	spin_unlock(&s->lock);
}

/* end, or error where the session has failed. An end probe that fails skips the others, and then it has. */
static void run_last(struct stp_session *s)
{
	bool failed = has_failed(s);

	if (!failed) {
		u64 before = atomic64_read(&s->errors);

		run_all(s, STP_END, too_many_errors);
		failed = atomic64_read(&s->errors) != before && too_many_errors(s);
		if (failed)
			WRITE_ONCE(s->result, STP_RESULT_ERRORS);
	}
	if (failed)
		run_all(s, STP_ERROR, never);
}

/* Which globals made handlers wait for too long: the sums alone would not say. */
static void report_locks(struct stp_session *s)
{
	const struct stp_script *script = s->script;
	const struct stp_rwlock *locks = stp_globals_of(script)->locks;
	char text[128];
	struct stp_cpu *k;
	u32 i;

	for (i = 0; i < script->n_globals; i++) {
		if (!locks[i].timeouts || !stp_hit_claim(s, &k))
			continue;
		snprintf(text, sizeof(text), "Skipped due to global '%.64s' lock timeout: %u",
			 script->globals[i].name, locks[i].timeouts);
		k->c.probe = &script->probes[0];
		stp_record_text(&k->c, STP_RECORD_WARNING, text);
		if (k->c.todo.any)
			stp_hit_after(k);
		stp_hit_drop(k);
	}
}

static void set_state(struct stp_session *s, enum stp_state state)
{
	spin_lock(&s->lock);
	stp_session_set_state(s, state);
	spin_unlock(&s->lock);
}

static void finish(struct stp_session *s)
{
	struct module *owner = s->script->owner;
	u64 start;

	stp_gate_close(s);
	set_state(s, STP_STATE_STOPPING);
	start = ktime_get_ns();
	stp_attachments_disarm(s);
	s->disarm_ns = ktime_get_ns() - start;
	run_last(s);
	report_locks(s);
	stp_refresh_done(s);
	/* What the last handlers queued refers to the session, and takes a reference when it runs. */
	irq_work_sync(&s->end_irq);
	irq_work_sync(&s->wake_irq);
	set_state(s, STP_STATE_STOPPED);
	module_put(owner); /* from here on the script may be gone */
	stp_session_unuse(s);
}

void stp_stage_work(struct work_struct *w)
{
	struct stp_session *s = container_of(w, struct stp_session, work);

	mutex_lock(&s->mutex);
	if (s->state == STP_STATE_STARTING)
		launch(s);
	if ((s->state == STP_STATE_STARTING || s->state == STP_STATE_RUNNING) && is_ending(s))
		finish(s);
	mutex_unlock(&s->mutex);
	stp_session_put(s);
}
