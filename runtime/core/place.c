/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From the names of functions to the addresses where probes go. */
#include <linux/slab.h>
#include "probe.h"
#include "symbol.h"

struct search {
	struct stp_places *l;
	u32 room;
	const struct stp_probe *probe;
	u64 (*at)(u64 address);
	bool any; /* functions of this name */
};

/* One that finds no room is only counted: the search is done again, with enough. */
static int add(void *data, unsigned long address)
{
	struct search *q = data;
	u64 at = q->at ? q->at(address) : address;

	q->any = true;
	if (!at)
		return 0;
	if (q->l->n < q->room)
		q->l->place[q->l->n] = (struct stp_place){ q->probe, at };
	q->l->n++;
	return 0;
}

static int find_one(struct search *q)
{
	const struct stp_probe *p = q->probe;
	u32 before = q->l->n;

	q->any = false;
	if (p->address && !stp_symbol_is(p->address, p->symbol))
		return -ESTALE;
	if (p->address)
		add(q, p->address);
	else
		stp_symbol_each(p->symbol, add, q);
	if (q->l->n > before)
		return 0;
	return q->any ? -EOPNOTSUPP : -ENOENT;
}

static int find_all(struct search *q, struct stp_session *s, bool (*mine)(const struct stp_probe *p))
{
	const struct stp_script *script = s->script;
	int r = 0;
	u32 i;

	q->l->n = 0;
	q->l->place = kvcalloc(q->room, sizeof(*q->l->place), GFP_KERNEL);
	if (!q->l->place)
		return -ENOMEM;
	for (i = 0; !r && i < script->n_probes && READ_ONCE(s->result) == STP_RESULT_NONE; i++) {
		q->probe = &script->probes[i];
		if (mine(q->probe))
			r = find_one(q);
		if (r)
			r = stp_arm_failed(s, q->probe, r);
		cond_resched();
	}
	if (r)
		stp_places_done(q->l);
	return r;
}

int stp_places_find(struct stp_places *l, struct stp_session *s, bool (*mine)(const struct stp_probe *p),
		    u64 (*at)(u64 address))
{
	u32 n = stp_count_probes(s, mine);
	struct search q = { .l = l, .room = n + n / 8 + 16, .at = at };
	int r;

	*l = (struct stp_places){};
	if (!n)
		return 0;
	r = find_all(&q, s, mine);
	while (!r && l->n > q.room) {
		q.room = l->n;
		stp_places_done(l);
		r = find_all(&q, s, mine);
	}
	if (!r && !l->n)
		stp_places_done(l);
	return r;
}

void stp_places_done(struct stp_places *l)
{
	kvfree(l->place);
	*l = (struct stp_places){};
}
