/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/* The modules that module("NAME") means, with wildcards in the name. */
#include "probe/probe.h"

/*
 * Calls back with each module that is installed, has BTF and, when the name has wildcards, something in it
 * whose name matches. PROBE_DONE, or PROBE_FAILED with an error when a module is named that is not there.
 */
int modules_each(ProbeWorld *w, const ProbePoint *p, ModuleMatch matches, const void *pattern,
                 void (*found)(void *userdata, Kernel *module), void *userdata);
