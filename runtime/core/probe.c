/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/tracepoint.h>
#include "probe.h"

static const struct stp_family *const families[] = {
	&stp_family_function,
	&stp_family_return,
	&stp_family_syscall_return,
	&stp_family_tracepoint,
	&stp_family_timer,
};

struct stp_attachments {
	void *state[ARRAY_SIZE(families)];
};

int stp_arm_failed(struct stp_session *s, const struct stp_probe *p, int r)
{
	if (p->flags & STP_PROBE_OPTIONAL)
		return 0;
	s->failed_probe = p->id;
	return r;
}

u32 stp_count_probes(const struct stp_session *s, bool (*mine)(const struct stp_probe *p))
{
	const struct stp_script *script = s->script;
	u32 i, n = 0;

	for (i = 0; i < script->n_probes; i++)
		n += mine(&script->probes[i]);
	return n;
}

u32 stp_return_instances(const struct stp_probe *p)
{
	u32 n = p->maxactive ?: p->script->max_active;

	return n ? min(n, 65536u) : max(15u, 6 * num_possible_cpus());
}

/* Hits still run when the first loop is through: all families share one wait. */
static void disarm(struct stp_session *s, struct stp_attachments *a)
{
	int i;

	for (i = ARRAY_SIZE(families) - 1; i >= 0; i--)
		if (a->state[i])
			families[i]->disarm(a->state[i]);
	synchronize_rcu();
	tracepoint_synchronize_unregister();
	stp_attachments_count_missed(s);
	for (i = ARRAY_SIZE(families) - 1; i >= 0; i--)
		if (a->state[i])
			families[i]->free(a->state[i]);
	s->attachments = NULL;
	kfree(a);
}

int stp_attachments_arm(struct stp_session *s)
{
	struct stp_attachments *a = kzalloc(sizeof(*a), GFP_KERNEL);
	u32 i;
	int r;

	if (!a)
		return -ENOMEM;
	s->attachments = a;
	for (i = 0; i < ARRAY_SIZE(families); i++) {
		r = families[i]->arm(s, &a->state[i]);
		if (r) {
			a->state[i] = NULL;
			disarm(s, a);
			return r;
		}
	}
	return 0;
}

int stp_attachments_refresh(struct stp_session *s)
{
	struct stp_attachments *a = s->attachments;
	u32 i;
	int r;

	for (i = 0; i < ARRAY_SIZE(families); i++) {
		if (!a->state[i] || !families[i]->refresh)
			continue;
		r = families[i]->refresh(s, a->state[i]);
		if (r)
			return r;
	}
	return 0;
}

void stp_attachments_disarm(struct stp_session *s)
{
	if (s->attachments)
		disarm(s, s->attachments);
}

void stp_attachments_count_missed(struct stp_session *s)
{
	struct stp_attachments *a = s->attachments;
	u64 n = 0;
	u32 i;

	if (!a)
		return;
	for (i = 0; i < ARRAY_SIZE(families); i++)
		if (a->state[i] && families[i]->missed)
			n += families[i]->missed(a->state[i]);
	WRITE_ONCE(s->missed_returns, n);
}
