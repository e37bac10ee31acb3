/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One handler from its locks to its error report. The claiming of the context before it is in hit.h. */
#include "cpu.h"
#include "globals.h"
#include "print.h"

static bool locks_take(struct stp_cpu *k, const struct stp_locks *locks)
{
	if (stp_likely(stp_locks_take(k->script, locks)))
		return true;
	k->skipped_lock++;
	stp_session_skipped(k);
	return false;
}

bool stp_handler_run(struct stp_cpu *k, const struct stp_probe *p, stp_handler_f *handler,
		     const struct stp_locks *locks)
{
	struct stp_ctx *c = &k->c;
	bool ok;

	if (locks && !locks_take(k, locks))
		return false;
	stp_context_start(k, p);
	handler(c);
	if (locks)
		stp_locks_drop(k->script, locks);
	ok = !c->error;
	if (stp_unlikely(c->todo.error || c->todo.iter))
		stp_handler_failed(k);
	return ok;
}

static void run_locked(struct stp_ctx *c)
{
	struct stp_cpu *k = stp_cpu_of(c);
	const struct stp_locks *locks = c->probe->locks;

	if (stp_unlikely(!locks_take(k, locks))) {
		k->hits--;
		return;
	}
	c->probe->handler(c);
	stp_locks_drop(k->script, locks);
}

/* One global whose lock is free: the common case. */
static void run_locked_once(struct stp_ctx *c)
{
	const struct stp_lock *l = c->probe->locks->lock;
	struct stp_rwlock *rw = &stp_globals_of(stp_cpu_of(c)->script)->locks[l->global];
	bool write = l->write;

	if (stp_unlikely(!stp_rwlock_try(rw, write))) {
		run_locked(c);
		return;
	}
	c->probe->handler(c);
	stp_rwlock_drop(rw, write);
}

stp_handler_f *stp_probe_runner(const struct stp_probe *p)
{
	if (!p->locks || !p->locks->n)
		return p->handler;
	return p->locks->n == 1 ? run_locked_once : run_locked;
}

static void error_report(struct stp_cpu *k, const char *message)
{
	u64 n;

	k->errors++;
	if (k->script->flags & STP_SCRIPT_SUPPRESS_ERRORS)
		return;
	stp_record_text(&k->c, STP_RECORD_ERROR, message);
	n = stp_session_errors(k);
	if (n > k->script->max_errors)
		stp_cpu_end(k, STP_RESULT_ERRORS);
}

void stp_handler_failed(struct stp_cpu *k)
{
	struct stp_ctx *c = &k->c;

	stp_iter_close(k, 0);
	k->c.todo.iter = 0;
	c->frame = k->frame;
	if (c->error && c->error != stp_aborted)
		error_report(k, c->error);
	c->error = NULL;
	c->todo.error = 0;
	c->caught = 0;
}
