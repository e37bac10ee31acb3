/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Why there is no such function, if SystemTap has it; else NULL. */
const char *absent_function(const char *name);
