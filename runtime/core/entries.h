/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Entries of functions: an ftrace_ops over the addresses of a session's hooks. */
#ifndef STP_ENTRIES_H
#define STP_ENTRIES_H

#include "ftrace.h"
#include "probe.h"

struct stp_entries {
	struct ftrace_ops ops;
	struct stp_session *session;
	struct stp_hooks hooks;
	bool registered;
	u32 n_armed;
};

/* Finds the addresses; `e` is zeroed. As stp_hooks_init(). stp_entries_done() follows in any case. */
int stp_entries_init(struct stp_entries *e, struct stp_session *s, bool (*mine)(const struct stp_probe *p));
/* Registers the ops, whose `func` stands, for the probes that are wanted, or changes what it is registered for. */
int stp_entries_refresh(struct stp_entries *e);
/* Waits until no CPU is in the trampoline or in the ops' function. */
void stp_entries_unregister(struct stp_entries *e);
void stp_entries_done(struct stp_entries *e);

#endif
