/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Probes by address, for ftrace: a hash from address to probes. */
#include <linux/log2.h>
#include <linux/slab.h>
#include "probe.h"
#include "symbol.h"

static int hooks_alloc(struct stp_hooks *h, u32 n)
{
	u32 size = roundup_pow_of_two(max(2 * n, 8u));

	h->shift = 64 - ilog2(size);
	h->table = kvcalloc(size, sizeof(*h->table), GFP_KERNEL);
	h->ips = kvcalloc(n, sizeof(*h->ips), GFP_KERNEL);
	h->hook = kvcalloc(n, sizeof(*h->hook), GFP_KERNEL);
	if (h->table && h->ips && h->hook)
		return 0;
	stp_hooks_done(h);
	return -ENOMEM;
}

void stp_hooks_done(struct stp_hooks *h)
{
	kvfree(h->table);
	kvfree(h->ips);
	kvfree(h->hook);
	memset(h, 0, sizeof(*h));
}

static void hooks_add(struct stp_hooks *h, u64 ip, const struct stp_probe *p, s32 target)
{
	struct stp_hook *k = &h->hook[h->n++], **first = &h->table[ip * STP_HOOK_HASH >> h->shift], **at;

	k->ip = ip;
	k->probe = p;
	k->tgid = p->flags & STP_PROBE_TARGET ? target : 0;
	for (at = first; *at && (*at)->ip != ip; at = &(*at)->next)
		;
	if (!*at)
		h->ips[h->n_ips++] = ip;
	else
		while (*at)
			at = &(*at)->more;
	*at = k;
}

int stp_hooks_init(struct stp_hooks *h, struct stp_session *s, bool (*mine)(const struct stp_probe *p))
{
	struct stp_places l;
	u32 i;
	int r;

	memset(h, 0, sizeof(*h));
	r = stp_places_find(&l, s, mine, stp_symbol_entry);
	if (r || !l.n)
		return r;
	r = hooks_alloc(h, l.n);
	for (i = 0; !r && i < l.n; i++)
		hooks_add(h, l.place[i].address, l.place[i].probe, s->target);
	stp_places_done(&l);
	return r;
}

/* Wanted by any of the probes there. */
static bool ip_is_wanted(const struct stp_hooks *h, u64 ip, u32 *n_probes)
{
	const struct stp_hook *k;
	u32 n = 0;

	for (k = stp_hooks_find(h, ip); k; k = k->more)
		n += stp_probe_is_wanted(k->probe);
	*n_probes += n;
	return n;
}

u32 stp_hooks_wanted(struct stp_hooks *h, u32 *ret_probes)
{
	u32 i, n = 0;

	*ret_probes = 0;
	for (i = 0; i < h->n_ips; i++)
		if (ip_is_wanted(h, h->ips[i], ret_probes)) {
			swap(h->ips[n], h->ips[i]);
			n++;
		}
	return n;
}
