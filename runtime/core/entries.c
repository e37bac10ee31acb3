/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "entries.h"

static bool wants_regs(const struct stp_probe *p)
{
	return p->kind == STP_FUNCTION && p->flags & STP_PROBE_REGS;
}

int stp_entries_init(struct stp_entries *e, struct stp_session *s, bool (*mine)(const struct stp_probe *p))
{
	e->session = s;
	e->ops.flags = stp_count_probes(s, wants_regs) ? FTRACE_OPS_FL_SAVE_REGS : 0;
	return stp_hooks_init(&e->hooks, s, mine);
}

/* ftrace takes an empty filter for one that lets everything through: without probes the ops must go. */
int stp_entries_refresh(struct stp_entries *e)
{
	struct stp_session *s = e->session;
	u32 n_probes, n_ips = stp_hooks_wanted(&e->hooks, &n_probes);
	int r;

	s->n_armed += n_probes - e->n_armed;
	e->n_armed = n_probes;
	if (!n_ips) {
		stp_entries_unregister(e);
		return 0;
	}
	r = ftrace_set_filter_ips(&e->ops, e->hooks.ips, n_ips, 0, 1);
	if (!r && !e->registered) {
		r = register_ftrace_function(&e->ops);
		e->registered = !r;
	}
	if (r)
		s->failed_probe = e->hooks.hook[0].probe->id;
	return r;
}

void stp_entries_unregister(struct stp_entries *e)
{
	if (e->registered)
		unregister_ftrace_function(&e->ops);
	e->registered = false;
}

void stp_entries_done(struct stp_entries *e)
{
	ftrace_free_filter(&e->ops); /* once: it leaves pointers to what it has freed */
	stp_hooks_done(&e->hooks);
}
