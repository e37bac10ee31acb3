/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Two CPUs change the same two globals: the language's rule is that a handler sees its globals change
 * atomically. */
#define STP_OVERLOAD_THRESHOLD 0
#define MAXSKIPPED 1000000000
#include "script.h"
#include "../formats.h"

static s64 a, b, torn;
static struct stp_map *counts;

static void p_write(struct stp_ctx *c)
{
	union stp_key key[1];
	s64 *v;

	if (stp_function_arg(c, 2) != 1)
		return;
	torn += a != b;
	a++;
	key[0].n = a & 15;
	v = stp_map_long(c, counts, key);
	if (v)
		++*v;
	b++;
}
static void p_end(struct stp_ctx *c)
{
	struct stp_iter it;
	s64 sum = 0;

	if (!stp_iter_begin(c, &it, counts, 0, STP_SORT_NONE, 0, -1, NULL, 0))
		return;
	while (stp_iter_next(c, &it))
		sum += stp_iter_value_long(&it);
	stp_iter_end(c, &it);
	print3(c, F_END, a, torn, sum);
}

static const struct stp_lock writes[] = { { 0, 1 }, { 1, 1 } };
static const struct stp_locks locks = { 2, writes };
static const struct stp_global globals[] = {
	{ .name = "a", .kind = STP_GLOBAL_LONG },
	{ .name = "counts", .kind = STP_GLOBAL_MAP, .value = STP_VALUE_LONG, .n_keys = 1, .max = 16, .slot = (void **)&counts },
};
static struct stp_probe probes[] = {
	{ .kind = STP_FUNCTION, .id = 0, .symbol = "vfs_write", .handler = p_write, .locks = &locks },
	{ .kind = STP_END, .id = 1, .handler = p_end },
};
SCRIPT("stap_t_lock", probes, GLOBALS(globals));
