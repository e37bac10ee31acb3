/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Probes by address, for ftrace and fprobe: symbols resolved, a hash from address to probes. */
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

static void hooks_add(struct stp_hooks *h, u64 ip, const struct stp_probe *p)
{
	struct stp_hook *k = &h->hook[h->n++], **first = &h->table[ip * STP_HOOK_HASH >> h->shift], **at;

	k->ip = ip;
	k->probe = p;
	for (at = first; *at && (*at)->ip != ip; at = &(*at)->next)
		;
	if (!*at)
		h->ips[h->n_ips++] = ip;
	else
		while (*at)
			at = &(*at)->more;
	*at = k;
}

static int probe_resolve(const struct stp_probe *p, u64 *ret_ip)
{
	u64 address = p->address, ip;

	if (address && !stp_symbol_is(address, p->symbol))
		return -ESTALE;
	if (!address)
		address = stp_symbol_address(p->symbol);
	if (!address)
		return -ENOENT;
	ip = stp_symbol_entry(address);
	if (!ip)
		return -EOPNOTSUPP;
	*ret_ip = ip;
	return 0;
}

int stp_hooks_init(struct stp_hooks *h, struct stp_session *s, bool (*mine)(const struct stp_probe *p))
{
	const struct stp_script *script = s->script;
	u32 i, n = stp_count_probes(s, mine);
	int r;

	memset(h, 0, sizeof(*h));
	if (!n)
		return 0;
	r = hooks_alloc(h, n);
	for (i = 0; !r && i < script->n_probes; i++) {
		const struct stp_probe *p = &script->probes[i];
		u64 ip;

		if (!mine(p))
			continue;
		r = probe_resolve(p, &ip);
		if (r)
			r = stp_arm_failed(s, p, r);
		else
			hooks_add(h, ip, p);
	}
	if (r)
		stp_hooks_done(h);
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
