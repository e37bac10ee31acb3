/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/* What the service manager is about to do with us. */
#include <stdbool.h>

/* We are being stopped only to be started again: what is in its store comes back. False when nobody
 * knows. */
bool service_is_restarting(void);
