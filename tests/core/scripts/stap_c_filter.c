/* SPDX-License-Identifier: GPL-2.0-or-later */
#define COST_NAME filter
#define COST_PAIR 0
#define COST { ON_WRITE, .handler = p_filter, .flags = STP_PROBE_TARGET }
#include "stap_c_all.h"
