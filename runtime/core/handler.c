/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One handler from its locks to its error report. The claiming of the context before it is in hit.h. */
#include "cpu.h"
#include "lock.h"
#include "print.h"

bool stp_handler_run(struct stp_cpu *k, const struct stp_probe *p, void (*handler)(struct stp_ctx *c),
		     const struct stp_locks *locks)
{
	struct stp_ctx *c = &k->c;
	bool ok;

	if (locks && !stp_locks_take(k->script, locks)) {
		k->skipped_lock++;
		stp_session_skipped(k);
		return false;
	}
	c->probe = p;
	c->actions = k->max_action;
	c->frame = k->frame;
	c->depth = 0;
	handler(c);
	if (locks)
		stp_locks_drop(k->script, locks);
	ok = !c->error;
	if (stp_unlikely(c->error || k->todo.iter))
		stp_handler_failed(k);
	return ok;
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
	k->todo.iter = 0;
	if (c->error && c->error != stp_aborted)
		error_report(k, c->error);
	c->error = NULL;
	c->caught = 0;
}
