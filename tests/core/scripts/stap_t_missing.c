/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A function that is not there: nothing stays armed, and which one it was is told. */
#include "script.h"
#include "../formats.h"

static void p_write(struct stp_ctx *c)
{
	print1(c, F_FUNCTION, 1);
}

static struct stp_probe probes[] = {
	{ .kind = STP_BEGIN, .id = 0, .handler = p_write },
	{ .kind = STP_FUNCTION, .id = 1, .symbol = "vfs_write", .handler = p_write },
	{ .kind = STP_FUNCTION, .id = 2, .symbol = "no_such_function", .handler = p_write },
};
SCRIPT("stap_t_missing", probes);
