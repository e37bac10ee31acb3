/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Made for another core. */
#undef STP_ABI_HASH
#define STP_ABI_HASH 0xbadULL
#include "script.h"
#include "../formats.h"

static void p_begin(struct stp_ctx *c)
{
	print1(c, F_BEGIN, 1);
}
static struct stp_probe probes[] = { { .kind = STP_BEGIN, .id = 0, .handler = p_begin } };
SCRIPT("stap_t_hash", probes);
