/* SPDX-License-Identifier: GPL-2.0-or-later */
#define COST_NAME count
#define COST_PAIR 0
#define COST { ON_WRITE, .handler = p_count }
#include "stap_c_all.h"
