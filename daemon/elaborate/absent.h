/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Why there is no such function, if SystemTap has it; else NULL. */
const char *absent_function(const char *name);
/* What to probe in the place of an alias `name.*` that SystemTap's tapsets have; NULL: they have none, "": there
 * is nothing like it. */
const char *absent_alias(const char *name);
