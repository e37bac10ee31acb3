/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One handler at a time, chosen by COST, for run-cost: what DESIGN.md has budgets for, as generated code
 * would be. The overload check stays on but has no limit that matters.
 */
#define STP_OVERLOAD_THRESHOLD 1000000000000LL
#include "script.h"
#include "../formats.h"

#define ON_WRITE .kind = STP_FUNCTION, .symbol = "vfs_write"
#define NAME2(n) "stap_c_" #n
#define NAME1(n) NAME2(n)

static s64 n;
static struct stp_map *a;
static struct stp_agg *s;
static const struct stp_lock lock_a[] = { { 0, 1 } };
static const struct stp_locks locks = { 1, lock_a };

static inline STP_HOT __attribute__((unused)) void p_count(struct stp_ctx *c)
{
	if (!stp_action(c, 1, NULL))
		return;
	stp_atomic_add(&n, 1);
}
static inline STP_HOT __attribute__((unused)) void p_stat(struct stp_ctx *c)
{
	if (!stp_action(c, 1, NULL))
		return;
	stp_agg_add(c, s, stp_function_arg(c, 2));
}
static inline STP_HOT __attribute__((unused)) void p_map(struct stp_ctx *c)
{
	union stp_key key[1] = { { .n = stp_pid(c) } };
	s64 *v;

	if (!stp_action(c, 1, NULL))
		return;
	v = stp_map_long(c, a, key);
	if (v)
		++*v;
}
static inline STP_HOT __attribute__((unused)) void p_mapstat(struct stp_ctx *c)
{
	union stp_key key[2] STP_UNINITIALIZED;
	char *name = stp_frame_push(c, MAXSTRINGLEN);

	if (!name || !stp_action(c, 1, NULL))
		return;
	stp_execname(name, MAXSTRINGLEN);
	key[0].s = name;
	key[1].n = stp_pid(c);
	stp_map_agg_add(c, a, key, stp_function_arg(c, 2));
	stp_frame_pop(c, MAXSTRINGLEN);
}
static inline STP_HOT __attribute__((unused)) void p_print(struct stp_ctx *c)
{
	char *name = stp_frame_push(c, MAXSTRINGLEN);
	u32 len;
	u64 *at;

	if (!name || !stp_action(c, 2, NULL))
		return;
	stp_execname(name, MAXSTRINGLEN);
	if (stp_str_cmp(name, "core-cost") == 0) {
		stp_execname(name, MAXSTRINGLEN);
		len = stp_str_len(name, MAXSTRINGLEN);
		at = stp_print(c, 0, stp_string_room(len) + 16);
		if (at) {
			at = stp_put_string(at, name, len);
			at[0] = stp_pid(c);
			at[1] = stp_function_arg(c, 2);
		}
	}
	stp_frame_pop(c, MAXSTRINGLEN);
}
static inline STP_HOT __attribute__((unused)) void p_filter(struct stp_ctx *c)
{
	if (!stp_action(c, 1, NULL))
		return;
	if (stp_pid(c) == c->target)
		stp_atomic_add(&n, 1);
}
static inline STP_HOT __attribute__((unused)) void p_entry(struct stp_ctx *c)
{
	union stp_key key[1] = { { .n = stp_tid(c) } };
	s64 *v = stp_map_long(c, a, key);

	if (v)
		*v = stp_time_ns();
}
static inline STP_HOT __attribute__((unused)) void p_latency(struct stp_ctx *c)
{
	union stp_key key[1] = { { .n = stp_tid(c) } };
	s64 t = stp_map_get_long(c, a, key);

	if (!t)
		return;
	stp_map_delete(c, a, key);
	stp_agg_add(c, s, stp_time_ns() - t);
}

static const struct stp_global globals[] = {
	{ .name = "a", .kind = STP_GLOBAL_MAP, .n_keys = 1 + COST_PAIR, .string_keys = COST_PAIR,
	  .value = COST_PAIR ? STP_VALUE_AGG : STP_VALUE_LONG, .max = 2048, .slot = (void **)&a },
	{ .name = "s", .kind = STP_GLOBAL_AGG, .hist = STP_HIST_LOG, .slot = (void **)&s },
};
static void p_end(struct stp_ctx *c)
{
	print1(c, F_END, n);
}
static struct stp_probe probes[] = { COST, { .kind = STP_END, .id = 9, .handler = p_end } };
SCRIPT(NAME1(COST_NAME), probes, GLOBALS(globals));
