/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Without full registers: the stack pointer and the address; and two probes on one function, in order. */
#include "script.h"
#include "../formats.h"

static void p_first(struct stp_ctx *c)
{
	u64 at_sp = 0;

	if (!ours(c) || stp_function_arg(c, 2) != 7)
		return;
	stp_copy_kernel(&at_sp, c->regs->sp, 8);
	print3(c, F_REGS, 1, at_sp == stp_caller(c), stp_address(c) != 0);
}
static void p_second(struct stp_ctx *c)
{
	char *name;

	if (!ours(c) || stp_function_arg(c, 2) != 7)
		return;
	name = stp_frame_push(c, MAXSTRINGLEN);
	if (!name)
		return;
	stp_symbol_name(name, MAXSTRINGLEN, stp_address(c), 0);
	print3(c, F_FUNCTION, 2, stp_str_cmp(name, "vfs_write"), 0);
	stp_frame_pop(c, MAXSTRINGLEN);
}

static struct stp_probe probes[] = {
	{ .kind = STP_FUNCTION, .id = 0, .symbol = "vfs_write", .handler = p_first },
	{ .kind = STP_FUNCTION, .id = 1, .symbol = "vfs_write", .handler = p_second },
};
SCRIPT("stap_t_many", probes);
