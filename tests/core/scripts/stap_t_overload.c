/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A handler that takes nearly all of the CPU. */
#define STP_OVERLOAD_INTERVAL 10000000LL
#define STP_OVERLOAD_THRESHOLD 1000000LL
#include "script.h"
#include "../formats.h"

static void p_write(struct stp_ctx *c)
{
	u64 until = stp_cycles() + 200000;

	if (ours(c))
		while (stp_cycles() < until)
			;
}
static void p_error(struct stp_ctx *c)
{
	print1(c, F_ERROR, 1);
}

static struct stp_probe probes[] = {
	{ .kind = STP_FUNCTION, .id = 0, .symbol = "vfs_write", .handler = p_write },
	{ .kind = STP_ERROR, .id = 1, .handler = p_error },
};
SCRIPT("stap_t_overload", probes);
