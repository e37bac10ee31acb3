/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A script's module comes and goes: it belongs to the session that waits for it by name, or it is
 * refused. */
#include <linux/module.h>
#include "globals.h"
#include "session.h"
#include "symbol.h"

static int contexts_init(struct stp_session *s, const struct stp_script *script)
{
	int cpu;

	for_each_possible_cpu(cpu) {
		struct stp_cpu *k = per_cpu_ptr(s->cpus, cpu);

		if (!k->frame)
			k->frame = stp_alloc_on(max(script->frame_size, 1u), cpu);
		if (!k->frame)
			return -ENOMEM;
		stp_cpu_init(k, s, script, cpu, k->frame);
		stp_cpu_limit(k, s->cpu_percent);
	}
	s->min_stack = script->min_stack;
	return 0;
}

static void contexts_done(struct stp_session *s)
{
	int cpu;

	for_each_possible_cpu(cpu) {
		struct stp_cpu *k = per_cpu_ptr(s->cpus, cpu);

		stp_free(k->frame);
		k->frame = NULL;
	}
}

/* The session takes it, unless the session has ended or got one meanwhile. */
static int bind(struct stp_session *s, struct stp_script *script)
{
	int r = -ENODEV;

	spin_lock(&s->lock);
	if (s->state == STP_STATE_OPEN && !s->dead) {
		s->script = script;
		stp_session_set_state(s, STP_STATE_LOADED);
		r = 0;
	}
	spin_unlock(&s->lock);
	return r;
}

static int prepare(struct stp_session *s, struct stp_script *script)
{
	u32 i;
	int r;

	if (s->state != STP_STATE_OPEN)
		return -ENODEV;
	if (s->memory && stp_globals_bytes(script) > s->memory)
		return -EDQUOT;
	r = contexts_init(s, script);
	if (r)
		goto fail;
	r = stp_globals_new(script, s);
	if (r)
		goto fail;
	for (i = 0; i < script->n_probes; i++) {
		script->probes[i].script = script;
		script->probes[i].core = script->probes[i].flags & STP_PROBE_STACK ? stp_stack_runner :
									    stp_probe_runner(&script->probes[i]);
		if (script->probes[i].condition && !script->probes[i].condition->probe)
			script->probes[i].condition->probe = &script->probes[i];
	}
	stp_symbols_find(script->symbols, script->n_symbols);
	r = bind(s, script);
	if (!r)
		return 0;
	stp_globals_free(script);
fail:
	contexts_done(s);
	return r;
}

int stp_script_register(struct stp_script *script)
{
	struct stp_session *s;
	int r;

	if (script->abi != STP_ABI_HASH) {
		pr_warn("stapd: %s was made for another stapd_core\n", script->name);
		return -ENOEXEC;
	}
	r = stp_script_check(script, STP_MAX_PROBES);
	if (r) {
		pr_warn("stapd: %s has a bad descriptor\n", script->name);
		return r;
	}
	/* Not script->name: the daemon gives a module that was compiled before its session's name. */
	s = stp_session_find(module_name(script->owner));
	if (!s)
		return -ENODEV;
	mutex_lock(&s->mutex);
	r = prepare(s, script);
	mutex_unlock(&s->mutex);
	if (r)
		stp_session_put(s); /* else the script keeps it */
	return r;
}
EXPORT_SYMBOL_GPL(stp_script_register);

/* From the module's exit: so it is not running, since a session that runs holds the module. */
void stp_script_unregister(struct stp_script *script)
{
	struct stp_session *s;

	if (!script->core)
		return;
	s = stp_globals_of(script)->session;
	spin_lock(&s->lock);
	s->script = NULL;
	if (s->state == STP_STATE_LOADED) {
		s->result = STP_RESULT_STOP;
		stp_session_set_state(s, STP_STATE_STOPPED);
	}
	spin_unlock(&s->lock);
	stp_globals_free(script);
	stp_session_put(s);
}
EXPORT_SYMBOL_GPL(stp_script_unregister);
