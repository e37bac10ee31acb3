/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * Polkit asks for passwords through an agent. On a terminal that is pkttyagent, which asks for as long as we
 * live; a desktop's own agent is asked first.
 */

/* Once, when we may ask: not as root, not without a terminal, not with --no-ask-password. Without the
 * program nothing happens: stapd then says what polkit said. */
void agent_start(void);
