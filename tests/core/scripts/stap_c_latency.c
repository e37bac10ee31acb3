/* SPDX-License-Identifier: GPL-2.0-or-later */
#define COST_NAME latency
#define COST_PAIR 0
#define COST { ON_WRITE, .handler = p_entry, .locks = &locks }, { .kind = STP_FUNCTION_RETURN, .symbol = "vfs_write", .handler = p_latency, .locks = &locks }
#include "stap_c_all.h"
