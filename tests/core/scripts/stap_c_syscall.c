/* SPDX-License-Identifier: GPL-2.0-or-later */
#define COST_NAME syscall
#define COST_PAIR 0
#define COST { .kind = STP_SYSCALL, .symbol = "__x64_sys_write", .number = 1, .handler = p_count }
#include "stap_c_all.h"
