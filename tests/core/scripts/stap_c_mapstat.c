/* SPDX-License-Identifier: GPL-2.0-or-later */
#define COST_NAME mapstat
#define COST_PAIR 1
#define COST { ON_WRITE, .handler = p_mapstat }
#include "stap_c_all.h"
