/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Every kind of probe, on write(2) of the target process. Format numbers: ../formats.h. */
#define MAXTRYLOCK 5000 /* another CPU of the guest may be stopped for a while: no hit shall be skipped */
#include "script.h"
#include "../formats.h"

/* Writes of this many bytes are meant, not what the test prints. */
#define OUR_SIZE 7

static s64 hits, ticks;
static struct stp_map *by_tid, *sizes;
static struct stp_agg *lengths;

static void p_begin_late(struct stp_ctx *c)
{
	print1(c, F_BEGIN, 2);
}
static void p_begin_early(struct stp_ctx *c)
{
	print1(c, F_BEGIN, 1);
}

static void p_vfs_write(struct stp_ctx *c)
{
	union stp_key key[1], pair[2];
	char *name;
	s64 *v;

	if (!ours(c) || stp_function_arg(c, 2) != OUR_SIZE)
		return;
	stp_atomic_add(&hits, 1);
	print3(c, F_FUNCTION, stp_function_arg(c, 2), stp_caller(c) != 0, stp_tid(c));
	key[0].n = stp_tid(c);
	v = stp_map_long(c, by_tid, key);
	if (v)
		++*v;
	name = stp_frame_push(c, MAXSTRINGLEN);
	if (!name)
		return;
	stp_execname(name, MAXSTRINGLEN);
	pair[0].s = name;
	pair[1].n = stp_function_arg(c, 2) & 1;
	stp_map_agg_add(c, sizes, pair, stp_function_arg(c, 2));
	stp_agg_add(c, lengths, stp_function_arg(c, 2));
	stp_frame_pop(c, MAXSTRINGLEN);
}

static void p_registers(struct stp_ctx *c)
{
	u64 at_sp = 0;

	/* rw_verify_area(WRITE, file, &pos, count), from vfs_write() */
	if (!ours(c) || stp_function_arg(c, 3) != OUR_SIZE || (u32)stp_function_arg(c, 0) != 1)
		return;
	/* all registers, and the stack pointer where the ABI has it: at the return address */
	stp_copy_kernel(&at_sp, c->regs->sp, 8);
	print3(c, F_REGS, stp_register(c, "rcx"), at_sp == stp_caller(c), c->regs->cs & 3);
}

static void p_vfs_write_entry(struct stp_ctx *c)
{
	c->saved[0] = stp_function_arg(c, 2);
	c->saved[1] = stp_tid(c);
}
static void p_vfs_write_return(struct stp_ctx *c)
{
	if (!ours(c) || c->saved[0] != OUR_SIZE)
		return;
	print3(c, F_RETURN, c->result, c->saved[0], c->saved[1] == stp_tid(c));
}

static void p_syscall(struct stp_ctx *c)
{
	if (!ours(c) || stp_syscall_arg(c, 2) != OUR_SIZE)
		return;
	print3(c, F_SYSCALL, stp_syscall_arg(c, 0), stp_syscall_arg(c, 2), c->regs->orig_ax);
}
static void p_syscall_return(struct stp_ctx *c)
{
	if (!ours(c) || stp_syscall_arg(c, 2) != OUR_SIZE)
		return;
	print3(c, F_SYSCALL_RETURN, c->result, stp_syscall_arg(c, 2), stp_syscall_arg(c, 0));
}
static void p_sys_enter(struct stp_ctx *c)
{
	s64 count;

	if (!ours(c) || stp_trace_arg(c, 1) != 1)
		return;
	count = stp_load_kernel(c, stp_trace_arg(c, 0) + __builtin_offsetof(struct pt_regs, dx), 8, 0,
				"$regs");
	if (count == OUR_SIZE)
		print1(c, F_TRACE, count);
}
/* kmalloc has six arguments or seven: the last ones are on the stack. */
static void p_kmalloc(struct stp_ctx *c)
{
	if (ours(c) && stp_trace_arg(c, 1))
		print3(c, F_TRACE_MANY, stp_trace_arg(c, 3), stp_trace_arg(c, 4), stp_trace_arg(c, 5));
}
static void p_timer(struct stp_ctx *c)
{
	stp_atomic_add(&ticks, 1);
}

static void p_end(struct stp_ctx *c)
{
	union stp_key key[2];
	struct stp_iter it;

	print3(c, F_END, hits, ticks, stp_agg_get(c, lengths, STP_SUM, "lengths"));
	if (!stp_iter_begin(c, &it, by_tid, -1, STP_SORT_VALUE, 0, -1, NULL, 0))
		return;
	while (stp_iter_next(c, &it))
		print3(c, F_MAP, stp_iter_key_long(&it, 0), stp_iter_value_long(&it), 0);
	stp_iter_end(c, &it);
	key[0].s = "core-test";
	key[1].n = 1;
	print3(c, F_STATS, stp_map_agg_get(c, sizes, key, STP_COUNT, "sizes"),
	       stp_map_agg_get(c, sizes, key, STP_MIN, "sizes"),
	       stp_map_agg_get(c, sizes, key, STP_MAX, "sizes"));
}

static const struct stp_lock map_write[] = { { 0, 1 } };
static const struct stp_locks map_locks = { 1, map_write };

static const struct stp_global globals[] = {
	{ .name = "by_tid", .kind = STP_GLOBAL_MAP, .value = STP_VALUE_LONG, .n_keys = 1, .max = 100, .slot = (void **)&by_tid },
	{ .name = "sizes", .kind = STP_GLOBAL_MAP, .value = STP_VALUE_AGG, .n_keys = 2, .string_keys = 1, .max = 100,
	  .slot = (void **)&sizes },
	{ .name = "lengths", .kind = STP_GLOBAL_AGG, .hist = STP_HIST_LOG, .slot = (void **)&lengths },
};

static struct stp_probe probes[] = {
	{ .kind = STP_BEGIN, .id = 0, .number = 5, .handler = p_begin_late },
	{ .kind = STP_BEGIN, .id = 1, .number = -5, .handler = p_begin_early },
	{ .kind = STP_FUNCTION, .id = 2, .symbol = "vfs_write", .handler = p_vfs_write, .locks = &map_locks },
	{ .kind = STP_FUNCTION, .id = 3, .symbol = "rw_verify_area", .flags = STP_PROBE_REGS, .handler = p_registers },
	{ .kind = STP_FUNCTION_RETURN, .id = 4, .symbol = "vfs_write", .saved = 2, .entry = p_vfs_write_entry,
	  .handler = p_vfs_write_return },
	{ .kind = STP_SYSCALL, .id = 5, .symbol = "__x64_sys_write", .number = 1, .handler = p_syscall },
	{ .kind = STP_SYSCALL_RETURN, .id = 6, .number = 1, .handler = p_syscall_return },
	{ .kind = STP_TRACEPOINT, .id = 7, .symbol = "sys_enter", .handler = p_sys_enter },
	{ .kind = STP_TRACEPOINT, .id = 8, .symbol = "kmem:kmalloc", .handler = p_kmalloc },
	{ .kind = STP_TIMER, .id = 9, .number = 10000000, .randomize = 1000000, .handler = p_timer },
	{ .kind = STP_FUNCTION, .id = 10, .symbol = "no_such_function", .flags = STP_PROBE_OPTIONAL, .handler = p_timer },
	{ .kind = STP_END, .id = 11, .handler = p_end },
};
SCRIPT("stap_t_basic", probes, GLOBALS(globals));
