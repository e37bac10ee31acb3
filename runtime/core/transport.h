/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Records go into relay buffers, one per CPU, in place. A buffer has one writer: whoever has claimed the
 * context of its CPU, a handler or a flush. So neither a lock nor disabled interrupts are needed, and a
 * flush that comes while a record is being filled leaves its work to the end of that handler.
 */
#ifndef STP_TRANSPORT_H
#define STP_TRANSPORT_H

#include "session.h"

/* Completes the CPU's sub-buffer if there is a record in it. On that CPU, with the context claimed. */
void stp_transport_switch(struct stp_session *s, struct stp_cpu *k);

#endif
