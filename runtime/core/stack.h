/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The stack of a hit: where to begin, and once somebody has asked, its addresses. */
#ifndef STP_STACK_H
#define STP_STACK_H

#include "env.h"

#define STP_STACK_MOST 64 /* with the tracing's own */

struct stp_standing {
	unsigned long ip, sp, bp; /* ip 0: nowhere */
};

struct stp_stack {
	struct stp_standing from;
	u32 known, n;
	u64 address[STP_STACK_MOST];
};

struct stp_ctx;

/* Runs the probe's handler, which may then ask for the stack. */
void stp_stack_runner(struct stp_ctx *c);

#endif
