/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Scripts with embedded C: there are no headers of a kernel here. */
#include "stp.h"
