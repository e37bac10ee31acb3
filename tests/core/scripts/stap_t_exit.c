/* SPDX-License-Identifier: GPL-2.0-or-later */
/* exit() after ten writes of the target. */
#include "script.h"
#include "../formats.h"

static s64 n;

static void p_write(struct stp_ctx *c)
{
	if (!ours(c) || stp_function_arg(c, 2) != 1)
		return;
	print1(c, F_FUNCTION, ++n);
	if (n == 10)
		stp_exit(c);
}
static void p_end(struct stp_ctx *c)
{
	print1(c, F_END, n);
}
static void p_error(struct stp_ctx *c)
{
	print1(c, F_ERROR, n);
}

static struct stp_probe probes[] = {
	{ .kind = STP_FUNCTION, .id = 0, .symbol = "vfs_write", .handler = p_write },
	{ .kind = STP_END, .id = 1, .handler = p_end },
	{ .kind = STP_ERROR, .id = 2, .handler = p_error },
};
SCRIPT("stap_t_exit", probes);
