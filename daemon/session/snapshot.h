/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * A snapshot: a reader that only wants what its session keeps, and the job that says how far it is. It ends
 * as "done" when the reader has everything, as "canceled" when it was taken back or its client went, as
 * "failed" with the reason otherwise. stapd-stream does the work; the job only looks at its ledger now and then.
 */
#include "session/session.h"

/* Adds the reader; takes the descriptor. A reader that cannot be is the failure of its job. */
void snapshot_begin(Job *j, int fd, const StreamerReader *options, pid_t reader);
/* Cuts the reader off; the job is gone afterwards. */
void snapshot_cancel(Job *j);
/* Of StreamerHandler; the job may have ended meanwhile. */
void snapshot_on_reader_gone(void *userdata, uint32_t job, bool complete, const char *error);
/* Makes the jobs of a session that was taken over, under the numbers that their clients know. */
void snapshot_adopt_all(Session *s);
/* The session goes. */
void snapshot_end_all(Session *s);
