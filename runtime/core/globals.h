/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The globals of a registered script: its locks, and the maps and aggregates that its slots point to. Made
 * when the script registers, gone when it unregisters. script->core points here.
 */
#ifndef STP_GLOBALS_H
#define STP_GLOBALS_H

#include "lock.h"

struct stp_globals {
	struct stp_rwlock *locks;
	struct stp_session *session;
};

static inline struct stp_globals *stp_globals_of(const struct stp_script *s)
{
	return s->core;
}

/* Bounds and indices of everything the descriptor says: -EINVAL, or 0. Nothing is changed. */
int stp_script_check(const struct stp_script *s, u32 max_probes);
/* What its maps and statistics take. The descriptor has been checked. */
u64 stp_globals_bytes(const struct stp_script *s);
/* Fills the slots. -ENOMEM, -EINVAL. */
int stp_globals_new(struct stp_script *s, struct stp_session *session);
void stp_globals_free(struct stp_script *s);

#endif
