/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/* stapctl run --persist: instead of running a script, defines it as a session of this machine
 * (definition.h). */
#include "ctl/run-options.h"

/* Writes NAME.stp and NAME.conf and has the service manager start it; with a directory, only writes them
 * there. The exit status; does not return when the service manager takes over. */
int persist(const RunOptions *o);
