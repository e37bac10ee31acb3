/* SPDX-License-Identifier: GPL-2.0-or-later */
/* exit() in begin: no other begin probe runs, nothing is armed, end does run. */
#include "script.h"
#include "../formats.h"

static void p_first(struct stp_ctx *c)
{
	print1(c, F_BEGIN, 1);
	stp_exit(c);
	print1(c, F_BEGIN, 2);
}
static void p_second(struct stp_ctx *c)
{
	print1(c, F_BEGIN, 3);
}
static void p_write(struct stp_ctx *c)
{
	print1(c, F_FUNCTION, 1);
}
static void p_end(struct stp_ctx *c)
{
	print1(c, F_END, 1);
}

static struct stp_probe probes[] = {
	{ .kind = STP_BEGIN, .id = 0, .handler = p_first },
	{ .kind = STP_BEGIN, .id = 1, .handler = p_second },
	{ .kind = STP_FUNCTION, .id = 2, .symbol = "vfs_write", .handler = p_write },
	{ .kind = STP_END, .id = 3, .handler = p_end },
};
SCRIPT("stap_t_exitbegin", probes);
