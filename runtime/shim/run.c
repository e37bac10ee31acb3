/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The session of user space: one script, contexts for a few "CPUs", records in memory. */
#include <time.h>
#include <unistd.h>
#include "cpu.h"
#include "globals.h"
#include "reserve.h"
#include "run.h"

struct module __this_module;

/* As in a relay buffer of the core: a record is filled after it was reserved, so it is given away at the
 * next. */
static union {
	struct stp_record record;
	u64 bytes[STP_RECORD_MAX / 8];
} pending;
static bool has_pending;

static struct {
	struct stp_script *script;
	struct stp_cpu cpu[STP_SHIM_CPUS];
	struct stp_shim_options options;
	enum stp_result result;
	u64 reserved, errors, skipped;
} session;

static unsigned fail_countdown;

void stp_shim_fail_alloc(unsigned n)
{
	fail_countdown = n;
}

void *stp_alloc(size_t size)
{
	void *p;

	if (fail_countdown && !--fail_countdown)
		return NULL;
	/* vmalloc() gives pages: structs with cache lines of their own rely on it */
	p = aligned_alloc(STP_LOCK_ALIGN, (size + STP_LOCK_ALIGN - 1) & ~(size_t)(STP_LOCK_ALIGN - 1));
	return p ? memset(p, 0, size) : NULL;
}

unsigned long stp_stack_left(void)
{
	return 1ul << 20;
}

/* ------------------------------------------------------------------ records */

static void give(void)
{
	if (has_pending && session.options.record)
		session.options.record(&pending.record, session.options.data);
	has_pending = false;
}

void *stp_transport_reserve(struct stp_cpu *k, u32 len)
{
	give();
	if (session.options.records_max && session.reserved >= session.options.records_max)
		return NULL;
	session.reserved++;
	has_pending = true;
	memset(&pending, 0xa5, sizeof(pending));
	return &pending;
}

void stp_record_stamp(const struct stp_ctx *c, struct stp_record *r)
{
	r->time = stp_boottime_ns();
	r->tid = c->tid;
	r->pid = c->pid;
	r->uid = getuid();
}

void stp_shim_write_record(const struct stp_record *r, void *file)
{
	fwrite(r, 1, r->len, file);
}

/* ------------------------------------------------------------------ the session */

static void end(enum stp_result why)
{
	if (session.result == STP_RESULT_NONE)
		session.result = why;
}

void stp_session_skipped(struct stp_cpu *k)
{
	if (++session.skipped > k->script->max_skipped)
		stp_cpu_end(k, STP_RESULT_SKIPPED);
}

u64 stp_session_errors(struct stp_cpu *k)
{
	return ++session.errors;
}

struct stp_ctx *stp_shim_context(u32 cpu)
{
	return &session.cpu[cpu].c;
}

bool stp_shim_handle(u32 cpu, const struct stp_probe *p, void (*handler)(struct stp_ctx *c))
{
	struct stp_cpu *k = &session.cpu[cpu];
	bool ok = stp_handler_run(k, p, handler, p ? p->locks : NULL);

	k->hits += ok;
	if (k->c.todo.end)
		end(k->result);
	k->c.todo.end = 0;
	return ok;
}

static bool is_ending(void)
{
	return session.result != STP_RESULT_NONE;
}

static bool too_many_errors(void)
{
	return session.errors > session.script->max_errors;
}

static bool never(void)
{
	return false;
}

static void run_all(enum stp_attach kind, bool (*stop)(void))
{
	const struct stp_probe *p = NULL;

	while (!stop() && (p = stp_probe_next(session.script, kind, p)))
		stp_shim_handle(0, p, p->handler);
}

/* core/stage.c without arming. */
static void run_stages(void)
{
	bool failed;

	run_all(STP_BEGIN, is_ending);
	failed = session.result == STP_RESULT_ERRORS || session.result == STP_RESULT_SKIPPED;
	if (!failed) {
		u64 before = session.errors;

		run_all(STP_END, too_many_errors);
		failed = session.errors != before && too_many_errors();
		if (failed)
			session.result = STP_RESULT_ERRORS;
	}
	if (failed)
		run_all(STP_ERROR, never);
	end(STP_RESULT_STOP);
	give();
}

int stp_shim_run(const struct stp_shim_options *o, struct stp_shim_result *ret)
{
	u32 i;

	if (!session.script)
		return -ENODEV;
	session.options = *o;
	session.result = STP_RESULT_NONE;
	session.reserved = session.errors = session.skipped = 0;
	for (i = 0; i < STP_SHIM_CPUS; i++)
		session.cpu[i].c.target = o->target;
	run_stages();
	memset(ret, 0, sizeof(*ret));
	ret->result = session.result;
	for (i = 0; i < STP_SHIM_CPUS; i++) {
		ret->records += session.cpu[i].records;
		ret->lost += session.cpu[i].lost;
		ret->errors += session.cpu[i].errors;
		ret->skipped_lock += session.cpu[i].skipped_lock;
	}
	return 0;
}

static void contexts_free(void)
{
	u32 i;

	for (i = 0; i < STP_SHIM_CPUS; i++) {
		stp_free(session.cpu[i].frame);
		session.cpu[i].frame = NULL;
	}
}

int stp_script_register(struct stp_script *s)
{
	int r = stp_script_check(s, U16_MAX);
	u32 i;

	if (r)
		return r;
	if (session.script)
		return -EBUSY;
	memset(&session, 0, sizeof(session));
	for (i = 0; i < STP_SHIM_CPUS; i++) {
		char *frame = stp_alloc(s->frame_size + 1);

		if (!frame) {
			contexts_free();
			return -ENOMEM;
		}
		stp_cpu_init(&session.cpu[i], NULL, s, i, frame);
	}
	r = stp_globals_new(s, NULL);
	if (r) {
		contexts_free();
		return r;
	}
	for (i = 0; i < s->n_probes; i++)
		s->probes[i].script = s;
	session.script = s;
	return 0;
}

void stp_script_unregister(struct stp_script *s)
{
	if (!s->core)
		return;
	stp_globals_free(s);
	contexts_free();
	session.script = NULL;
}
