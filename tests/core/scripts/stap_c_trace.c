/* SPDX-License-Identifier: GPL-2.0-or-later */
#define COST_NAME trace
#define COST_PAIR 0
#define COST { .kind = STP_TRACEPOINT, .symbol = "sys_enter", .handler = p_count }
#include "stap_c_all.h"
