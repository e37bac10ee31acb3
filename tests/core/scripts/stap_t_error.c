/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A fault and a division by zero in a probe of the target's writes: MAXERRORS is 1, so the second ends
 * it. */
#define MAXERRORS 1
#include "script.h"
#include "../formats.h"

static s64 n, zero;

static void p_write(struct stp_ctx *c)
{
	if (!ours(c) || stp_function_arg(c, 2) != 1)
		return;
	n++;
	if (n == 1)
		print1(c, F_FUNCTION, stp_load_kernel(c, 8, 8, 0, "identifier '$x'"));
	else if (n == 2)
		print1(c, F_FUNCTION, stp_div(c, 1, zero, "division by 0 near operator '/'"));
	else
		print1(c, F_FUNCTION, n);
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
SCRIPT("stap_t_error", probes);
