/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/* Modules that an earlier stapd left in the kernel, and that no session of ours has: inert ones are
 * removed. */
#include "session/manager.h"

/* At the start. `again`: also for a while from now on, since the service manager still lets go of what it
 * kept of sessions that could not be taken over, and their modules have a user until it has. */
void manager_sweep(Manager *m, bool again);
