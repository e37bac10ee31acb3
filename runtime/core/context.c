/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What generated code may ask of its context: errors, actions, nesting, frames, ending the session. */
#include "cpu.h"

const char stp_aborted[] = "aborted";

/* Headroom beyond MINSTACKSPACE that a call of a recursive function must leave. */
#define CALL_STACK 512

void stp_cpu_init(struct stp_cpu *k, struct stp_session *session, const struct stp_script *s, u32 cpu,
		  char *frame)
{
	k->c.session = session;
	k->c.cpu = cpu;
	k->script = s;
	k->frame = frame;
	k->frame_end = frame + s->frame_size;
	k->c.frame = k->frame;
	k->c.frame_end = k->frame_end;
	k->start = s->max_action; /* depth 0 */
	k->sample = 1;
	k->threshold = s->overload_threshold;
	k->interval = s->overload_interval ? s->overload_interval : U64_MAX;
	if (!k->threshold || s->flags & STP_SCRIPT_SUPPRESS_TIME_LIMITS)
		k->interval = U64_MAX;
}

/* Whoever lets a script run may allow less than it asks for. */
#define LIMIT_INTERVAL 1000000000ull /* cycles */
void stp_cpu_limit(struct stp_cpu *k, u32 percent)
{
	u64 most;

	if (!percent)
		return;
	if (k->interval == U64_MAX) /* the script wants none */
		k->threshold = 0;
	if (k->interval > LIMIT_INTERVAL)
		k->interval = LIMIT_INTERVAL;
	most = k->interval * percent / 100;
	if (!k->threshold || k->threshold > most)
		k->threshold = most;
}

void stp_errorf(struct stp_ctx *c, const char *format, ...)
{
	va_list args;

	if (c->error)
		return;
	va_start(args, format);
	vsnprintf(c->message, sizeof(c->message), format, args);
	va_end(args);
	c->error = c->message;
	c->todo.error = 1;
}
EXPORT_SYMBOL_GPL(stp_errorf);

void stp_error_copy(struct stp_ctx *c, const char *message)
{
	if (c->error)
		return;
	stp_str_copy(c->message, message, sizeof(c->message));
	c->error = c->message;
	c->todo.error = 1;
}
EXPORT_SYMBOL_GPL(stp_error_copy);

bool stp_catch(struct stp_ctx *c, char *dst, u32 size)
{
	if (c->caught || !c->error)
		return false;
	if (dst)
		stp_str_copy(dst, c->error, size);
	c->error = NULL;
	return true;
}
EXPORT_SYMBOL_GPL(stp_catch);

bool stp_actions_exceeded(struct stp_ctx *c, const char *place)
{
	if (stp_cpu_of(c)->script->flags & STP_SCRIPT_SUPPRESS_TIME_LIMITS) {
		c->actions = S32_MAX;
		return true;
	}
	stp_error(c, "MAXACTION exceeded");
	if (place)
		stp_error_place(c, place);
	c->caught = 1;
	return false;
}
EXPORT_SYMBOL_GPL(stp_actions_exceeded);

static const char too_deep[] = "MAXNESTING exceeded";
static const char no_stack[] = "too little kernel stack for a function call";

void *stp_frame_failed(struct stp_ctx *c)
{
	stp_error(c, too_deep);
	return NULL;
}
EXPORT_SYMBOL_GPL(stp_frame_failed);

bool stp_call_enter(struct stp_ctx *c)
{
	const struct stp_script *s = stp_cpu_of(c)->script;

	if (c->depth >= s->max_nesting) {
		stp_error(c, too_deep);
		return false;
	}
	if (stp_stack_left() < s->min_stack + CALL_STACK) {
		stp_error(c, no_stack);
		return false;
	}
	c->depth++;
	return true;
}
EXPORT_SYMBOL_GPL(stp_call_enter);

/* What the function itself says with error() has no place. */
void stp_call_place(struct stp_ctx *c, const char *place)
{
	if (c->error == too_deep || c->error == no_stack)
		stp_error_place(c, place);
}
EXPORT_SYMBOL_GPL(stp_call_place);

void stp_exit(struct stp_ctx *c)
{
	c->stop = 1;
	stp_cpu_end(stp_cpu_of(c), STP_RESULT_EXIT);
}
EXPORT_SYMBOL_GPL(stp_exit);

void stp_abort(struct stp_ctx *c)
{
	stp_exit(c);
	stp_error(c, stp_aborted);
	c->caught = 1;
}
EXPORT_SYMBOL_GPL(stp_abort);

s64 stp_div_failed(struct stp_ctx *c, const char *message)
{
	stp_error(c, message);
	return 0;
}
EXPORT_SYMBOL_GPL(stp_div_failed);

/* begin, end and error probes are few: a search each time needs no memory. */
static bool runs_before(const struct stp_probe *a, const struct stp_probe *b)
{
	return a->number != b->number ? a->number < b->number : a < b;
}

const struct stp_probe *stp_probe_next(const struct stp_script *s, enum stp_attach kind,
				       const struct stp_probe *last)
{
	const struct stp_probe *p, *best = NULL;

	for (p = s->probes; p < s->probes + s->n_probes; p++)
		if (p->kind == kind && (!last || runs_before(last, p)) && (!best || runs_before(p, best)))
			best = p;
	return best;
}
