/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tracepoints of the kernel and of modules. The arguments come as the machine passes them: arch.h. */
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/tracepoint.h>
#include "arch.h"
#include "hit.h"
#include "probe.h"

struct trace_probe {
	struct stp_session *session;
	const struct stp_probe *probe;
	struct tracepoint *tp;
	struct module *module;
	bool armed;
};

struct trace_probes {
	u32 n;
	struct trace_probe *probe;
};

/* ------------------------------------------------------------------ finding */

struct search {
	const char *name;
	struct tracepoint *found;
	struct module *module;
	struct notifier_block block;
};

static void look_at(struct tracepoint *tp, void *data)
{
	struct search *s = data;

	if (!strcmp(tp->name, s->name))
		s->found = tp;
}

/* Registering a notifier reports all modules that have tracepoints, which is how they can be listed
 * everywhere (for_each_module_tracepoint() came in 6.12). */
static int look_at_module(struct notifier_block *block, unsigned long event, void *data)
{
	struct search *s = container_of(block, struct search, block);
	struct tp_module *tm = data;
	unsigned int i;

	if (event != MODULE_STATE_COMING || s->found)
		return NOTIFY_OK;
	for (i = 0; i < tm->mod->num_tracepoints; i++)
		look_at(tracepoint_ptr_deref(&tm->mod->tracepoints_ptrs[i]), s);
	if (s->found && !try_module_get(tm->mod))
		s->found = NULL;
	if (s->found)
		s->module = tm->mod;
	return NOTIFY_OK;
}

struct tracepoint *stp_tracepoint_find(const char *name, struct module **ret_module)
{
	struct search s = { .name = name, .block = { .notifier_call = look_at_module } };

	if (!name)
		return NULL;
	if (strchr(name, ':'))
		s.name = strchr(name, ':') + 1;
	for_each_kernel_tracepoint(look_at, &s);
	if (!s.found && !register_tracepoint_module_notifier(&s.block))
		unregister_tracepoint_module_notifier(&s.block);
	*ret_module = s.module;
	return s.found;
}

/* ------------------------------------------------------------------ hits */

static __always_inline void trace_run(struct trace_probe *t, const u64 *args, const u64 *stack_args)
{
	struct stp_cpu *k;

	if (!stp_hit_enter(t->session, &k))
		return;
	k->c.regs = NULL;
	k->c.address = 0;
	k->c.caller = 0;
	k->c.args = args;
	k->c.stack_args = stack_args;
	stp_hit_run(k, t->probe);
	stp_hit_leave(k);
}

static noinline void trace_doubtful(struct trace_probe *t, const u64 *args, const u64 *stack_args)
{
	if (!stp_gate_slow(t->session, current->tgid))
		trace_run(t, args, stack_args);
}

/* It calls nothing but the handler, mostly. */
static __always_inline void trace_hit(void *data, const u64 *args, const u64 *stack_args)
{
	struct trace_probe *t = data;

	if (likely(!stp_gate_doubtful(t->session)))
		trace_run(t, args, stack_args);
	else
		trace_doubtful(t, args, stack_args);
}

STP_DEFINE_TRACE_ENTRY(trace_entry, trace_hit);

/* ------------------------------------------------------------------ the family */

static bool mine(const struct stp_probe *p)
{
	return p->kind == STP_TRACEPOINT;
}

static void probes_free(void *state)
{
	struct trace_probes *all = state;

	kvfree(all->probe);
	kfree(all);
}

static void probe_disarm(struct trace_probe *t)
{
	if (t->armed)
		tracepoint_probe_unregister(t->tp, (void *)trace_entry, t);
	t->armed = false;
}

static void disarm(void *state)
{
	struct trace_probes *all = state;
	u32 i;

	for (i = 0; i < all->n; i++) {
		probe_disarm(&all->probe[i]);
		module_put(all->probe[i].module);
	}
}

static int probe_refresh(struct stp_session *s, struct trace_probe *t)
{
	bool wanted = stp_probe_is_wanted(t->probe);
	int r;

	if (wanted == t->armed)
		return 0;
	if (wanted) {
		r = tracepoint_probe_register(t->tp, (void *)trace_entry, t);
		if (r)
			return stp_arm_failed(s, t->probe, r);
		t->armed = true;
		s->n_armed++;
	} else {
		probe_disarm(t);
		s->n_armed--;
	}
	return 0;
}

static int refresh(struct stp_session *s, void *state)
{
	struct trace_probes *all = state;
	u32 i;
	int r = 0;

	for (i = 0; !r && i < all->n; i++)
		r = probe_refresh(s, &all->probe[i]);
	return r;
}

static int probe_arm(struct trace_probes *all, struct stp_session *s, const struct stp_probe *p)
{
	struct trace_probe *t = &all->probe[all->n];

	t->session = s;
	t->probe = p;
	t->tp = stp_tracepoint_find(p->symbol, &t->module);
	if (!t->tp)
		return stp_arm_failed(s, p, -ENOENT);
	all->n++;
	return probe_refresh(s, t);
}

static int arm(struct stp_session *s, void **ret_state)
{
	u32 i, n = stp_count_probes(s, mine);
	struct trace_probes *all;
	int r = 0;

	if (!n)
		return 0;
	all = kzalloc(sizeof(*all), GFP_KERNEL);
	if (!all)
		return -ENOMEM;
	all->probe = kvcalloc(n, sizeof(*all->probe), GFP_KERNEL);
	if (!all->probe)
		r = -ENOMEM;
	for (i = 0; !r && i < s->script->n_probes; i++)
		if (mine(&s->script->probes[i]))
			r = probe_arm(all, s, &s->script->probes[i]);
	if (r) {
		disarm(all);
		tracepoint_synchronize_unregister();
		probes_free(all);
		return r;
	}
	*ret_state = all;
	return 0;
}

const struct stp_family stp_family_tracepoint = {
	.name = "tracepoint",
	.arm = arm,
	.refresh = refresh,
	.disarm = disarm,
	.free = probes_free,
};
