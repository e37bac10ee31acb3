/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "agg.h"
#include "globals.h"
#include "map.h"

/* More than any script needs; products of them stay far from overflow. */
#define MAX_GLOBALS 4096
#define MAX_STRING (64u << 10)
#define MAX_FRAME (1u << 20)
#define MAX_TRIES 10000
#define MAX_DELAY_US 1000

static bool locks_ok(const struct stp_script *s, const struct stp_locks *l)
{
	u32 i;

	for (i = 0; l && i < l->n; i++) {
		if (l->lock[i].global >= s->n_globals)
			return false;
		if (i && l->lock[i].global <= l->lock[i - 1].global)
			return false;
	}
	return true;
}

static bool probe_ok(const struct stp_script *s, const struct stp_probe *p)
{
	return p->kind < STP_ATTACH_MAX && p->handler && p->id <= U16_MAX && p->saved <= STP_MAX_SAVED &&
	       (!p->condition ||
		(p->condition >= s->conditions && p->condition < s->conditions + s->n_conditions)) &&
	       locks_ok(s, p->locks) && locks_ok(s, p->entry_locks);
}

int stp_script_check(const struct stp_script *s, u32 max_probes)
{
	u32 i;

	if (!s->name || s->n_probes > max_probes || s->n_globals > MAX_GLOBALS)
		return -EINVAL;
	if (s->string_size < 16 || s->string_size > MAX_STRING || s->frame_size > MAX_FRAME)
		return -EINVAL;
	if (s->max_action > S32_MAX || s->max_trylock > MAX_TRIES || s->trylock_delay > MAX_DELAY_US)
		return -EINVAL;
	for (i = 0; i < s->n_probes; i++)
		if (!probe_ok(s, &s->probes[i]))
			return -EINVAL;
	for (i = 0; i < s->n_conditions; i++)
		if (!s->conditions[i].holds || !locks_ok(s, s->conditions[i].locks))
			return -EINVAL;
	for (i = 0; i < s->n_globals; i++)
		if (s->globals[i].kind >= STP_GLOBAL_AGG && !s->globals[i].slot)
			return -EINVAL;
	return 0;
}

static int global_new(const struct stp_script *s, const struct stp_global *g)
{
	switch (g->kind) {
	case STP_GLOBAL_AGG:
		return stp_agg_new(g, (struct stp_agg **)g->slot);
	case STP_GLOBAL_MAP:
		return stp_map_new(g, s->string_size, (struct stp_map **)g->slot);
	default:
		return 0;
	}
}

u64 stp_globals_bytes(const struct stp_script *s)
{
	u64 sum = 0;
	u32 i;

	for (i = 0; i < s->n_globals; i++) {
		const struct stp_global *g = &s->globals[i];

		if (g->kind == STP_GLOBAL_AGG)
			sum += stp_stats_bytes(g, 1);
		else if (g->kind == STP_GLOBAL_MAP)
			sum += stp_map_bytes(g, s->string_size);
	}
	return sum;
}

static void global_free(const struct stp_global *g)
{
	if (g->kind < STP_GLOBAL_AGG)
		return;
	if (g->kind == STP_GLOBAL_AGG)
		stp_agg_free(*g->slot);
	else
		stp_map_free(*g->slot);
	*g->slot = NULL;
}

int stp_globals_new(struct stp_script *s, struct stp_session *session)
{
	struct stp_globals *g = stp_alloc(sizeof(*g));
	int r = -ENOMEM;
	u32 i;

	if (!g)
		return r;
	g->session = session;
	g->locks = stp_alloc(sizeof(*g->locks) * (s->n_globals + 1));
	if (!g->locks)
		goto fail_locks;
	for (i = 0; i < s->n_globals; i++) {
		r = global_new(s, &s->globals[i]);
		if (r)
			goto fail_global;
	}
	s->core = g;
	return 0;

fail_global:
	while (i--)
		global_free(&s->globals[i]);
	stp_free(g->locks);
fail_locks:
	stp_free(g);
	return r;
}

void stp_globals_free(struct stp_script *s)
{
	struct stp_globals *g = stp_globals_of(s);
	u32 i;

	for (i = 0; i < s->n_globals; i++)
		global_free(&s->globals[i]);
	stp_free(g->locks);
	stp_free(g);
	s->core = NULL;
}
