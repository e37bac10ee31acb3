/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A record for each write of one byte, of any process; their number is known in the end. */
#define STP_OVERLOAD_THRESHOLD 0
#include "script.h"
#include "../formats.h"

static s64 hits;

static void p_write(struct stp_ctx *c)
{
	s64 n;

	if (stp_function_arg(c, 2) != 1)
		return;
	n = __atomic_add_fetch(&hits, 1, __ATOMIC_RELAXED);
	print3(c, F_FUNCTION, n, stp_cpu(), stp_tid(c));
}
static void p_end(struct stp_ctx *c)
{
	print1(c, F_END, hits);
}

static struct stp_probe probes[] = {
	{ .kind = STP_FUNCTION, .id = 0, .symbol = "vfs_write", .handler = p_write },
	{ .kind = STP_END, .id = 1, .handler = p_end },
};
SCRIPT("stap_t_storm", probes);
